"""Whose database is looked at next: pure, with the time given.

A database that was written to is looked at at once, though not twice within `gap`; every other each `ROUND` seconds.
One that ate its budget waits longer each time, and such ones get one lane between them, so that they delay nobody.
"""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST_GAP = 4.0
LONGEST_GAP = 14.0
"""Seconds between two passes of one database; between the two, so long that looking takes `SHARE` of the time."""
SHARE = 0.15
ROUND = 120.0
"""Seconds between two passes of one that nobody wrote to: nothing but its own clock can have changed a result."""
FIRST_PENALTY = 10.0
LONGEST_PENALTY = 60.0
OUTSTANDING = 4.0
"""So many times as long as the others' is too long."""
RETRY = 5.0
"""Seconds until a database is tried again that could not be reached."""


@dataclass
class Turn:
    """What is known of one database."""

    finished: float | None = None
    rest: float = ROUND  # seconds until the next pass where nobody writes
    changed: float | None = None  # since when, if it was written to after its last pass began
    written: float = -math.inf  # when it was last seen to have been written to
    cost: float = 0.0
    penalty: float = 0.0
    failed: bool = False
    running: bool = False
    present: bool = False
    held: bool = False

    @property
    def slow(self) -> bool:
        """Whether its last pass ate its budget."""
        return self.penalty > 0

    def due(self, gap: float) -> float | None:
        """When it is to be looked at, None: not at all at the moment."""
        if self.running or self.held or not self.present:
            return None
        if self.finished is None:
            return 0.0
        if self.penalty:
            return self.finished + self.penalty
        if self.failed:
            return self.finished + RETRY
        if self.changed is None:
            return self.finished + max(self.rest, gap)
        return max(self.changed, self.finished + gap)


class Schedule:
    """All databases."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    def keep(self, students: Iterable[str]) -> None:
        """These and no others are to be looked at."""
        self._turns = {student: self._turns.get(student) or Turn() for student in students}

    def present(self, names: Iterable[str]) -> None:
        """Which databases there are at all."""
        known = set(names)
        for student, turn in self._turns.items():
            turn.present = student in known
            if not turn.present:
                turn.finished = None  # one that comes again is looked at at once

    def changed(self, student: str, now: float) -> None:
        """Note that somebody wrote to it."""
        turn = self._turns.get(student)
        if turn:
            turn.written = now
            turn.changed = now if turn.changed is None else turn.changed

    def written(self, student: str) -> float:
        """When it was last seen that somebody had written to it."""
        return self._turns[student].written if student in self._turns else -math.inf

    def everybody_changed(self, now: float) -> None:
        """Look at all of them again: there is something else to look for."""
        for turn in self._turns.values():
            turn.changed = now if turn.changed is None else turn.changed

    def hold(self, student: str) -> None:
        """Leave it alone while it is saved or made anew."""
        if turn := self._turns.get(student):
            turn.held = True

    def release(self, student: str, *, anew: bool) -> None:
        """It may be looked at again; at once where it is ``anew``."""
        if turn := self._turns.get(student):
            turn.held = False
            turn.finished = None if anew else turn.finished

    @property
    def gap(self) -> float:
        """The least time between two passes of one database, longer when many work at once."""
        busy = sum(turn.cost for turn in self._turns.values() if turn.changed is not None or turn.running)
        return min(LONGEST_GAP, max(SHORTEST_GAP, busy / SHARE))

    def take(self, now: float) -> str | None:
        """Give the next one whose time has come, which then runs until it is `done`."""
        gap = self.gap
        slow_runs = self._slow_runs()
        ready = [
            (turn.slow, when, student)
            for student, turn in self._turns.items()
            if (when := turn.due(gap)) is not None and when <= now and not (turn.slow and slow_runs)
        ]
        if not ready:
            return None
        student = min(ready)[2]
        self._turns[student].running = True
        self._turns[student].changed = None
        return student

    def done(
        self, student: str, now: float, seconds: float, *, unfinished: bool = False, costly: bool = False,
        failed: bool = False, rest: float = ROUND,
    ) -> None:  # fmt: skip
        """Note the end of a pass: how long it took, whether it came to all, and if not, whether a check was why.

        ``rest``: seconds until a check that was left out is worth another look.
        """
        turn = self._turns.get(student)
        if turn is None:
            return
        turn.running, turn.finished, turn.failed = False, now, failed
        turn.cost = seconds
        turn.rest = min(ROUND, rest)
        # On a machine that is busy everybody takes long, and nobody is to blame.
        slow = unfinished and (costly or seconds > OUTSTANDING * self._usual(student))
        turn.penalty = min(LONGEST_PENALTY, turn.penalty * 2 or FIRST_PENALTY) if slow else 0.0
        if unfinished and turn.changed is None:
            turn.changed = now

    def wait(self, now: float, longest: float) -> float:
        """Seconds until the next one is due."""
        gap = self.gap
        slow_runs = self._slow_runs()
        times = [
            when
            for turn in self._turns.values()
            if (when := turn.due(gap)) is not None and not (turn.slow and slow_runs)
        ]
        return max(0.05, min([longest, *(when - now for when in times)]))

    def _slow_runs(self) -> bool:
        return any(turn.running and turn.slow for turn in self._turns.values())

    def _usual(self, student: str) -> float:
        """What a pass through another's database takes."""
        costs = [
            turn.cost
            for other, turn in self._turns.items()
            if other != student and turn.finished is not None and not turn.slow
        ]
        return statistics.median(costs) if costs else math.inf
