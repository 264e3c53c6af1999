"""What only this app knows, as series for Prometheus: as of now, on a port that the gateway leads nobody to.

In: the board, the history, the class. Out: an ASGI application that answers every path with them. Students are named by
id, never by name, and teachers not at all; what is unknown has no series. There are at most students x (tasks x 2 + 16)
and tasks x 3 of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, make_asgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from spyglass.classroom import ClassFile
from spyglass.progress.machines import Machine
from spyglass.progress.model import State
from spyglass.progress.table import taking_part
from spyglass.services import Services

PORT = 9464  # of the backplane; images/prometheus names it too

Sample = tuple[Sequence[str], float | bool | None]


class Series(Collector):
    """Reads everything at the moment when Prometheus asks."""

    def __init__(self, here: Services) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        """All families; none before there is a class."""
        course = self._here.classroom.current()
        if course is not None:
            yield from self._tasks(course)
            yield from self._results(course)
            yield from self._states(course)
            yield from self._seats(course)

    def _tasks(self, course: ClassFile) -> Iterator[Metric]:
        tasks = course.course.tasks
        yield gauge(
            "lab_task_parts",
            "Where a task is looked for: in the database, in the seat, or both.",
            ("task",),
            [((task.id,), len(task.parts)) for task in tasks],
        )
        yield gauge(
            "lab_task_points",
            "What a task is worth.",
            ("task",),
            [((task.id,), task.points) for task in tasks],
        )
        yield gauge(
            "lab_task_median_seconds",
            "Median of the work that a task took those who have done it, once they are enough.",
            ("task",),
            [((task.id,), self._here.board.medians.get(task.id)) for task in tasks],
        )

    def _results(self, course: ClassFile) -> Iterator[Metric]:
        tasks, students = course.course.tasks, course.students
        yield gauge(
            "lab_task_part_done",
            "Whether all of a task's checks in the seat hold.",
            ("student", "task", "part"),
            [
                ((person.id, task.id, "seat"), self._here.seat_parts.of(person.id).get(task.id))
                for person in students
                for task in tasks
                if "seat" in task.parts
            ],
        )
        yield gauge(
            "lab_task_first_done_timestamp_seconds",
            "When a task was seen done for the first time; it stays when the work is undone.",
            ("student", "task"),
            [
                ((person.id, task.id), done.at)
                for person in students
                for task in tasks
                if (done := self._here.history.of(person.id).get(task.id))
            ],
        )

    def _states(self, course: ClassFile) -> Iterator[Metric]:
        board, students = self._here.board, taking_part(self._here, course)
        yield gauge(
            "lab_seat_free",
            "Whether it is a seat that nobody has: a spare one, or one that was freed.",
            ("student",),
            [((person.id,), person not in students) for person in course.students],
        )
        yield gauge(
            "lab_last_activity_timestamp_seconds",
            "The last sign of a student: a key, a query, a check that holds for the first time.",
            ("student",),
            [
                ((person.id,), activity.last)
                for person in students
                if (activity := self._here.history.activity(person.id))
            ],
        )
        yield gauge(
            "lab_student_state",
            "1 for the state that a student is in, 0 for each other.",
            ("student", "state"),
            [((person.id, state), board.of(person.id).state is state) for person in students for state in State],
        )
        yield gauge(
            "lab_stuck_seconds",
            "How long a student who is stuck, asked for help or not, has worked on his task; 0 for one who is not.",
            ("student", "task"),
            [
                ((person.id, one.task), one.worked if one.otherwise is State.STUCK else 0)
                for person in students
                if (one := board.of(person.id)).task and one.otherwise is not State.UNKNOWN
            ],
        )

    def _seats(self, course: ClassFile) -> Iterator[Metric]:
        machines = {person.id: self._here.machines.of(person.id) for person in course.students}
        families: Mapping[str, tuple[str, Callable[[Machine], float | None]]] = {
            "lab_seat_up": ("Whether a seat where somebody has been answers.", lambda one: one.answers),
            "lab_seat_engine_running": (
                "Whether its Docker engine runs, which starts by itself.",
                lambda one: one.engine,
            ),
            "lab_seat_memory_bytes": (
                "What it has in use, without what the kernel gives back.",
                lambda one: one.memory,
            ),
            "lab_seat_memory_limit_bytes": ("What it may use.", lambda one: one.memory_limit),
            "lab_seat_disk_bytes": ("What lies in its home and its Docker engine.", lambda one: one.disk),
        }
        for name, (text, value) in families.items():
            yield gauge(name, text, ("student",), [((who,), value(one)) for who, one in machines.items()])
        cpu = CounterMetricFamily("lab_seat_cpu_seconds", "Processor time since it was started.", labels=("student",))
        for who, one in machines.items():
            if one.cpu_seconds is not None:
                cpu.add_metric((who,), one.cpu_seconds)
        yield cpu


def gauge(name: str, text: str, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    """A family without the samples that are unknown."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, value in samples:
        if value is not None:
            family.add_metric(values, float(value))
    return family


class ByPort:
    """The app, and its series on `PORT`: the port that a request came to, which nobody can claim, tells them apart."""

    def __init__(self, app: ASGIApp, here: Services) -> None:
        registry = CollectorRegistry()
        registry.register(Series(here))
        self._app = app
        self._series: ASGIApp = make_asgi_app(registry, disable_compression=True)  # within one host it only costs time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        server = scope.get("server") or (None, None)
        if scope["type"] == "lifespan" or server[1] != PORT:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._series(scope, receive, send)
