"""What Prometheus is told: as much as is known, by id, and nobody else is told."""

import asyncio
import math
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from spyglass import metrics
from spyglass.grader import StudentResult
from spyglass.progress.collector import Collector
from spyglass.progress.machines import Machine
from spyglass.progress.model import Progress, State
from tests.unit.spyglass.people import World, class_json

TASKS = [
    {"id": "first", "title": "The first", "points": 3, "parts": ["sql"]},
    {"id": "both", "title": "In both", "parts": ["sql", "seat"]},
]
COURSE = {"title": "A course", "sections": [{"title": "Chapter", "tasks": TASKS}]}


def asked(world: World, port: int, path: str = "/metrics") -> httpx.Response:
    """What a request to this port of the app is answered."""
    app = metrics.ByPort(world.app, world.services)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://spyglass:{port}") as client:
            return await client.get(path)

    return asyncio.run(ask())


def series(world: World) -> dict[str, dict[tuple[str, ...], float]]:
    """By name and labels' values, the student's first."""
    answer = asked(world, metrics.PORT)
    assert answer.status_code == 200
    return {
        family.name: {
            tuple(
                sample.labels[key] for key in ("student", "task", "part", "state") if key in sample.labels
            ): sample.value
            for sample in family.samples
        }
        for family in text_string_to_metric_families(answer.text)
    }


def look(world: World, **tasks: bool | None) -> None:
    """One round with s01 at work."""
    course = world.services.classroom.current()
    assert course is not None
    world.services.presence.note_key("s01")
    found: dict[str, Any] = {task: {"ok": ok} for task, ok in tasks.items()}
    one = StudentResult.model_validate({"checked_at": world.clock[0], "tasks": found})
    Collector(world.services, lambda: world.clock[0]).look(course, {"s01": one})


@pytest.fixture
def class_room(world: World) -> World:
    world.put(class_json(course=COURSE))
    return world


def test_what_is_done_since_when_and_what_it_is_worth(class_room: World) -> None:
    look(class_room, first=True, both=False)
    found = series(class_room)
    assert found["lab_task_first_done_timestamp_seconds"] == {
        ("s01", "first"): pytest.approx(class_room.clock[0], abs=1)
    }
    assert found["lab_task_parts"] == {("first",): 1, ("both",): 2}
    assert found["lab_task_points"] == {("first",): 3, ("both",): 1}
    assert found["lab_student_state"]["s01", "working"] == 1
    assert sum(value for (who, _), value in found["lab_student_state"].items() if who == "s01") == 1
    assert found["lab_stuck_seconds"]["s01", "both"] == 0
    assert ("s01", "first") not in found["lab_stuck_seconds"]
    assert found["lab_last_activity_timestamp_seconds"].keys() == {("s01",)}


def test_a_spare_seat_is_nobody_until_somebody_has_been_there(class_room: World) -> None:
    found = series(class_room)
    assert found["lab_seat_free"]["spare01",] == 1
    assert found["lab_seat_free"]["s01",] == 0
    assert "spare01" not in {student for student, _ in found["lab_student_state"]}
    class_room.services.history.sign("spare01", class_room.clock[0])
    found = series(class_room)
    assert found["lab_seat_free"]["spare01",] == 0
    assert found["lab_student_state"]["spare01", "unknown"] == 1


def test_what_is_not_known_has_no_series(class_room: World) -> None:
    look(class_room, first=None, both=None)
    found = series(class_room)
    assert found["lab_task_part_done"] == {}
    assert found["lab_task_median_seconds"] == {}
    class_room.services.seat_parts.put("s01", "both", done=False)
    assert series(class_room)["lab_task_part_done"] == {("s01", "both", "seat"): 0}


def test_who_is_stuck_and_for_how_long(class_room: World) -> None:
    collector = Collector(class_room.services, lambda: class_room.clock[0])
    course = class_room.services.classroom.current()
    assert course is not None
    for _ in range(20):
        class_room.clock[0] += 20
        class_room.services.presence.note_key("s01")
        one = {"checked_at": class_room.clock[0], "tasks": {"first": {"ok": False}}}
        collector.look(course, {"s01": StudentResult.model_validate(one)})
    found = series(class_room)
    assert found["lab_student_state"]["s01", "stuck"] == 1
    assert found["lab_stuck_seconds"]["s01", "first"] == pytest.approx(380, abs=21)
    request = class_room.services.help.ask("s01", "a canary", None)
    asking = series(class_room)
    states = {state: value for (who, state), value in asking["lab_student_state"].items() if who == "s01"}
    assert states == {state: float(state == "asked") for state in State}
    assert asking["lab_stuck_seconds"] == found["lab_stuck_seconds"], "he is that, too"
    assert "canary" not in asked(class_room, metrics.PORT).text
    class_room.services.help.claim(request.number, "teacher")
    assert series(class_room)["lab_student_state"]["s01", "asked"] == 1, "until it is resolved"


def test_a_seat_is_as_it_was_last_seen_and_one_never_seen_is_not_there(class_room: World) -> None:
    machines = class_room.services.machines
    machines.put("s01", Machine(engine=False, memory=2**20, memory_limit=2**30, cpu_seconds=1.5))
    machines.put("s02", Machine(answers=False))
    found = series(class_room)
    assert found["lab_seat_up"] == {("s01",): 1, ("s02",): 0}
    assert found["lab_seat_engine_running"] == {("s01",): 0}
    assert found["lab_seat_memory_bytes"] == {("s01",): 2**20}
    assert found["lab_seat_cpu_seconds"] == {("s01",): 1.5}
    assert found["lab_seat_disk_bytes"] == {}


def test_nobody_is_named_and_teachers_are_not_among_them(class_room: World) -> None:
    look(class_room, first=True)
    text = asked(class_room, metrics.PORT).text
    assert 'student="s02"' in text
    for name in ("Ada", "Grace", "teacher", "onerror"):
        assert name not in text


def test_before_there_is_a_class_nothing_is_known(world: World) -> None:
    (world.folder / "class.json").unlink()
    assert series(world) == {}


def test_the_port_of_the_pages_knows_none_of_it_and_the_other_one_no_page(class_room: World) -> None:
    assert asked(class_room, 8000).status_code == 404
    assert asked(class_room, 8000, "/healthz").text == "ok\n"
    assert "lab_task_points" in asked(class_room, metrics.PORT, "/healthz").text


def test_there_are_no_more_than_said(class_room: World) -> None:
    tasks = [{"id": f"t{number}", "title": "A task", "parts": ["sql", "seat"]} for number in range(10)]
    people = [{"id": f"s{number:02}", "name": "A", "role": "student", "host": "seat"} for number in range(50)]
    class_room.put(class_json(people, course={"title": "", "sections": [{"title": "", "tasks": tasks}]}))
    course = class_room.services.classroom.current()
    assert course is not None
    for person in course.students:
        class_room.services.history.sign(person.id, class_room.clock[0])
        class_room.services.history.add(person, course.course.tasks, class_room.clock[0])
        for task in course.course.tasks:
            class_room.services.seat_parts.put(person.id, task.id, done=True)
        class_room.services.board.put(person.id, Progress(state=State.STUCK, task="t0"))
        everything = Machine(engine=True, memory=1, memory_limit=1, cpu_seconds=1, disk=1)
        class_room.services.machines.put(person.id, everything)
    class_room.services.board.medians = dict.fromkeys((task.id for task in course.course.tasks), math.pi)
    assert sum(map(len, series(class_room).values())) == 50 * (10 * 2 + 16) + 10 * 3
