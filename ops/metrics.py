"""Asks the workshop's Prometheus, for a script or a spreadsheet, without Grafana: ``make metrics QUERY='...'``.

In: ``QUERY`` in PromQL; ``FORMAT`` json (the default) or csv; ``RANGE``, such as ``2h``, for everything since then
instead of now, and ``STEP`` between two values of it. Out: standard output.
"""

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ops.console import StopError, run
from ops.engine import Engine
from ops.pulumi_cli import Stack

SERVER = "http://localhost:9090"
STEP = "15s"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Series = list[dict[str, Any]]
SERIES: TypeAdapter[Series] = TypeAdapter(Series)


def container(stack: str) -> str:
    """Prometheus' own."""
    return f"mentor-{stack}-prometheus"


def seconds(key: str, text: str) -> int:
    """How long ``90s``, ``15m``, ``2h`` or ``3d`` is.

    Raises:
        StopError: it is none of these.
    """
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isdecimal() or not int(number):
        raise StopError(f"metrics: {key}={text}: a whole number and one of s, m, h and d, such as 90s or 2h")
    return int(number) * UNITS[unit]


def command(query: str, since: str, step: str, now: datetime) -> list[str]:
    """What promtool is given; ``since`` empty: as of now.

    Raises:
        StopError: a duration is none.
    """
    if not since:
        return ["instant", "-o", "json", SERVER, "--", query]
    start = now - timedelta(seconds=seconds("RANGE", since))
    span = [f"--start={start.timestamp():.0f}", f"--end={now.timestamp():.0f}", f"--step={seconds('STEP', step)}s"]
    return ["range", "-o", "json", *span, SERVER, "--", query]


def ask(engine: Engine, stack: str, words: list[str]) -> Series:
    """Every series with its labels and values.

    Raises:
        StopError: Prometheus is not there, or does not understand.
    """
    done = engine.run("exec", container(stack), "promtool", "query", *words)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().removeprefix("query error: ")
        raise StopError(f"metrics: {said}")
    try:
        return SERIES.validate_json(done.stdout)
    except ValidationError:
        raise StopError(
            "metrics: the query gives a single number or text: ask for a series, such as vector(1)"
        ) from None


def table(found: Series) -> str:
    """As CSV: a column for each label, then time and value; a row for each value."""
    labels = sorted({label for one in found for label in one["metric"]})
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*(label.strip("_") for label in labels), "time", "value"])
    for one in found:
        for at, value in one.get("values") or [one["value"]]:
            when = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
            rows.writerow([*(one["metric"].get(label, "") for label in labels), when, value])
    return text.getvalue()


def main() -> int:
    """Run as ``python -m ops.metrics``."""
    query, form = os.environ.get("QUERY", "").strip(), os.environ.get("FORMAT") or "json"
    if not query:
        raise StopError("metrics: say what is asked, in PromQL: make metrics QUERY='lab_task_done'")
    if form not in {"json", "csv"}:
        raise StopError(f"metrics: FORMAT={form}: json or csv")
    words = command(query, os.environ.get("RANGE", ""), os.environ.get("STEP") or STEP, datetime.now(UTC))
    stack = Stack.from_environment()
    found = ask(Engine(stack.engine), stack.name, words)
    print(table(found) if form == "csv" else json.dumps(found, indent=1), end="" if form == "csv" else "\n")
    return 0


if __name__ == "__main__":
    run(main)
