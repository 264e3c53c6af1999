"""The projector's page and the roster: where the class is, and that nobody is named on a wall."""

import csv
import io
import json
from typing import Any

import pytest

from spyglass import projector
from spyglass.progress.model import Progress, State
from spyglass.showing import words
from tests.unit.spyglass.node_kit import needs_node, run
from tests.unit.spyglass.people import PEOPLE, World, class_json

COURSE = {"title": "SQL", "sections": [{"title": "Basics", "tasks": [{"id": "t1", "title": "First"}]}]}


@pytest.fixture
def taught(world: World) -> World:
    world.put(class_json(course=COURSE))
    return world


def said(world: World) -> dict[str, Any]:
    return projector.said(world.services, world.course())


def test_it_says_where_the_class_is_and_names_nobody(taught: World) -> None:
    here = taught.services
    here.board.put("s01", Progress(done={"t1": True}, first_done={"t1": 1.0}, state=State.FINISHED))
    here.board.put("s02", Progress(state=State.WORKING, task="t1"))
    here.help.ask("s02", "my name is Bertold", None)
    here.notices.write("teacher", "person:s01", "for Ada alone")
    here.notices.write("teacher", "all", "Break <b>now</b>")
    told = said(taught)
    assert told["tasks"] == [{"number": 1, "title": "First", "done": 1, "at_it": 1}]
    assert (told["count"], told["asking"], told["notice"]["text"]) == (2, 1, "Break <b>now</b>")
    for name in ("Ada", "Bertold", "Grace", "s01", "s02", "alone"):
        assert name not in json.dumps(told), name


def test_a_student_is_never_named_there(taught: World) -> None:
    here, teacher = taught.services, taught.person("teacher")
    taught.browser("s01")
    here.showing.start(taught.person("s01"), "teacher")
    taught.put(class_json(visibility="names"))
    shown = words.shown(here, teacher, taught.course(), names=False)
    assert shown
    assert (shown["id"], shown["who"]) == ("", "a student's terminal")


def test_the_page_has_the_address_and_no_code(taught: World) -> None:
    door = taught.services.joining.open(15)
    text = taught.browser("teacher").get("/projector").text
    assert "https://lab.example:8443" in text
    assert door.code[:4] not in text
    assert "Ada" not in text


def test_the_roster_holds_everybody_and_no_formula(taught: World) -> None:
    ada = PEOPLE[0] | {"name": "=cmd()", "email": "ada@example.org"}
    taught.put(class_json([ada, *PEOPLE[1:]], course=COURSE))
    taught.services.board.put("s01", Progress(done={"t1": True}, first_done={"t1": 1.0}, state=State.FINISHED))
    answer = taught.browser("teacher").get("/roster.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="roster.csv"'
    heading, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert tuple(heading) == projector.COLUMNS
    assert [line[0] for line in lines] == ["s01", "s02", "spare01", "teacher"]
    assert lines[0] == ["s01", "'=cmd()", "red", "ada@example.org", "student", "finished", "1", "1"]
    assert lines[3] == ["teacher", "Grace", "", "", "teacher", "", "", ""]


TILE = {
    "id": "s01", "name": "Ada", "group": "", "reason": "“my question”", "watchers": ["Grace"], "typists": [],
    "asked": {"number": 1, "minutes": 3, "by": "Grace", "by_id": "teacher"}, "state": "asked",
}  # fmt: skip
REQUEST = {
    "number": 1, "id": "s01", "name": "Ada", "question": "my question", "visited": "Grace is there", "by": "Grace",
    "by_id": "teacher", "closed": "closed by Grace",
}  # fmt: skip
NEED = {"id": "s01", "name": "Ada", "reason": "14 min", "visited": "Grace is there"}
NOTICE = {"number": 1, "by": "Grace", "to": "Ada", "text": "Break", "missing": ["Ada"]}


@needs_node
@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("tile", TILE),
        ("tile", TILE | {"asked": None, "reason": "3 min on “Joins”"}),
        ("class", {"ids": ["s01"], "needs": [NEED]}),
        ("queue", {"requests": [REQUEST], "waiting": 1, "paused": "Grace"}),
        ("notices", {"notices": [NOTICE], "people": [{"id": "s01", "name": "Ada"}], "groups": [],
                     "eyes": {"by": "Grace", "left": 5}}),
        ("notices", {"notices": [], "people": [], "groups": [], "eyes": None}),
        ("shown", {"id": "s01", "who": "Ada", "asked": "s01", "asked_name": "Ada", "minutes": 3, "followers": 1}),
    ],
)  # fmt: skip
def test_a_veiled_wall_has_no_names_and_no_questions(function: str, value: dict[str, Any]) -> None:
    veiled = run("wall_veil.js", f"it.veils.{function}(...a)", value)
    assert set(veiled) == set(value), "and nothing else is missing"
    for word in ("Ada", "Grace", "my question"):
        assert word not in json.dumps(veiled, ensure_ascii=False)
