"""Looks at the seats again and again, at those where somebody has been at work: the course's checks, and the machine.

Each seat has a task of its own, so that a seat that hangs delays no other. When its checks are due depends on whether
somebody types there; a check that takes long is run less often, whoever wrote it.
"""

import asyncio
import contextlib
import logging
import math
import random
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from spyglass.classroom import Person, Task
from spyglass.progress import seat_shell
from spyglass.progress.machines import Machine
from spyglass.progress.seat_parts import SeatParts
from spyglass.progress.seat_shell import NotFollowedError, SeatShell
from spyglass.seats import SeatUnreachableError

if TYPE_CHECKING:  # services.py holds what this module fills
    from spyglass.services import Services

log = logging.getLogger(__name__)

TICK = 3.0  # seconds between two looks at what is due in one seat
FAST = 6.0  # seconds between two runs of an open task's checks while somebody types
AWAKE = 15.0  # the same while a terminal is only open
SLOW = 60.0  # the same for what is done, what is far ahead, and seats that nobody is at
TYPED_WITHIN = 300.0  # seconds since the last key for which somebody counts as typing
AHEAD = 4  # open tasks, in the course's order, that are looked at often
SHARE = 20.0  # a task's checks run for a twentieth of the time at most, up to SLOW
QUICK = 0.25  # seconds for a task's checks, within which they may share a question with others
AGAIN = 10.0  # seconds until a seat that does not answer, or answers nonsense, is tried again
AT_ONCE = 8  # seats that are asked at the same moment: spreads the load
HOLD = 2.0  # seconds after which one that still thinks does not count among those
MACHINE_EVERY = 15.0  # seconds between two looks at what a seat takes of its host
DISK_EVERY = 300.0  # the same for its disk, which costs more

Answer = TypeVar("Answer")


@dataclass
class Run:
    """When a task's checks were run last, by the monotonic clock, and how long they took."""

    at: float
    took: float


@dataclass
class Schedule:
    """What is due at one seat."""

    runs: dict[str, Run] = field(default_factory=dict)
    machine_at: float = -math.inf
    # Not at once: when a whole class begins there is enough to do.
    disk_at: float = field(default_factory=lambda: time.monotonic() - DISK_EVERY + random.uniform(10, 40))  # noqa: S311

    def due(self, tasks: Sequence[Task], done: Mapping[str, bool], now: float, pause: float) -> list[Task]:
        """Those whose checks are to be run now; ``pause`` is between two runs of what the student is at."""
        near = [task.id for task in tasks if not done.get(task.id)][:AHEAD]
        return [task for task in tasks if self._is_due(task, now, pause if task.id in near else SLOW)]

    def questions(self, tasks: Sequence[Task]) -> list[list[Task]]:
        """Together those that were quick before, which saves both sides half of the work; the others one by one."""
        quick = [task for task in tasks if task.id in self.runs and self.runs[task.id].took < QUICK]
        return [*([quick] if quick else []), *([task] for task in tasks if task not in quick)]

    def _is_due(self, task: Task, now: float, pause: float) -> bool:
        run = self.runs.get(task.id)
        return run is None or now - run.at >= max(pause, min(SLOW, SHARE * run.took))


class SeatRounds:
    """The tasks, one for each seat where somebody has been."""

    def __init__(self, here: "Services", parts: SeatParts) -> None:
        self._here = here
        self._parts = parts
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[Person, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Follow the class for ever."""
        try:
            while True:
                await self.follow()
                await asyncio.sleep(1)
        finally:
            await self._stop(list(self._tasks))

    async def follow(self) -> None:
        """Begin with those who came, end with those who left or moved."""
        course = self._here.classroom.current()
        students = course.students if course is not None else ()
        people = {person for person in students if self._here.history.activity(person.id)}
        await self._stop([person for person in self._tasks if person not in people])
        for person in people - self._tasks.keys():
            self._tasks[person] = asyncio.create_task(self._look_after(person))

    async def _stop(self, people: Sequence[Person]) -> None:
        tasks = [self._tasks.pop(person) for person in people]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for person in people:
            self._lost(person, answers=None)

    def _lost(self, person: Person, *, answers: bool | None) -> None:
        self._parts.forget(person.id)
        self._here.machines.put(person.id, Machine(answers=answers))

    async def _look_after(self, person: Person) -> None:
        await asyncio.sleep(random.uniform(0, TICK))  # noqa: S311 - spreads the class over the time
        schedule = Schedule()
        while True:
            try:
                async with seat_shell.opened(self._here.seats, person) as shell:
                    while True:
                        await self._machine(person, shell, schedule)
                        await self._round(person, shell, schedule)
                        await asyncio.sleep(TICK)
            except SeatUnreachableError:
                self._lost(person, answers=False)
            except NotFollowedError as error:
                log.info("checks in the seat of %s: %s", person.id, error)
                self._lost(person, answers=None)
            except Exception:
                log.exception("checks in the seat of %s", person.id)
                self._lost(person, answers=None)
            await asyncio.sleep(AGAIN)

    async def _machine(self, person: Person, shell: SeatShell, schedule: Schedule) -> None:
        now = time.monotonic()
        if now - schedule.machine_at < MACHINE_EVERY:
            return
        schedule.machine_at = now
        disk = self._here.machines.of(person.id).disk
        if now - schedule.disk_at >= DISK_EVERY:
            schedule.disk_at = now
            disk = await self._in_turn(shell.disk())
        self._here.machines.put(person.id, replace(await self._in_turn(shell.machine()), disk=disk))

    async def _round(self, person: Person, shell: SeatShell, schedule: Schedule) -> None:
        course = self._here.classroom.current()
        tasks = [task for task in course.course.tasks if task.seat_checks] if course else []
        known = self._parts.of(person.id)
        for stale in known.keys() - {task.id for task in tasks}:
            self._parts.put(person.id, stale, None)
        for together in schedule.questions(schedule.due(tasks, known, time.monotonic(), self._pause(person))):
            began = time.monotonic()
            results = await self._in_turn(shell.ask([check for task in together for check in task.seat_checks]))
            now = time.monotonic()
            place = 0
            for task in together:
                schedule.runs[task.id] = Run(at=now, took=(now - began) / len(together))
                found = [results.get(place + number) for number in range(len(task.seat_checks))]
                place += len(found)
                missing = (check.message for check, ok in zip(task.seat_checks, found, strict=True) if ok is False)
                self._parts.put(person.id, task.id, all_done(found), next(missing, ""))

    def _pause(self, person: Person) -> float:
        key = self._here.presence.last_key(person.id)
        if key is not None and time.time() - key < TYPED_WITHIN:
            return FAST
        return AWAKE if self._here.presence.open_terminals(person.id) else SLOW

    async def _in_turn(self, question: Awaitable[Answer]) -> Answer:
        """Ask when few others do; a question that takes long waits on without a slot."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._slots)
            asking = asyncio.ensure_future(question)
            try:
                await asyncio.wait((asking,), timeout=HOLD)
                await stack.aclose()
                return await asking
            finally:
                asking.cancel()


def all_done(results: Sequence[bool | None]) -> bool | None:
    """Of a task's checks: one that fails decides, one that is unknown leaves the rest undecided."""
    if False in results:
        return False
    return True if all(results) else None
