"""What a teacher writes, whom it reaches, and until when it stays."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from spyglass.notices import words
from spyglass.notices.routes import LONGEST
from spyglass.notices.store import MOST_KEPT, MOST_TOLD, TOLD
from tests.unit.spyglass.people import PEOPLE, World, class_json

BREAK = "Back at 10:30"


@pytest.fixture
def class_room(world: World) -> World:
    people = [PEOPLE[0] | {"group": "red"}, *PEOPLE[1:]]
    world.put(class_json(people))
    return world


def write(world: World, to: str = "all", text: str = BREAK) -> None:
    answer = world.browser("teacher").post("/notices", json={"to": to, "text": text})
    assert answer.status_code == 204, answer.text


def own(world: World, person: str) -> list[dict[str, Any]]:
    return words.own(world.services, world.person(person), world.course())


def written(world: World) -> dict[str, Any]:
    return words.written(world.services, world.course())


@pytest.mark.parametrize(
    ("to", "reached"),
    [
        ("all", {"s01": "everybody", "s02": "everybody", "spare01": "everybody"}),
        ("group:red", {"s01": "your group"}),
        ("person:s02", {"s02": "you"}),
    ],
)
def test_it_reaches_whom_it_is_for_and_says_so(class_room: World, to: str, reached: dict[str, str]) -> None:
    write(class_room, to)
    people = [person["id"] for person in PEOPLE]
    assert {one: told[0]["to"] for one in people if (told := own(class_room, one))} == reached


def test_it_stays_until_it_is_read_by_each_and_teachers_see_by_how_many(class_room: World) -> None:
    write(class_room)
    write(class_room, text="And <b>bring</b>\n\n\n\ncoffee\u202e")
    later, first = own(class_room, "s01")
    assert later["text"] == "And <b>bring</b>\n\ncoffee"
    assert not first["read"]
    assert class_room.browser("s01").post("/notices/read", json={"number": first["number"]}).status_code == 204
    assert [one["read"] for one in own(class_room, "s01")] == [False, True]
    assert [one["read"] for one in own(class_room, "s02")] == [False, False]
    shown = {one["text"]: (one["read"], one["of"], one["missing"]) for one in written(class_room)["notices"]}
    # The spare seat where nobody has been is nobody.
    assert shown[BREAK] == (1, 2, [next(one["name"] for one in PEOPLE if one["id"] == "s02")])
    assert World(class_room.folder, clock=class_room.clock).services.notices.readers(first["number"]) == {"s01"}


def test_whoever_comes_later_has_the_days_and_not_yesterdays(class_room: World) -> None:
    write(class_room)
    class_room.put(class_json([*PEOPLE, {"id": "late", "name": "Late", "role": "student", "host": "seat-late"}]))
    assert [one["text"] for one in own(class_room, "late")] == [BREAK]
    class_room.clock[0] += TOLD + 1
    assert own(class_room, "late") == []
    assert written(class_room)["notices"] == []
    assert World(class_room.folder, clock=class_room.clock).services.notices.told() == []


def test_what_is_taken_back_is_gone_everywhere(class_room: World) -> None:
    write(class_room)
    [notice] = own(class_room, "s01")
    teacher = class_room.browser("teacher")
    assert teacher.post("/notices/take-back", json={"number": notice["number"]}).status_code == 204
    assert own(class_room, "s01") == []
    assert World(class_room.folder, clock=class_room.clock).services.notices.told() == []
    assert teacher.post("/notices/take-back", json={"number": notice["number"]}).status_code == 404
    write(class_room)
    assert own(class_room, "s01")[0]["number"] != notice["number"], "a page would take it for the one that is gone"
    assert class_room.browser("s01").post("/notices/read", json={"number": notice["number"]}).status_code == 404


def test_nobody_reads_what_is_for_another(class_room: World) -> None:
    write(class_room, "person:s02")
    number = class_room.services.notices.told()[0].number
    assert class_room.browser("s01").post("/notices/read", json={"number": number}).status_code == 404
    assert class_room.services.notices.readers(number) == frozenset()


def test_students_write_to_nobody(class_room: World) -> None:
    browser = class_room.browser("s01")
    assert browser.post("/notices", json={"to": "person:s02", "text": "Hello"}).status_code == 403
    assert browser.post("/notices/take-back", json={"number": 1}).status_code == 403


@pytest.mark.parametrize(
    ("to", "text", "says"),
    [
        ("all", "", "empty"),
        ("all", " \n\t\u200b", "empty"),
        ("all", "x" * (LONGEST + 1), "too long"),
        ("group:blue", "Hello", "Nobody"),
        ("person:teacher", "Hello", "Nobody"),
        ("everybody", "Hello", "Nobody"),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_nothing(class_room: World, to: str, text: str, says: str) -> None:
    answer = class_room.browser("teacher").post("/notices", json={"to": to, "text": text})
    assert answer.status_code == 400
    assert says in answer.json()["message"]
    assert class_room.services.notices.told() == []


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"to": 1, "text": "x"}', '{"number": "x"}'])
def test_what_is_no_notice_at_all_is_refused(class_room: World, body: str) -> None:
    teacher: TestClient = class_room.browser("teacher")
    assert [teacher.post(path, content=body).status_code for path in ("/notices", "/notices/take-back")] == [400, 400]
    assert class_room.browser("s01").post("/notices/read", content=body).status_code == 400


def test_eyes_here_is_told_with_what_is_left_and_ends_by_itself(class_room: World) -> None:
    course = class_room.course()
    assert words.eyes(class_room.services, course) is None
    teacher = class_room.browser("teacher")
    assert teacher.post("/notices/eyes", json={"minutes": 2}).status_code == 204
    name = next(one["name"] for one in PEOPLE if one["id"] == "teacher")
    class_room.clock[0] += 61
    assert words.eyes(class_room.services, course) == {"by": name, "left": 60}
    assert written(class_room)["eyes"] == {"by": name, "left": 60}
    again = World(class_room.folder, clock=class_room.clock).services
    assert words.eyes(again, course) == {"by": name, "left": 60}
    class_room.clock[0] += 60
    assert words.eyes(class_room.services, course) is None


def test_eyes_here_can_be_ended_and_a_clock_set_back_makes_it_no_longer(class_room: World) -> None:
    teacher, eyes = class_room.browser("teacher"), class_room.services.eyes
    teacher.post("/notices/eyes", json={"minutes": 15})
    class_room.clock[0] -= 7200
    found = eyes.now()
    assert found
    assert found[1] == 15 * 60
    teacher.post("/notices/eyes", json={"minutes": 0})
    assert eyes.now() is None
    assert World(class_room.folder, clock=class_room.clock).services.eyes.now() is None


@pytest.mark.parametrize("minutes", [-1, 16, 1.5, "x", None])
def test_eyes_here_has_an_end(class_room: World, minutes: object) -> None:
    assert class_room.browser("teacher").post("/notices/eyes", json={"minutes": minutes}).status_code == 400
    assert class_room.browser("s01").post("/notices/eyes", json={"minutes": 1}).status_code == 403
    assert class_room.services.eyes.now() is None


def test_only_so_many_are_told_and_kept(class_room: World) -> None:
    notices = class_room.services.notices
    for number in range(MOST_KEPT + 10):
        notices.write("teacher", "all", str(number))
    assert [one.text for one in notices.told()][:2] == [str(MOST_KEPT + 9), str(MOST_KEPT + 8)]
    assert len(notices.told()) == MOST_TOLD
    assert [one.number for one in World(class_room.folder, clock=class_room.clock).services.notices.told()] == [
        one.number for one in notices.told()
    ]
