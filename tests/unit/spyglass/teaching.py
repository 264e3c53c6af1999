"""A class that goes on: what the grader says and who types, without a grader or a terminal."""

from typing import Any

from spyglass.grader import StudentResult
from spyglass.progress.collector import Collector
from spyglass.progress.model import State
from tests.unit.spyglass.people import World

TASKS = [
    {
        "id": "first",
        "title": "The first",
        "points": 1,
        "parts": ["sql"],
        "hints": ["Think <b>twice</b>.", "Then write."],
    },
    {"id": "second", "title": "=The second", "points": 2, "minutes": 4, "requires": ["first"], "parts": ["sql"]},
    {"id": "seat", "title": "In the seat", "points": 3, "parts": ["seat"]},
]
COURSE = {"title": "A course", "sections": [{"title": "Chapter", "tasks": TASKS}]}


def result(world: World, active: float | None = None, **tasks: bool | None) -> dict[str, Any]:
    return {
        "checked_at": world.clock[0],
        "active_at": active,
        "tasks": {task: {"ok": ok, "message": "" if ok else f"{task} is missing"} for task, ok in tasks.items()},
    }


class Teaching:
    """A class that goes on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.collector = Collector(world.services, lambda: world.clock[0])

    def look(self, seconds: float = 0.0, /, **results: dict[str, Any]) -> None:
        self.world.clock[0] += seconds
        course = self.world.services.classroom.current()
        assert course is not None
        self.collector.look(course, {who: StudentResult.model_validate(one) for who, one in results.items()})

    def work(self, student: str, seconds: float, **tasks: bool | None) -> None:
        """He types now and then, for so long."""
        for _ in range(int(seconds // 20)):
            self.world.services.presence.note_key(student)
            self.look(20, **{student: result(self.world, **tasks)})

    def state(self, student: str) -> State:
        return self.world.services.board.of(student).state
