"""From what the grader and the terminals say to what teachers and students see, and what of it outlives a restart."""

import asyncio
import csv
import io
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from spyglass.grader import Grader, GraderDownError
from spyglass.progress import sheets, table
from spyglass.progress.collector import FRESH, LONGEST_STEP
from spyglass.progress.model import State
from spyglass.wall.tiles import class_of
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.unit.spyglass.teaching import COURSE, TASKS, Teaching, result


def test_a_day_of_one_student(teaching: Teaching) -> None:
    world = teaching.world
    teaching.look(s01=result(world, first=False, second=False))
    assert teaching.state("s01") is State.NOT_STARTED
    teaching.work("s01", 240, first=False, second=False)
    assert teaching.state("s01") is State.WORKING
    teaching.work("s01", 120, first=False, second=False)
    assert teaching.state("s01") is State.STUCK
    assert "on “The first”" in world.services.board.of("s01").reason
    for _ in range(12):
        teaching.look(20, s01=result(world, first=False, second=False))
    assert teaching.state("s01") is State.IDLE
    worked = world.services.board.of("s01").worked
    teaching.look(LONGEST_STEP, s01=result(world, first=False, second=False))
    assert world.services.board.of("s01").worked == worked, "a break is no work"
    teaching.look(1, s01=result(world, first=True, second=False))
    assert teaching.state("s01") is State.WORKING
    assert world.services.board.of("s01").task == "second"
    teaching.look(5, s01=result(world, first=False, second=True))
    assert world.services.board.of("s01").task == "seat", "what was done once stays done"
    assert teaching.state("s01") is State.UNKNOWN
    world.services.seat_parts.put("s01", "seat", done=False, missing="Look in the seat.")
    teaching.look(5, s01=result(world, first=False, second=True))
    assert teaching.state("s01") is State.WORKING
    assert world.services.board.of("s01").messages["seat"] == "Look in the seat."
    world.services.seat_parts.put("s01", "seat", done=True)
    teaching.look(5, s01=result(world, first=False, second=True))
    assert teaching.state("s01") is State.FINISHED


def test_a_query_from_a_desktop_tool_is_a_sign_of_somebody(teaching: Teaching) -> None:
    teaching.look(s01=result(teaching.world, active=teaching.world.clock[0], first=False))
    assert teaching.state("s01") is State.WORKING


def test_what_is_not_known_is_not_called_stuck(teaching: Teaching) -> None:
    teaching.work("s01", 600, first=None, second=None)
    assert teaching.state("s01") is State.UNKNOWN
    old = result(teaching.world, first=False)
    teaching.world.services.presence.note_key("s01")
    teaching.look(LONGEST_STEP, s01=old | {"checked_at": teaching.world.clock[0] - FRESH - 60})
    assert teaching.state("s01") is State.UNKNOWN


def test_first_done_times_and_time_at_work_survive_a_restart(teaching: Teaching, tmp_path: Path) -> None:
    world = teaching.world
    teaching.work("s01", 200, first=False)
    teaching.look(10, s01=result(world, first=True))
    at = world.clock[0]
    teaching.work("s01", 200, first=True, second=False)
    again = World(tmp_path, clock=world.clock)
    assert again.services.history.of("s01")["first"].at == at
    assert again.services.history.of("s01")["first"].took == pytest.approx(190, abs=25)
    kept = again.services.history.activity("s01")
    assert kept is not None
    assert kept.worked == pytest.approx(200, abs=40)


def test_somebody_who_leaves_the_class_leaves_the_board_and_stays_on_the_list(teaching: Teaching) -> None:
    world = teaching.world
    teaching.work("s01", 40, first=True)
    world.put(class_json([person for person in PEOPLE if person["id"] != "s01"], course=COURSE))
    teaching.look(3)
    assert world.services.board.of("s01").state is State.UNKNOWN
    rows = sheet(world)
    assert [row["task"] for row in rows if row["student"] == "s01"] == ["first"]


