"""Showing a terminal: who may begin, who is asked, what everybody hears of it, and that nothing is left on."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.testclient import TestClient

from spyglass.presence import Line
from spyglass.showing import stage, words
from spyglass.showing.film import Follower
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.unit.spyglass.wall_kit import FakeControl, eventually
from tests.waiting import PATIENCE


class Room:
    """Ada and Grace at their desks, with a terminal open."""

    def __init__(self, world: World, open_lines: ExitStack) -> None:
        self.world = world
        self.ada, self.grace = world.browser("s01"), world.browser("teacher")
        self.lines = {name: open_lines.enter_context(self.line(name)) for name in ("s01", "teacher")}

    def line(self, name: str) -> Any:
        person = self.world.person(name)
        line = Line(viewer=person, seat=person, session=name, tell=lambda _: None, cut=lambda _: None)
        return self.world.services.presence.line(line)

    @property
    def shown(self) -> str | None:
        show = self.world.services.showing.now()
        return show.person.id if show else None

    def told(self, name: str) -> dict[str, Any]:
        return words.own(self.world.services, self.world.person(name), self.world.course())

    def audit(self) -> list[tuple[str, str, str]]:
        return [(entry.actor, entry.action, entry.subject) for entry in self.world.services.audit.entries()]


@pytest.fixture
def room(world: World) -> Iterator[Room]:
    with ExitStack() as lines:
        yield Room(world, lines)


def test_a_teacher_shows_his_own_and_ends_it(room: Room) -> None:
    assert room.told("s01") == {"show": None, "followers": 0, "ask": None}
    assert room.grace.post("/showing/start").status_code == 204
    assert room.shown == "teacher"
    show = {"id": "teacher", "who": "Grace's terminal", "is_teachers": True, "mine": False}
    assert room.told("s01")["show"] == show
    assert room.told("teacher")["show"] == show | {"mine": True}
    assert room.grace.post("/showing/stop").status_code == 204
    assert room.shown is None
    assert [action for _, action, _ in room.audit()] == ["shows the own terminal to everybody", "ends the showing"]


def test_a_students_terminal_is_shown_with_his_yes_alone(room: Room) -> None:
    assert room.grace.post("/showing/ask/s01").status_code == 204
    assert room.shown is None
    assert room.told("s01")["ask"] == {"by": "Grace", "left": 60}
    assert room.told("s02")["ask"] is None
    assert room.ada.post("/showing/answer", json={"yes": False}).status_code == 204
    assert room.shown is None
    assert room.told("s01")["ask"] is None
    room.grace.post("/showing/ask/s01")
    assert room.ada.post("/showing/answer", json={"yes": True}).status_code == 204
    assert room.shown == "s01"
    assert room.told("s01")["show"]["mine"] is True
    assert room.ada.post("/showing/stop").status_code == 204
    assert room.shown is None
    assert room.audit()[-3:] == [
        ("teacher", "asks to show the terminal to everybody", "s01"),
        ("s01", "says yes to showing the terminal", "s01"),
        ("s01", "ends the showing", "s01"),
    ]


def test_a_classmate_is_named_only_where_the_class_sees_names(room: Room) -> None:
    room.world.services.showing.start(room.world.person("s01"), "teacher")
    assert room.told("s02")["show"] == {"id": "", "who": "a student's terminal", "is_teachers": False, "mine": False}
    assert room.told("teacher")["show"]["who"] == "Ada's terminal"
    room.world.put(class_json(visibility="names"))
    assert room.told("s02")["show"]["who"] == "Ada's terminal"


def test_silence_is_a_no(room: Room) -> None:
    room.grace.post("/showing/ask/s01")
    room.world.clock[0] += stage.PATIENCE
    assert room.told("s01")["ask"] is None
    assert room.ada.post("/showing/answer", json={"yes": True}).status_code == 409
    assert room.shown is None


def test_a_question_that_was_withdrawn_is_answered_no_more(room: Room) -> None:
    room.grace.post("/showing/ask/s01")
    room.grace.post("/showing/stop")
    assert room.ada.post("/showing/answer", json={"yes": True}).status_code == 409
    assert room.shown is None


def test_nobody_says_yes_for_another(room: Room) -> None:
    room.grace.post("/showing/ask/s01")
    assert room.world.browser("s02").post("/showing/answer", json={"yes": True}).status_code == 409
    assert room.shown is None


def test_a_student_ends_what_is_shown_of_him_and_nothing_else(room: Room) -> None:
    room.grace.post("/showing/start")
    assert room.ada.post("/showing/stop").status_code == 403
    assert room.shown == "teacher"


def test_who_is_not_there_or_no_student_is_not_asked(room: Room) -> None:
    answer = room.grace.post("/showing/ask/s02")
    assert (answer.status_code, "no page open" in answer.json()["message"]) == (409, True)
    for name in ("teacher", "nobody"):
        assert room.grace.post(f"/showing/ask/{name}").status_code == 404


def test_a_newer_one_takes_the_place_of_the_older(room: Room) -> None:
    room.grace.post("/showing/start")
    room.grace.post("/showing/ask/s01")
    room.ada.post("/showing/answer", json={"yes": True})
    assert room.shown == "s01"
    assert ("s01", "ends the showing", "teacher") in room.audit()


def signs_out(room: Room) -> None:
    room.grace.post("/sign-out")


def is_an_hour_older(room: Room) -> None:
    room.world.clock[0] += stage.LONGEST


def is_a_student_now(room: Room) -> None:
    room.world.put(class_json([*PEOPLE[:3], PEOPLE[3] | {"role": "student"}]))


def has_another_seat(room: Room) -> None:
    room.world.put(class_json([*PEOPLE[:3], PEOPLE[3] | {"host": "elsewhere"}]))


def leaves_the_class(room: Room) -> None:
    room.world.put(class_json(PEOPLE[:3]))


@pytest.mark.parametrize("happens", [signs_out, is_an_hour_older, is_a_student_now, has_another_seat, leaves_the_class])
def test_it_ends_by_itself(room: Room, happens: Callable[[Room], None]) -> None:
    room.grace.post("/showing/start")
    happens(room)
    assert room.shown is None


def test_it_ends_a_minute_after_the_last_page_and_a_reload_is_none(world: World) -> None:
    with ExitStack() as lines:
        room = Room(world, lines)
        room.grace.post("/showing/start")
        world.clock[0] += 600
        assert room.shown == "teacher"
    world.clock[0] += stage.AWAY - 1
    assert room.shown == "teacher"
    with ExitStack() as lines:
        lines.enter_context(room.line("teacher"))
        assert room.shown == "teacher"
    world.clock[0] += stage.AWAY
    assert room.shown is None


def test_while_nothing_is_shown_there_is_nothing_to_follow(room: Room) -> None:
    answer = room.ada.get("/showing/history")
    assert (answer.status_code, "Nothing is shown" in answer.json()["message"]) == (403, True)
    with room.world.services.film.open(lambda: None) as follower:
        assert asyncio.run(follower.take()) == "event: show\ndata: null\n\n"


async def until(follower: Follower, text: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while text not in await follower.take():
            pass


def test_all_who_follow_look_through_one_camera_and_it_rests_when_nobody_does(
    room: Room, seats: dict[str, FakeControl]
) -> None:
    here = room.world.services

    async def follow() -> None:
        here.showing.start(room.world.person("s01"), "teacher")
        with here.film.open(lambda: "on") as one, here.film.open(lambda: "on") as other:
            for follower in (one, other):
                await until(follower, "I am s01")
            assert (len(here.film), seats["s01"].open) == (2, 1)
            seats["s01"].show("changed")
            await until(other, "changed")
            here.showing.stop()
            here.film.aim()
            await eventually(lambda: seats["s01"].open == 0)
            assert here.film.picture == "", "whoever comes next is not shown what was there"
        here.showing.start(room.world.person("s01"), "teacher")
        here.film.aim()
        await asyncio.sleep(0)
        assert seats["s01"].open == 0
        await here.film.close()

    asyncio.run(follow())


def test_what_the_wall_says_of_it(room: Room) -> None:
    def said() -> dict[str, Any]:
        return words.teachers(room.world.services, room.world.course())

    assert (said()["who"], said()["asked"]) == ("", "")
    room.grace.post("/showing/ask/s01")
    assert (said()["asked"], said()["asked_name"]) == ("s01", "Ada")
    room.ada.post("/showing/answer", json={"yes": True})
    assert (said()["id"], said()["who"], said()["minutes"], said()["asked"]) == ("s01", "Ada", 60, "")


def test_a_seat_that_does_not_answer_has_nothing_above(room: Room) -> None:
    answer: Any = room.grace.get("/watch/s01/history")
    assert (answer.status_code, "does not answer" in answer.json()["message"]) == (503, True)
    assert room.grace.get("/watch/nobody/history").status_code == 404


def test_the_page_of_its_own_is_for_everybody(room: Room) -> None:
    browsers: list[TestClient] = [room.ada, room.grace]
    for browser in browsers:
        assert "data-alone" in browser.get("/showing").text
