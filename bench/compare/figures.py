"""Medians and ratios of what was measured.

In: runs. Out: for each size and step the median of each tool, and what it is to the median of the shell loop, the
floor. Runs that ended with an error count for nothing here. Times in seconds.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.compare.record import STEPS, Run, Step, StepName

FLOOR = "loop"


@dataclass(frozen=True)
class Figures:
    """The runs that count; each question is answered from them anew."""

    runs: Sequence[Run]

    @classmethod
    def of(cls, runs: Iterable[Run]) -> "Figures":
        """Without those that failed."""
        return cls([run for run in runs if run.error is None])

    @property
    def sizes(self) -> list[int]:
        """Numbers of students, ascending."""
        return sorted({run.students for run in self.runs})

    @property
    def tools(self) -> set[str]:
        """Names of those that have been measured."""
        return {run.tool for run in self.runs}

    def count(self, tool: str, students: int) -> int:
        """How many runs there are."""
        return sum(run.tool == tool and run.students == students for run in self.runs)

    def steps(self, tool: str, students: int, name: StepName) -> list[Step]:
        """What was measured of one step, once for each run."""
        return [
            step
            for run in self.runs
            if run.tool == tool and run.students == students
            for step in run.steps
            if step.name == name
        ]

    def median(
        self, tool: str, students: int, name: StepName, what: Callable[[Step], float] = lambda step: step.seconds
    ) -> float | None:
        """The median over the runs; None where nobody measured it."""
        found = [what(step) for step in self.steps(tool, students, name)]
        return statistics.median(found) if found else None

    def ratio(self, tool: str, students: int, name: StepName) -> float | None:
        """The median as a ratio to the floor's; None where either is missing, or the floor took no time."""
        mine, floor = self.median(tool, students, name), self.median(FLOOR, students, name)
        return mine / floor if mine is not None and floor else None

    def slower(self, tool: str) -> list[tuple[int, StepName, str]]:
        """Where a tool takes longer than another: size, step, and the quickest of those that it loses to."""
        lost: list[tuple[int, StepName, str]] = []
        for students in self.sizes:
            for name in STEPS:
                medians = {each: self.median(each, students, name) for each in sorted(self.tools)}
                known = {each: value for each, value in medians.items() if value is not None}
                quickest = min(known, key=lambda each: known[each], default=tool)
                if tool in known and known[quickest] < known[tool]:
                    lost.append((students, name, quickest))
        return lost

    def made_anew(self, tool: str) -> dict[StepName, set[str]]:
        """Containers that a step replaced or restarted though they should have stayed, in any run."""
        found: dict[StepName, set[str]] = {}
        for run in self.runs:
            for step in run.steps if run.tool == tool else ():
                if step.made_anew:
                    found.setdefault(step.name, set()).update(step.made_anew)
        return found