def sheet(world: World) -> list[dict[str, str]]:
    answer = world.browser("teacher").get("/class.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_sheet_has_a_row_for_everybody_and_every_task(teaching: Teaching) -> None:
    teaching.look(s02=result(teaching.world, first=True, second=False))
    rows = sheet(teaching.world)
    assert len(rows) == 3 * len(TASKS)
    done = [row for row in rows if row["first done"]]
    assert [(row["student"], row["task"], row["points"]) for row in done] == [("s02", "first", "1")]
    assert {row["title"] for row in rows} == {"The first", "'=The second", "In the seat"}
    assert {row["points"] for row in rows if not row["first done"]} == {"0"}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", " =1", "\t=1", "|a", "%a"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert str(sheets.safe(cell)).startswith("'")


def test_the_tasks_page_says_where_the_class_is(teaching: Teaching) -> None:
    teaching.look(**{who: result(teaching.world, first=True, second=False) for who in ("s01", "s02")})
    page = teaching.world.browser("teacher").get("/class/tasks").text
    assert "2 of 2" in page, "a spare seat that nobody has taken is nobody"
    teaching.world.services.presence.note_key("spare01")
    teaching.look(3)
    assert "2 of 3" in teaching.world.browser("teacher").get("/class/tasks").text
    assert "4 min <small>(guess)</small>" in page
    teaching.world.put(class_json())
    assert "The course has no tasks." in teaching.world.browser("teacher").get("/class/tasks").text


def test_a_student_sees_his_own_tasks_with_what_is_missing_and_no_hint_unasked(teaching: Teaching) -> None:
    teaching.look(s01=result(teaching.world, first=True, second=False))
    browser = teaching.world.browser("s01")
    page = browser.get("/progress").text
    assert "second is missing" in page
    assert "twice" not in page
    assert "The class" not in page
    course = teaching.world.services.classroom.current()
    assert course is not None
    own = table.own(teaching.world.services, course.people[0], course)
    assert (own["done"], own["points"]) == (1, 1)
    assert {task: one["mark"] for task, one in own["tasks"].items()} == {
        "first": "done", "second": "open", "seat": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(("visibility", "name"), [("anonymous", "s02"), ("names", "&lt;img src=x")])
def test_the_class_is_seen_as_the_workshop_allows(teaching: Teaching, visibility: str, name: str) -> None:
    teaching.world.put(class_json(course=COURSE, visibility=visibility))
    page = teaching.world.browser("s01").get("/progress").text
    assert "The class" in page
    assert name in page
    assert ("Ada" in page.split("<h2>The class</h2>")[1]) is (visibility == "names")


@pytest.mark.parametrize("path", ["/class/tasks", "/class.csv"])
def test_students_see_nothing_of_the_class(world: World, path: str) -> None:
    assert world.browser("s01").get(path).status_code == 403


# The grader's socket


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[list[bytes]]:
    """Something that answers on a socket with what the test puts into the list."""
    path, bodies = tmp_path / "grader.sock", list[bytes]()
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                line.recv(4096)
                body = bodies.pop(0)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield bodies
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(10)


def test_the_graders_answer_is_typed(answering: list[bytes], tmp_path: Path, world: World) -> None:
    answering.append(json.dumps({"s01": result(world, first=True)}).encode())
    found = asyncio.run(Grader(tmp_path / "grader.sock").results())
    assert found["s01"].tasks["first"].ok is True


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"s01": {}}', b'{"s01": 5}'])
def test_what_is_no_answer_is_no_answer(answering: list[bytes], tmp_path: Path, body: bytes) -> None:
    answering.append(body)
    with pytest.raises(GraderDownError):
        asyncio.run(Grader(tmp_path / "grader.sock").results())


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"message": "no"}'])
def test_a_reset_without_a_name_may_have_happened(answering: list[bytes], tmp_path: Path, body: bytes) -> None:
    answering.append(body)
    with pytest.raises(GraderDownError):
        asyncio.run(Grader(tmp_path / "grader.sock").reset("s01"))


def test_a_reset_says_what_was_saved(answering: list[bytes], tmp_path: Path) -> None:
    answering.append(b'{"saved": "20261122T090000Z-database.dump"}')
    assert asyncio.run(Grader(tmp_path / "grader.sock").reset("s01")) == "20261122T090000Z-database.dump"


def test_a_grader_that_is_gone_is_said_and_nothing_is_lost(teaching: Teaching) -> None:
    teaching.look(s01=result(teaching.world, first=True))
    asyncio.run(teaching.collector.round())
    board = teaching.world.services.board
    assert board.grader is False
    assert board.of("s01").first_done
    assert board.of("s01").done == {}
    course = teaching.world.services.classroom.current()
    assert course is not None
    assert class_of(teaching.world.services, course)["grader"] is False


def test_a_task_of_two_parts_is_done_when_both_are(world: World) -> None:
    both = {"id": "both", "title": "Both", "parts": ["sql", "seat"]}
    world.put(class_json(course={"sections": [{"title": "One", "tasks": [both]}]}))
    teaching = Teaching(world)
    for in_database, in_seat, expected in (
        (True, True, {"both": True}), (True, False, {"both": False}), (None, False, {"both": False}),
        (True, None, {}), (None, None, {}), (False, None, {"both": False}),
    ):  # fmt: skip
        world.services.seat_parts.put("s01", "both", in_seat)
        teaching.look(3, s01=result(world, both=in_database))
        assert world.services.board.of("s01").done == expected
