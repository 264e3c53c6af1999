"""Every query of every dashboard, asked of the workshop's own Prometheus and its rules, finds something in a class.

The class: s01 has just done everything, s02 is stuck on *joins*, s03 finished early. Its series are those that web app
and exporters give; a service is down and the disk is almost full.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from dashboards.completion import DONE_OR_STUCK
from dashboards.words import STATES, state_number
from tests.boards_kit import ALL, queries
from tests.live import rules_kit

ROOT = Path(__file__).parents[2]
STEP, END = 3, 300  # seconds
STEPS = END // STEP
LATE = STEPS - 10  # half a minute before the end

DONE = {("s01", "tables"): 0, ("s01", "joins"): LATE, ("s02", "tables"): 0, ("s03", "tables"): 0, ("s03", "joins"): 0}
"""Since which step somebody has done a task."""
NOW = {"s01": "finished", "s02": "stuck", "s03": "finished"}


def series() -> dict[str, str]:
    """What the services give, under the names that Prometheus takes it in by: values in promtool's notation."""
    given = {
        "exporter:server_read_timestamp_seconds": growing(STEP),
        "exporter:server_graded_timestamp_seconds": growing(STEP),
        "exporter:server_connections_limit": always(100),
        'node_cpu_seconds_total{mode="idle"}': growing(1),
        "node_memory_MemAvailable_bytes": always(1),
        "node_memory_MemTotal_bytes": always(2),
        'node_filesystem_size_bytes{mountpoint="/etc/hosts"}': always(100),
        'node_filesystem_avail_bytes{mountpoint="/etc/hosts"}': always(5),
        'probe_success{service="postgres"}': always(1),
        'probe_success{service="directory"}': always(0),
        'up{job="spyglass"}': always(1),
        'scrape_duration_seconds{job="spyglass"}': always(0.01),
        'lab_stuck_seconds{student="s02", task="joins"}': always(700),
    }
    for task in ("tables", "joins"):
        given[f'lab_task_parts{{task="{task}"}}'] = always(1)
        given[f'lab_task_points{{task="{task}"}}'] = always(2)
        given[f'lab_task_median_seconds{{task="{task}"}}'] = always(300)
    for who, state in NOW.items():
        for task in ("tables", "joins"):
            given[f'exporter:task_part_done{{student="{who}", task="{task}", part="sql"}}'] = done_since(
                DONE.get((who, task))
            )
            if (who, task) in DONE:
                given[f'lab_task_first_done_timestamp_seconds{{student="{who}", task="{task}"}}'] = always(60)
        for one in STATES:
            given[f'lab_student_state{{student="{who}", state="{one}"}}'] = always(int(one == state))
        for name in ("last_activity_timestamp_seconds", "seat_up", "seat_engine_running", "seat_memory_bytes",
                     "seat_memory_limit_bytes", "seat_disk_bytes"):  # fmt: skip
            given[f'lab_{name}{{student="{who}"}}'] = always(1)
        for name in ("database_up", "database_connections", "database_bytes", "check_duration_seconds"):
            given[f'exporter:{name}{{student="{who}"}}'] = always(1)
        for name in ("database_transactions_total", "database_rows_written_total"):
            given[f'exporter:{name}{{student="{who}"}}'] = growing(1)
        given[f'exporter:check_errors_total{{student="{who}", reason="timeout"}}'] = growing(1)
        given[f'lab_seat_cpu_seconds_total{{student="{who}"}}'] = growing(1)
    return given


def always(value: float) -> str:
    return f"{value}x{STEPS}"


def growing(by: float) -> str:
    return f"0+{by}x{STEPS}"


def done_since(step: int | None) -> str:
    if not step:
        return always(0 if step is None else 1)
    return f"0x{step - 1} 1x{STEPS - step}"


def expecting(*cases: tuple[str, Mapping[str, float]]) -> str:
    """Promtool's tests: for each query the values that it must have at the end, by labels."""
    return yaml.safe_dump(
        {
            "rule_files": list(rules_kit.RULE_FILES),
            "evaluation_interval": f"{STEP}s",
            "tests": [
                {
                    "interval": f"{STEP}s",
                    "input_series": [{"series": name, "values": values} for name, values in series().items()],
                    "promql_expr_test": [
                        {
                            "expr": query,
                            "eval_time": f"{END}s",
                            "exp_samples": [{"labels": labels, "value": value} for labels, value in expected.items()],
                        }
                        for query, expected in cases
                    ],
                }
            ],
        }
    )


def test_every_query_of_every_dashboard_finds_something() -> None:
    asked = {each.query for each in queries(ALL.values())}
    assert len(asked) > 50
    chosen = {"$student": "s02", "$task": "joins", "$__interval": "1m"}
    filled = {re.sub(r"\$\w+", lambda found: chosen[found[0]], query) for query in asked}
    rules_kit.hold(expecting(*((f"count({query}) > bool 0", {"{}": 1}) for query in sorted(filled))))


def test_a_query_that_finds_nothing_fails() -> None:
    with pytest.raises(AssertionError, match="lab_nothing_of_the_kind"):
        rules_kit.hold(expecting(("count(lab_nothing_of_the_kind) > bool 0", {"{}": 1})))


def test_a_cell_says_done_or_not_or_how_long_somebody_is_stuck_and_a_state_has_its_number() -> None:
    done = {
        '{student="s01", task="tables"}': 1,
        '{student="s01", task="joins"}': 1,
        '{student="s02", task="tables"}': 1,
        '{student="s02", task="joins"}': 700,
        '{student="s03", task="tables"}': 1,
        '{student="s03", task="joins"}': 1,
    }
    stuck = list(STATES).index("stuck") + 1
    rules_kit.hold(expecting((DONE_OR_STUCK, done), (state_number('student="s02"'), {'{student="s02"}': stuck})))


def test_these_are_the_names_that_the_services_use() -> None:
    app = (ROOT / "spyglass" / "metrics.py").read_text(encoding="utf-8")
    exporter = (ROOT / "images" / "exporter" / "etc" / "sql.yml").read_text(encoding="utf-8")
    for name in {re.split("[{ ]", each)[0] for each in series()}:
        if name.startswith("lab_"):
            assert re.search(rf'"{name.removesuffix("_total")}"', app), name
        elif name.startswith("exporter:"):
            table, _, column = name.removeprefix("exporter:").partition("_")
            assert f"lab_{table}_{column}\n" in exporter or (
                f"- name: lab_{table}\n" in exporter and column in exporter
            )
