"""What tests of the dashboards share: facts with every text that could break something, and what the panels ask.

In: nothing. Out: facts, dashboards, and their queries, ready for Prometheus.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from dashboards.catalogue import Dashboard, dashboards
from dashboards.facts import Facts

HOSTILE = """O'Neil, Ada: "<b>$student</b>" \\, ${task} [[task]] : {{x}} | 1\n=~.* : s02"""

FACTS = Facts(
    title=f"Try-out {HOSTILE}",
    portal="https://lab.example:8443",
    time_zone="Europe/Berlin",
    names={"s01": "Ada Lovelace", "s02": HOSTILE, "s03": "Ada Lovelace"},
    tasks={"tables": "Make a table", "joins": HOSTILE},
)
ALL = {each.uid: each for each in dashboards(FACTS, "names")}


class Asked(NamedTuple):
    """One query, and whose it is."""

    where: str
    query: str


def model(board: Dashboard) -> dict[str, Any]:
    """A dashboard as Grafana reads it."""
    return dict(json.loads(board.json))


def panels(board: Dashboard) -> list[dict[str, Any]]:
    """Its panels."""
    return list(model(board)["panels"])


def queries(boards: Iterable[Dashboard]) -> list[Asked]:
    """Every query of every panel and mark."""
    found = []
    for board in boards:
        for panel in panels(board):
            found += [
                Asked(f"{board.uid}: {panel['title']} {each['refId']}", each["expr"]) for each in panel["targets"]
            ]
        marks = model(board)["annotations"].get("list", [])
        found += [Asked(f"{board.uid}: {mark['name']}", mark["target"]["expr"]) for mark in marks]
    return found
