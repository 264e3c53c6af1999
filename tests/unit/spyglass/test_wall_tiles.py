"""What the wall says of each student, and who needs somebody first."""

from typing import Any

import pytest

from spyglass.progress.collector import FRESH
from spyglass.progress.machines import Machine
from spyglass.wall.tiles import class_of, tile
from tests.unit.spyglass.people import World
from tests.unit.spyglass.teaching import Teaching, result


def test_whoever_is_stuck_longest_comes_first_and_after_a_visit_last(teaching: Teaching) -> None:
    for student, seconds in (("s02", 400), ("s01", 800)):
        teaching.work(student, seconds, first=False, second=False)
    teaching.world.services.presence.note_key("s02")
    teaching.look(1, **{who: result(teaching.world, first=False, second=False) for who in ("s01", "s02")})
    here = teaching.world.services
    course = here.classroom.current()
    assert course is not None
    seen: dict[str, Any] = class_of(here, course)
    assert [(one["id"], one["visited"]) for one in seen["needs"]] == [
        ("s01", "nobody was there yet"), ("s02", "nobody was there yet"),
    ]  # fmt: skip
    assert "13 min on “The first”" in seen["needs"][0]["reason"]
    assert (seen["flagged"], seen["ids"], seen["grader"]) == (["The first"], ["s01", "s02", "spare01"], None)
    here.visits.note("s01")
    teaching.world.clock[0] += 120
    assert [(one["id"], one["visited"]) for one in class_of(here, course)["needs"]] == [
        ("s02", "nobody was there yet"), ("s01", "last visit 2 min ago"),
    ]  # fmt: skip
    assert World(teaching.world.folder, clock=teaching.world.clock).services.visits.since("s01") == 120


def test_a_tile_says_how_somebody_is_doing(teaching: Teaching) -> None:
    teaching.work("s01", 800, first=False, second=False)
    here = teaching.world.services
    here.machines.put("s01", Machine(engine=False))
    here.visits.note("s01")
    teaching.world.clock[0] += 61
    course = here.classroom.current()
    assert course is not None
    seen = tile(here, course.people[0], course)
    assert seen | {"reason": "", "minutes": 0} == {
        "id": "s01", "name": "Ada", "group": "red", "spare": False, "free": False, "state": "stuck", "shape": "▲",
        "reason": "", "task": "The first", "minutes": 0, "done": 0, "tasks": 3, "terminals": 0, "watchers": [],
        "typists": [], "visited": 1, "answers": True, "engine": False, "database": True,
        "asked": None,
    }  # fmt: skip
    assert 12 <= seen["minutes"] <= 13
    nobody = tile(here, course.people[2], course)
    assert (nobody["free"], nobody["answers"], nobody["database"], nobody["visited"]) == (True, None, None, None)


def test_the_tile_of_who_asks_says_what_since_when_and_who_comes(teaching: Teaching) -> None:
    teaching.work("s01", 800, first=False, second=False)
    here = teaching.world.services
    asked = here.help.ask("s01", "<b>why?</b>", "first")
    teaching.world.clock[0] += 61
    course = here.classroom.current()
    assert course is not None
    seen = tile(here, course.people[0], course)
    assert (seen["state"], seen["shape"], seen["reason"]) == ("asked", "◆", "“<b>why?</b>”")
    assert seen["asked"] == {"number": asked.number, "minutes": 1, "by": "", "by_id": ""}
    assert [one["id"] for one in class_of(here, course)["needs"]] == [], "nobody stands there twice"
    here.help.claim(asked.number, "teacher")
    coming = tile(here, course.people[0], course)
    assert (coming["state"], coming["asked"]["by"], coming["asked"]["by_id"]) == ("asked", "Grace", "teacher")


@pytest.mark.parametrize(
    ("found", "age", "answers"),
    [({"first": True}, 0, True), ({"first": None, "second": False}, 0, True), ({"first": None}, 0, False),
     ({"first": True}, FRESH + 1, False), ({}, 0, None)],
)  # fmt: skip
def test_a_database_answers_when_anything_in_it_is_known(
    teaching: Teaching, found: dict[str, bool | None], age: float, answers: bool | None
) -> None:
    old = result(teaching.world, **found)
    teaching.look(s01=old | {"checked_at": old["checked_at"] - age})
    assert teaching.world.services.board.of("s01").database is answers
    assert teaching.world.services.board.of("s02").database is None
