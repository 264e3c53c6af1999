"""The grader at work: looks who wrote, sends a pass through each database whose turn it is, keeps what they found.

What is new is written down with each look, for the exporter. At most `LANES` sessions in students' databases at once,
one in "monitor" and one in "reference". While PostgreSQL is away it is asked again at growing intervals, and nothing
else happens.
"""

import asyncio
import logging
import time

from .ledger import Ledger, Use
from .plan import Plan, PlanFile
from .reference import References
from .schedule import ROUND, Schedule
from .visit import Visitor
from .wire import WireError

log = logging.getLogger(__name__)

LANES = 2
LOOK_EVERY = 2.0
LONGEST_PAUSE = 15.0


class Work:
    """All of it; `lanes` also counts what a reset uses."""

    def __init__(self, socket: str, plan_file: PlanFile) -> None:
        self.ledger = Ledger(socket)
        self.schedule = Schedule()
        self.lanes = asyncio.Semaphore(LANES)
        self.plan = Plan()
        self._plan_file = plan_file
        self._visitor = Visitor(socket, self.ledger.stop, self.ledger.wrote, References(socket))
        self._engaged: set[str] = set()
        self._uses: dict[str, Use] = {}
        self._wake = asyncio.Event()
        self._passes: dict[str, asyncio.Task[None]] = {}
        self._away = False

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._looking())
            group.create_task(self._sending())

    async def idle(self, student: str) -> None:
        """Wait until nobody looks at this student any more."""
        if running := self._passes.get(student):
            await asyncio.wait({running})

    def forget(self, student: str) -> None:
        """Know nothing about this student's database any more: it is made anew."""
        self._visitor.forget(student)
        self._uses.pop(student, None)
        self.ledger.drop(student)

    async def _looking(self) -> None:
        pause = LOOK_EVERY
        while True:
            try:
                await self._look()
                if self._away:
                    log.info("PostgreSQL is there again")
                self._away, pause = False, LOOK_EVERY
            except WireError as error:
                if not self._away:
                    log.warning("PostgreSQL does not answer, and is asked again: %s", str(error).strip())
                self._away, pause = True, min(LONGEST_PAUSE, pause * 1.5)
            self._wake.set()
            await asyncio.sleep(pause)

    async def _look(self) -> None:
        now = time.monotonic()
        plan = self._plan_file.current()
        if plan is not self.plan:
            await self.ledger.keep(plan)
            for gone in set(self.plan.students) - set(plan.students):
                self._visitor.forget(gone)
                self._engaged.discard(gone)
            self.schedule.keep(plan.students)
            if plan.tasks != self.plan.tasks:
                self.schedule.everybody_changed(now)
            self.plan = plan
        await self.ledger.record()
        databases = await self.ledger.look()
        self.schedule.present(databases)
        for student in self.plan.students:
            if student not in databases:
                self._engaged.discard(student)
                self._visitor.forget(student)
                continue
            self._note(student, databases[student], now)

    def _note(self, student: str, use: Use, now: float) -> None:
        before, self._uses[student] = self._uses.get(student, use), use
        if use.written != before.written:
            self.schedule.changed(student, now)
        if is_by_a_person(before, use):
            self.ledger.seen(student, time.time())
        if use.active:
            self.ledger.seen(student, use.active)

    async def _sending(self) -> None:
        while True:
            self._wake.clear()
            while not self._away and not self.lanes.locked():
                student = self.schedule.take(time.monotonic())
                if student is None:
                    break
                await self.lanes.acquire()
                self._passes[student] = asyncio.create_task(self._send(student))
            try:
                async with asyncio.timeout(self.schedule.wait(time.monotonic(), LOOK_EVERY)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _send(self, student: str) -> None:
        began = time.monotonic()
        unfinished, costly, failed, rest = False, False, True, ROUND
        try:
            if student not in self._engaged and await self.ledger.engage(student):
                self._engaged.add(student)
            if student in self._engaged:
                found = await self._visitor.visit(student, self.plan, self.schedule.written(student))
                unfinished, costly, failed, rest = found.unfinished, found.costly, not found.up, found.rest
                if failed:
                    self._engaged.discard(student)
                if student in self.plan.students:
                    self.ledger.note(found)
        except WireError as error:
            log.info("%s is tried again: %s", student, str(error).strip())
        finally:
            now = time.monotonic()
            self._passes.pop(student, None)
            self.schedule.done(
                student, now, now - began, unfinished=unfinished, costly=costly, failed=failed, rest=rest
            )
            self.lanes.release()
            self._wake.set()


def is_by_a_person(before: Use, now: Use) -> bool:
    """Whether somebody wrote between two looks."""
    # Autovacuum writes too, but has no session: where nobody ever was it would be a first sign of somebody.
    return now.written > before.written and bool(now.sessions != before.sessions or now.active or before.active)
