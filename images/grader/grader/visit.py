"""One pass through one student's database: every check of the course, within a budget.

In: a student, the plan. Out: a `Pass` with a verdict per task. The session belongs to a role that may do what that
student may and is read-only; whatever his objects do during a check, they do to himself, and the next check starts over
with every setting that matters.
"""

import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from . import session, verdict
from .plan import Check, Plan
from .reference import References
from .session import Session
from .verdict import Verdict
from .wire import OverdueError, Wire, WireError

BUDGET = 2.0  # seconds for one pass
FRESH = 300.0
"""Seconds after which nobody knows any more what a check said."""
CONNECT = 2.0
DEAR = 0.02  # seconds from which on a check costs something
CALM = 300.0
"""A dear check that holds is left alone for so many times as long as it took: others want to be looked at, too."""
LONGEST_CALM = 60.0
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
    rest: float = math.inf  # seconds until what was left alone this time is worth another look


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

    def calm_until(self) -> float:
        """When it is to be asked again; what does not hold yet is asked each time."""
        if not self.verdict.ok or self.took < DEAR:
            return 0.0
        return self.at + min(LONGEST_CALM, CALM * self.took)


class Visitor:
    """Goes through databases; `stop` ends a session in the server that does not let go."""

    def __init__(self, socket: str, stop: Stop, wrote: Wrote, references: References) -> None:
        self._socket = socket
        self._stop = stop
        self._wrote = wrote
        self._references = references
        self._known: dict[str, dict[Key, Remembered]] = {}

    async def visit(self, student: str, plan: Plan) -> Pass:
        """Check all that can be checked in the time; what it does not come to is first the next time."""
        begun = time.monotonic()
        checks = dict(_checks(plan))
        before = {key: one for key, one in self._known.get(student, {}).items() if checks.get(key) == one.check}
        now: dict[Key, Remembered] = {}
        calm = {key: until for key, one in before.items() if (until := one.calm_until()) > begun}
        asked = {key: check for key, check in checks.items() if key not in calm}
        up = await self._session(student, _in_order(asked, before), now, begun + BUDGET)
        seconds = time.monotonic() - begun
        known = before | now
        self._known[student] = known
        found = {key: _as_of(known.get(key), begun) for key in checks}
        if not up:
            found = dict.fromkeys(checks, verdict.unknown("connection"))
        reasons = Counter(one.verdict.reason for one in now.values() if one.verdict.reason)
        return Pass(
            student=student,
            up=up,
            seconds=seconds,
            checked_at=time.time(),
            tasks={task.id: verdict.of_task(found[task.id, check.id] for check in task.checks) for task in plan.tasks},
            reasons=reasons if up else {"connection": 1},
            unfinished=up and len(now) < len(asked),
            costly=bool(COSTLY & reasons.keys()),
            rest=min([AGAIN if COSTLY & reasons.keys() else math.inf, *(until - begun for until in calm.values())]),
        )

    def forget(self, student: str) -> None:
        """Somebody left."""
        self._known.pop(student, None)

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


def _as_of(last: Remembered | None, now: float) -> Verdict:
    """What is known, unless that is too long ago."""
    return last.verdict if last and last.at > now - FRESH else verdict.unknown("timeout")


def _checks(plan: Plan) -> Iterator[tuple[Key, Check]]:
    return (((task.id, check.id), check) for task in plan.tasks for check in task.checks)
