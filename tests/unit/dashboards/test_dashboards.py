"""What every dashboard keeps to; `UPDATE=1 pytest` on this file writes the golden files anew."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.catalogue import Visibility, dashboards
from dashboards.facts import HOST, OVERVIEW, PROJECTOR, PROMETHEUS, PUBLIC, STUDENT, TASK, Facts
from dashboards.words import STATES
from spyglass.progress.model import State
from tests.boards_kit import ALL, FACTS, model, panels, queries

GOLDEN = Path(__file__).parent / "golden"
SERIES = Path(__file__).parents[3] / "docs" / "metrics.md"
PROMETHEUS_OWN = {"ALERTS", "scrape_duration_seconds"}
PROMQL = {
    "and", "avg", "by", "count", "group_left", "increase", "max", "min", "offset", "on", "or", "rate", "sort_desc",
    "sum", "time", "topk", "unless", "vector",
}  # fmt: skip
LABELS = {"alertstate", "job", "reason", "service", "severity", "state", "student", "task"}

EVERY = [(uid, panel) for uid, board in ALL.items() for panel in panels(board)]
NAMES = [f"{uid}: {panel['title']}" for uid, panel in EVERY]


def found(value: Any, key: str) -> Iterator[Any]:
    """What is called so, at any depth."""
    if isinstance(value, dict):
        yield from ([value[key]] if key in value else [])
        for inner in value.values():
            yield from found(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, key)


@pytest.mark.parametrize("uid", ALL)
def test_a_dashboard_is_what_it_was(uid: str) -> None:
    text = json.dumps(model(ALL[uid]), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    file = GOLDEN / f"{uid}.json"
    if os.environ.get("UPDATE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_of_a_dashboard_that_went() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(ALL)


@pytest.mark.parametrize(("uid", "panel"), EVERY, ids=NAMES)
def test_a_panel_says_what_it_shows_in_which_unit_and_from_zero(uid: str, panel: dict[str, Any]) -> None:
    assert len(panel["description"]) > 5, uid
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["noValue"]
    if panel["type"] in {"timeseries", "stat", "bargauge"}:
        assert defaults["unit"]
        assert defaults["min"] == 0


@pytest.mark.parametrize(("uid", "panel"), EVERY, ids=NAMES)
def test_a_colour_comes_with_a_word_that_no_other_colour_has(uid: str, panel: dict[str, Any]) -> None:
    mappings = [each for group in found(panel, "mappings") for each in group]
    mappings += [each for one in found(panel, "properties") for each in one if each["id"] == "mappings"]
    for mapping in mappings:
        if mapping.get("type") == "value":
            words = {result["text"].strip(): result.get("color") for result in mapping["options"].values()}
            assert "" not in words, uid
            assert len(words) == len(mapping["options"]), uid


@pytest.mark.parametrize("asked", queries(ALL.values()), ids=lambda asked: asked.where)
def test_a_query_asks_only_for_documented_series(asked: Any) -> None:
    documented = set(re.findall(r"`(lab_[a-z_]+)", SERIES.read_text(encoding="utf-8")))
    bare = re.sub(r'"[^"]*"|\[[^]]*\]|\$__interval', "", asked.query)
    asked_for = set(re.findall(r"[a-zA-Z_]{2,}", bare)) - PROMQL - LABELS
    assert asked_for
    assert asked_for <= documented | PROMETHEUS_OWN


@pytest.mark.parametrize("uid", ALL)
def test_everything_is_asked_of_the_one_data_source(uid: str) -> None:
    assert {source["uid"] for source in found(model(ALL[uid]), "datasource")} == {PROMETHEUS}


@pytest.mark.parametrize("uid", ALL)
def test_code_alone_changes_a_dashboard_and_its_panels_fill_the_page_without_overlap(uid: str) -> None:
    board = model(ALL[uid])
    assert board["editable"] is False
    assert board["timezone"] == FACTS.time_zone
    assert re.fullmatch(r"[a-z-]{1,40}", board["uid"])
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    cells = [
        (place["x"] + x, place["y"] + y)
        for place in found(board["panels"], "gridPos")
        for x in range(place["w"])
        for y in range(place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))
    assert len(cells) == 24 * (1 + max(y for _, y in cells)), "a gap"


TO_TERMINAL = "https://lab.example:8443/watch/${__value.raw:percentencode}"
TO_STUDENT = "/d/mentor-student?var-student=${__value.raw:percentencode}"
TO_TASK = "/d/mentor-task?var-task=${__value.raw:percentencode}"
TO_TASK_OF_LINE = "/d/mentor-task?var-task=${__field.labels.task:percentencode}"
KIOSK = "/d/mentor-projector?kiosk"
LINKS = {
    OVERVIEW: {
        TO_TERMINAL, TO_STUDENT, TO_TASK, TO_TASK_OF_LINE, KIOSK, "https://lab.example:8443/",
        "/d/mentor-task?var-task=tables", "/d/mentor-task?var-task=joins",
    },
    STUDENT: {"/d/mentor-class", "https://lab.example:8443/watch/${student:percentencode}", TO_TASK},
    TASK: {"/d/mentor-class", TO_TERMINAL, TO_STUDENT, TO_TASK, TO_TASK_OF_LINE, "https://lab.example:8443/"},
    HOST: {"/d/mentor-class", "https://lab.example:8443/"},
    PROJECTOR: set(),
    PUBLIC: {KIOSK, "https://lab.example:8443/progress"},
}  # fmt: skip


@pytest.mark.parametrize("uid", ALL)
def test_links_lead_to_terminals_and_to_dashboards_that_are_there(uid: str) -> None:
    # Grafana puts its own folder before /d/; it does not take one away where it is served at its root.
    urls = set(found(model(ALL[uid]), "url"))
    assert urls == LINKS[uid]
    for url in urls:
        if path := re.match(r"/d/([a-z-]+)(?:\?var-([a-z]+)=)?", url):
            assert path[1] in ALL
            assert not path[2] or path[2] in {each["name"] for each in model(ALL[path[1]])["templating"]["list"]}


def test_names_are_in_the_teachers_dashboards_and_in_the_students_only_when_chosen() -> None:
    cases: list[tuple[Visibility, set[str]]] = [("own", set()), ("anonymous", set()), ("names", {PUBLIC})]
    for visibility, expected in cases:
        made = dashboards(FACTS, visibility)
        assert {each.uid for each in made if "Ada Lovelace" in each.json} == {OVERVIEW, STUDENT, TASK} | expected
        assert {each.uid for each in made if each.folder == "students"} == (
            set() if visibility == "own" else {PROJECTOR, PUBLIC}
        )


def test_on_the_projector_is_nobody_at_all() -> None:
    assert PROJECTOR in {each.uid for each in dashboards(FACTS, "own")}, "whatever students may see"
    for asked in queries([ALL[PROJECTOR]]):
        outside = re.sub(r"^(avg|sum)\(.*\)$", "", asked.query)
        assert "student" not in outside, "no series of the answer has a student"


def test_students_never_see_who_is_stuck() -> None:
    for asked in queries([ALL[PUBLIC], ALL[PROJECTOR]]):
        assert "stuck" not in asked.query


def test_one_student_more_changes_only_the_dashboards_that_name_him() -> None:
    more = replace(FACTS, names={**FACTS.names, "s04": "Emmy Noether"})
    teachers = {OVERVIEW, STUDENT, TASK}
    cases: list[tuple[Visibility, set[str]]] = [("anonymous", teachers), ("names", teachers | {PUBLIC})]
    for visibility, expected in cases:
        before = {each.uid: each.json for each in dashboards(FACTS, visibility)}
        after = {each.uid: each.json for each in dashboards(more, visibility)}
        assert {uid for uid, text in before.items() if text != after[uid]} == expected


def test_equal_facts_are_equal_texts() -> None:
    assert [each.json for each in dashboards(FACTS, "names")] == [each.json for each in ALL.values()]


def test_a_class_without_students_and_a_course_without_tasks_have_dashboards_too() -> None:
    empty = Facts(title="x", portal="https://x", time_zone="UTC")
    assert {each.uid for each in dashboards(empty, "names")} == set(ALL)


def test_every_state_that_somebody_can_be_in_has_a_word() -> None:
    assert set(STATES) == {*State, "asked"}
