"""Every few seconds: what the grader and the terminals know becomes the board, and who is stuck.

What is not known stays unknown; what was done once stays done once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from spyglass.classroom import ClassFile, Person, Task
from spyglass.grader import GraderDownError, StudentResult, TaskResult
from spyglass.progress import states
from spyglass.progress.model import Progress
from spyglass.progress.states import Situation

if TYPE_CHECKING:  # services.py holds what this module fills
    from spyglass.services import Services

log = logging.getLogger(__name__)

EVERY = 2.5  # seconds
LONGEST_STEP = 30.0  # seconds between two rounds that count as work; more: the machine slept
FRESH = 300.0  # seconds for which a result of the grader's is believed
NOTHING = TaskResult(ok=None)


class Collector:
    """Its rounds; :meth:`round` is one of them."""

    def __init__(self, here: "Services", clock: Callable[[], float] = time.time) -> None:
        self._here = here
        self._clock = clock
        self._last: float | None = None

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("progress: this round is left out")
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        """Look once."""
        course = self._here.classroom.current()
        if course is None:
            return
        try:
            results = await self._here.grader.results()
        except GraderDownError as error:
            if self._here.board.grader is not False:
                log.warning("the grader does not answer: %s", error)
            self._here.board.grader, results = False, {}
        else:
            self._here.board.grader = True
        self.look(course, results)

    def look(self, course: ClassFile, results: Mapping[str, StudentResult]) -> None:
        """Take in what the grader said, by student."""
        board, history, now = self._here.board, self._here.history, self._clock()
        step = min(LONGEST_STEP, max(0.0, now - self._last)) if self._last is not None else 0.0
        self._last = now
        tasks = course.course.tasks
        students = course.students
        board.keep({person.id for person in students})
        done = {}
        for person in students:
            result = results.get(person.id)
            self._signs(person, result, now)
            self._work(person, course, tasks, step, now)
            done[person.id] = self._done(person, tasks, result, now)
            for new in history.add(person, [task for task in tasks if done[person.id].get(task.id)], now):
                log.info("%s has done %s", new.student, new.task)
        board.medians = states.medians(history.durations())
        for person in students:
            board.put(person.id, self._progress(person, course, done[person.id], results.get(person.id), now))
        progress = (board.of(person.id) for person in students)
        board.flagged = states.flagged((one.otherwise, one.task) for one in progress)

    def _signs(self, person: Person, result: StudentResult | None, now: float) -> None:
        """A key, or something in the database; that somebody has opened his terminal for the first time counts, too."""
        history = self._here.history
        if (key := self._here.presence.last_key(person.id)) is not None:
            history.sign(person.id, key)
        if result is not None and result.active_at is not None:
            history.sign(person.id, min(result.active_at, now))
        if history.activity(person.id) is None and self._here.presence.open_terminals(person.id):
            history.sign(person.id, now)

    def _work(self, person: Person, course: ClassFile, tasks: tuple[Task, ...], step: float, now: float) -> None:
        """Time at a task passes while there are signs of somebody, and while there is a task."""
        activity = self._here.history.activity(person.id)
        idle = course.thresholds.idle_minutes * 60
        if activity is not None and now - activity.last <= idle and not self._is_through(person, tasks):
            self._here.history.work(person.id, step)

    def _is_through(self, person: Person, tasks: tuple[Task, ...]) -> bool:
        return all(task.id in self._here.history.of(person.id) for task in tasks)

    def _progress(
        self, person: Person, course: ClassFile, done: dict[str, bool], result: StudentResult | None, now: float
    ) -> Progress:
        tasks = course.course.tasks
        reached = self._here.history.of(person.id)
        activity = self._here.history.activity(person.id)
        current = states.next_task(tasks, reached)
        worked = activity.worked if activity else 0.0
        verdict = states.judge(
            Situation(
                tasks=len(tasks),
                done=sum(task.id in reached for task in tasks),
                known=current is None or current.id in done,
                quiet=max(0.0, now - activity.last) if activity else None,
                worked=worked,
                usual=states.usual(current, self._here.board.medians),
                title=current.title if current else "",
            ),
            course.thresholds,
        )
        return Progress(
            done=done,
            first_done={task.id: reached[task.id].at for task in tasks if task.id in reached},
            messages={
                task.id: text
                for task in tasks
                if not done.get(task.id) and (text := self._missing(person, task, result))
            },
            state=verdict.state,
            task=current.id if current else None,
            reason=verdict.reason,
            database=_answers(result, now),
            worked=worked,
        )

    def _done(
        self, person: Person, tasks: tuple[Task, ...], result: StudentResult | None, now: float
    ) -> dict[str, bool]:
        """What is known now of each task: done when all its parts are; one that is not known leaves it unknown."""
        databases = result.tasks if _is_fresh(result, now) and result is not None else {}
        seats = self._here.seat_parts.of(person.id)
        found = {}
        for task in tasks:
            parts = [databases.get(task.id, NOTHING).ok if part == "sql" else seats.get(task.id) for part in task.parts]
            if parts and None not in parts:
                found[task.id] = all(parts)
            elif False in parts:
                found[task.id] = False
        return found

    def _missing(self, person: Person, task: Task, result: StudentResult | None) -> str:
        """In words: first what is missing in the database."""
        in_database = result.tasks.get(task.id, NOTHING) if result is not None else NOTHING
        return in_database.message or self._here.seat_parts.missing(person.id).get(task.id, "")


def _is_fresh(result: StudentResult | None, now: float) -> bool:
    return result is not None and now - result.checked_at <= FRESH


def _answers(result: StudentResult | None, now: float) -> bool | None:
    """Whether a database says anything at all; None where there was nothing to ask, or nobody who asked."""
    if result is None or not result.tasks:
        return None
    return _is_fresh(result, now) and any(task.ok is not None for task in result.tasks.values())
