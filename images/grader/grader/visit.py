"""One pass through one student's database: every check of the course, within a budget.

In: a student, the plan. Out: a `Pass` with a verdict per task. The session belongs to a role that may do what that
student may and is read-only; whatever his objects do during a check, they do to himself, and the next check starts over
with every setting that matters.
"""

import math
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from . import session, verdict
from .plan import Check, Plan
from .reference import References
from .schedule import OUTSTANDING
from .session import Session
from .verdict import Verdict
from .wire import OverdueError, Wire, WireError

BUDGET = 2.0  # seconds for one pass
FRESH = 300.0
"""Seconds after which nobody knows any more what a check said."""
CONNECT = 2.0
HELD_SHARE = 0.05
"""Of the time: what asking again for what holds may take, all databases that are worked in together."""
AT_WORK = 60.0  # seconds for which a database that was written to counts as one of these
CALM = 300.0
"""A check that holds is left alone for so many times as long as it took, too."""
LONGEST_CALM = 120.0
AGAIN = 45.0
"""Seconds until what could not be known is tried again though nobody wrote: the lock or the load may be gone."""
COSTLY = frozenset({"timeout", "lock", "connection"})
"""Reasons for which a check comes last the next time: the rest is not to suffer from it twice."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """What one look at one database found."""

    student: str
    up: bool
    seconds: float
    checked_at: float  # seconds since 1970
    tasks: Mapping[str, Verdict]
    reasons: Mapping[str, int] = field(default_factory=dict)  # how many checks were not known, and why
    unfinished: bool = False  # it did not come to all checks
    costly: bool = False  # and one of them is why
    rest: float = math.inf  # seconds until something that was left alone, and written to, is to be looked at


Stop = Callable[[int], Awaitable[None]]
Wrote = Callable[[str, int | None], None]
"""Takes whose database checks wrote in, and how many rows."""
Key = tuple[str, str]  # of task and check


@dataclass(frozen=True)
class Remembered:
    """What a check said, and when (by the monotonic clock)."""

    check: Check
    verdict: Verdict
    at: float
    took: float = 0.0

    def calm_until(self, turn: float) -> float:
        """When it is to be asked again, if everybody's turn comes so often; what does not hold is asked each time."""
        return self.at + min(LONGEST_CALM, max(turn, CALM * self.took)) if self.verdict.ok else 0.0


class Held:
    """How often what holds is asked again: the more of it there is, the less often. Pure, with the time given."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[float, float]] = {}

    def note(self, student: str, written: float, known: Iterable[Remembered]) -> None:
        """Take in what holds in one database, and when that was last written to."""
        self._of[student] = written, sum(one.took for one in known if one.verdict.ok)

    def forget(self, student: str) -> None:
        """Somebody left."""
        self._of.pop(student, None)

    def turn(self, now: float) -> float:
        """Seconds in which everybody's turn comes once. One whose checks take very long makes nobody else wait."""
        all_of = [took for written, took in self._of.values() if took and written > now - AT_WORK]
        most = OUTSTANDING * statistics.median(all_of) if all_of else 0.0
        return sum(min(took, most) for took in all_of) / HELD_SHARE


class Visitor:
    """Goes through databases; `stop` ends a session in the server that does not let go."""

    def __init__(self, socket: str, stop: Stop, wrote: Wrote, references: References) -> None:
        self._socket = socket
        self._stop = stop
        self._wrote = wrote
        self._references = references
        self._known: dict[str, dict[Key, Remembered]] = {}
        self._last: dict[str, Pass] = {}
        self._held = Held()

    async def visit(self, student: str, plan: Plan, written: float = -math.inf) -> Pass:
        """Check all that can be checked in the time; what it does not come to is first the next time.

        ``written``: when somebody last wrote to it, by the monotonic clock.
        """
        begun = time.monotonic()
        checks = dict(_checks(plan))
        before = {key: one for key, one in self._known.get(student, {}).items() if checks.get(key) == one.check}
        turn = self._held.turn(begun)
        calm = {key: until for key, one in before.items() if (until := one.calm_until(turn)) > begun}
        # Only what was written after it was asked can have changed what it says.
        rest = min((until - begun for key, until in calm.items() if before[key].at <= written), default=math.inf)
        asked = {key: check for key, check in checks.items() if key not in calm}
        last = self._last.get(student)
        if calm and not asked and last and last.up:
            return replace(
                last, tasks=_tasks(plan, before, begun), reasons={}, unfinished=False, costly=False, rest=rest
            )
        now: dict[Key, Remembered] = {}
        up = await self._session(student, _in_order(asked, before), now, begun + BUDGET)
        known = self._known[student] = before | now
        self._held.note(student, written, known.values())
        reasons = Counter(one.verdict.reason for one in now.values() if one.verdict.reason)
        found = self._last[student] = Pass(
            student=student,
            up=up,
            seconds=time.monotonic() - begun,
            checked_at=time.time(),
            tasks=_tasks(plan, known if up else {}, begun, "timeout" if up else "connection"),
            reasons=reasons if up else {"connection": 1},
            unfinished=up and len(now) < len(asked),
            costly=bool(COSTLY & reasons.keys()),
            rest=min(AGAIN if COSTLY & reasons.keys() else math.inf, rest),
        )
        return found

    def forget(self, student: str) -> None:
        """Somebody left."""
        self._known.pop(student, None)
        self._last.pop(student, None)
        self._held.forget(student)

    async def _session(
        self, student: str, checks: Mapping[Key, Check], found: dict[Key, Remembered], until: float
    ) -> bool:
        """Fill `found`; False when there was no connection to begin with."""
        try:
            wire = await Wire.open(self._socket, student, f"check_{student}", CONNECT, session.options())
        except WireError:
            return False
        try:
            asked = Session(wire=wire, references=self._references, wrote=partial(self._wrote, student))
            await _all(asked, checks, found, until)
        except OverdueError:
            wire.close()
            await self._stop(wire.pid)
        except WireError:
            pass  # what has no verdict by now comes first the next time
        finally:
            wire.close()
        return True


async def _all(asked: Session, checks: Mapping[Key, Check], found: dict[Key, Remembered], until: float) -> None:
    for key, check in checks.items():
        if time.monotonic() > until:
            return
        began = time.monotonic()
        try:
            said = await asked.judged(check)
        except WireError as error:
            found[key] = Remembered(check, verdict.of_error(error), time.monotonic())
            raise
        now = time.monotonic()
        found[key] = Remembered(check, said, now, now - began)


def _in_order(checks: Mapping[Key, Check], known: Mapping[Key, Remembered]) -> dict[Key, Check]:
    """What took too long comes last, so that it takes nothing from the rest; before it, what waited longest."""

    def turn(key: Key) -> tuple[bool, float]:
        last = known.get(key)
        return (last.verdict.reason in COSTLY, last.at) if last else (False, 0.0)

    return {key: checks[key] for key in sorted(checks, key=turn)}


def _tasks(plan: Plan, known: Mapping[Key, Remembered], now: float, otherwise: str = "timeout") -> dict[str, Verdict]:
    """What is known of each task, unless that is too long ago."""

    def of(key: Key) -> Verdict:
        last = known.get(key)
        return last.verdict if last and last.at > now - FRESH else verdict.unknown(otherwise)

    return {task.id: verdict.of_task([of((task.id, check.id)) for check in task.checks]) for task in plan.tasks}


def _checks(plan: Plan) -> Iterator[tuple[Key, Check]]:
    return (((task.id, check.id), check) for task in plan.tasks for check in task.checks)
