"""Requests that close by themselves: the task was done, or the person has left."""

import pytest

from spyglass.help import follow
from spyglass.help.queue import UNDO
from spyglass.progress.model import State
from tests.unit.spyglass.help_kit import act, ask, number, own, requests
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.unit.spyglass.teaching import Teaching, result


def look(teaching: Teaching, **done: bool | None) -> World:
    """The grader has looked at s01's database, and then the queue is looked at."""
    world = teaching.world
    teaching.look(2, s01=result(world, **done))
    followed(world)
    return world


def followed(world: World) -> None:
    course = world.services.classroom.current()
    assert course
    follow.look(world.services, course)


def test_the_first_success_closes_it_and_both_read_why(teaching: Teaching) -> None:
    world = look(teaching, first=False, second=False)
    ask(world.browser("s01"), task="first")
    look(teaching, first=False, second=False)
    assert own(world, "s01")["state"] == "waiting"
    look(teaching, first=True, second=False)
    closed = own(world, "s01")["closed"]
    assert (closed["why"], closed["undo"]) == ("closed by itself: “The first” is done", True)
    assert [one["closed"] for one in requests(world)] == ["closed by itself: “The first” is done"]
    world.clock[0] += UNDO
    assert (own(world, "s01")["closed"]["undo"], requests(world)) == (False, [])


def test_a_success_at_another_task_closes_nothing(teaching: Teaching) -> None:
    world = look(teaching, first=False, second=False)
    ask(world.browser("s01"), task="second")
    look(teaching, first=True, second=False)
    assert own(world, "s01")["state"] == "waiting"


def test_without_a_task_nothing_closes_it(teaching: Teaching) -> None:
    world = look(teaching, first=False, second=False)
    ask(world.browser("s01"), task="")
    look(teaching, first=True, second=True)
    assert own(world, "s01")["state"] == "waiting"


def test_what_had_been_done_before_must_be_done_again(teaching: Teaching) -> None:
    world = look(teaching, first=True, second=False)
    ask(world.browser("s01"), task="first")
    look(teaching, first=True, second=False)
    assert own(world, "s01")["state"] == "waiting", "he asks about what he has done"
    look(teaching, first=None, second=False)
    look(teaching, first=True, second=False)
    assert own(world, "s01")["state"] == "waiting", "not known is not undone"
    look(teaching, first=False, second=False)
    look(teaching, first=True, second=False)
    assert own(world, "s01")["state"] == "none"


def test_that_a_task_was_undone_is_known_after_a_restart(teaching: Teaching) -> None:
    world = look(teaching, first=True)
    ask(world.browser("s01"), task="first")
    look(teaching, first=False)
    started = Teaching(World(world.folder, clock=world.clock))
    assert own(look(started, first=True), "s01")["state"] == "none"


@pytest.mark.parametrize("who", ["student", "teacher"])
def test_what_was_opened_again_stays_open_until_the_task_is_done_again(teaching: Teaching, who: str) -> None:
    world = look(teaching, first=False)
    ask(world.browser("s01"), task="first")
    look(teaching, first=True)
    if who == "student":
        assert world.browser("s01").post("/help/again", json={}).json()["state"] == "waiting"
    else:
        assert act(world.browser("teacher"), "undo", number(world, "s01")) == (204, "")
    look(teaching, first=True)
    assert own(world, "s01")["state"] == "waiting"
    look(teaching, first=False)
    look(teaching, first=True)
    assert own(world, "s01")["state"] == "none"


def test_a_student_cannot_undo_what_a_teacher_closed_nor_what_is_long_ago(teaching: Teaching) -> None:
    world = look(teaching, first=False)
    ada = world.browser("s01")
    assert ada.post("/help/again", json={}).status_code == 409
    ask(ada, task="first")
    act(world.browser("teacher"), "resolve", number(world, "s01"))
    assert ada.post("/help/again", json={}).status_code == 409
    ask(ada, task="first")
    look(teaching, first=True)
    world.clock[0] += UNDO
    assert ada.post("/help/again", json={}).status_code == 409


@pytest.mark.parametrize("now", [[], [PEOPLE[0] | {"role": "teacher"}]])
def test_who_leaves_the_class_or_becomes_a_teacher_is_no_longer_in_the_queue(
    world: World, now: list[dict[str, str]]
) -> None:
    for person in ("s01", "s02"):
        ask(world.browser(person))
    world.put(class_json([*now, *PEOPLE[1:]]))
    assert [one["id"] for one in requests(world) if not one["closed"]][-1] == "s02"
    followed(world)
    assert [one["id"] for one in requests(world)] == ["s02"]
    assert own(world, "s02")["place"] == 1
    world.put(class_json())
    assert own(world, "s01")["state"] == "none", "who comes back asks again"


def test_a_task_that_left_the_course_is_none_any_more(teaching: Teaching) -> None:
    world = teaching.world
    ask(world.browser("s01"), task="first")
    world.put(class_json(course={"title": "", "sections": []}))
    followed(world)
    assert [(one["id"], one["title"], one["task"]) for one in requests(world)] == [("s01", "", "")]


def test_who_asks_is_asked_at_once_and_still_counts_as_stuck_on_his_task(teaching: Teaching) -> None:
    teaching.work("s01", 800, first=False, second=False)
    world, board = teaching.world, teaching.world.services.board
    ask(world.browser("s01"), "why?", task="first")
    one = board.of("s01")
    assert (one.state, one.reason, one.otherwise) == (State.ASKED, "“why?”", State.STUCK)
    act(world.browser("teacher"), "claim", number(world, "s01"))
    look(teaching, first=False, second=False)
    assert teaching.state("s01") is State.ASKED, "until somebody was there"
    act(world.browser("teacher"), "resolve", number(world, "s01"))
    assert teaching.state("s01") is State.STUCK


def test_a_task_is_still_flagged_when_those_who_are_stuck_on_it_ask(teaching: Teaching) -> None:
    for person in ("s01", "s02"):
        teaching.work(person, 400, first=False)
    for person in ("s01", "s02"):
        teaching.world.services.presence.note_key(person)
        ask(teaching.world.browser(person), task="first")
    teaching.look(1, **{who: result(teaching.world, first=False) for who in ("s01", "s02")})
    assert teaching.world.services.board.flagged == ("first",)
