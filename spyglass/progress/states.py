"""What it means to be stuck: the one definition, used by every page.

In: what is known of one student, and the workshop's thresholds. Out: his state, and the reason in words. In this order:

0. He has asked for help, and nobody has closed his request: ASKED, whatever else holds and whether somebody comes or
   not. Known at once, not only with the next round: :func:`asked` is applied to what the rules below have said.
1. Every task was done at least once: FINISHED.
2. No key, query or new check of his yet: NOT_STARTED.
3. None for longer than ``idle``: IDLE. Meanwhile the time at his task stands still, so a break makes nobody stuck.
4. It is not known at the moment whether his task is done: UNKNOWN.
5. He has worked on his task for longer than ``stuck``, and than ``factor`` times what it usually takes: STUCK.
6. Else WORKING.

Usual is the median of those who have done the task, once they are `ENOUGH`; before, what the author guessed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from spyglass.classroom import Task, Thresholds
from spyglass.progress.model import Progress, State

ENOUGH = 5
MOST_AT_ONCE = 0.5
"""Of those at work: when more of them are stuck on one task, the task is to be looked at, not the people."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One student as of now; seconds."""

    tasks: int
    done: int  # of them, at least once
    known: bool  # whether it is known now if his task is done
    quiet: float | None  # since the last sign of him; None: there was none yet
    worked: float  # at work on his task
    usual: float | None  # what the task takes
    title: str = ""  # of the task


@dataclass(frozen=True)
class Verdict:
    """The state, and why."""

    state: State
    reason: str


def judge(one: Situation, limits: Thresholds) -> Verdict:
    """Apply the rules above."""
    if 0 < one.tasks <= one.done:
        return Verdict(State.FINISHED, "all tasks done")
    if one.quiet is None:
        return Verdict(State.NOT_STARTED, "no key and no query yet")
    if one.quiet > limits.idle_minutes * 60:
        return Verdict(State.IDLE, f"no key, query or new check for {minutes(one.quiet)}")
    if not one.known:
        return Verdict(State.UNKNOWN, "his task cannot be looked at at the moment")
    return _at_work(one, limits)


def _at_work(one: Situation, limits: Thresholds) -> Verdict:
    """Rules 5 and 6."""
    if not one.tasks:
        return Verdict(State.WORKING, "at work")
    usual = "" if one.usual is None else f", usual {minutes(one.usual)}"
    reason = f"{minutes(one.worked)} on “{one.title}”{usual}"
    patience = max(limits.stuck_minutes * 60, limits.stuck_factor * (one.usual or 0.0))
    return Verdict(State.STUCK if one.worked > patience else State.WORKING, reason)


def asked(one: Progress, question: str | None) -> Progress:
    """Rule 0: ``question`` is what he asks, None when he does not."""
    if question is None:
        return one
    return replace(one, state=State.ASKED, before=one.otherwise, reason=f"“{question}”")


def next_task(tasks: Sequence[Task], done: Iterable[str]) -> Task | None:
    """What somebody is at: the first open task, in the course's order, whose prerequisites are done."""
    reached = set(done)
    left = [task for task in tasks if task.id not in reached]
    return next((task for task in left if reached.issuperset(task.requires)), left[0] if left else None)


def medians(durations: Mapping[str, Iterable[float]]) -> dict[str, float]:
    """Of each task that enough have done: how long it took, in seconds of work; by task id."""
    listed = {task: list(values) for task, values in durations.items()}
    return {task: median(values) for task, values in listed.items() if len(values) >= ENOUGH}


def usual(task: Task | None, known: Mapping[str, float]) -> float | None:
    """How long a task takes: as the class shows, or as the author guessed; seconds."""
    if task is None:
        return None
    return known.get(task.id, task.minutes * 60.0 if task.minutes else None)


def flagged(people: Iterable[tuple[State, str | None]]) -> tuple[str, ...]:
    """Tasks on which more than half of those at work are stuck, from everybody's state and task."""
    at_work = [(state, task) for state, task in people if state in {State.WORKING, State.STUCK}]
    stuck = Counter(task for state, task in at_work if state is State.STUCK and task)
    return tuple(sorted(task for task, number in stuck.items() if number > 1 and number > MOST_AT_ONCE * len(at_work)))


def minutes(seconds: float) -> str:
    """A duration as people say it."""
    whole = int(seconds // 60)
    if whole < 1:
        return "less than a minute"
    return f"{whole} min" if whole < 60 else f"{whole // 60} h {whole % 60} min"  # noqa: PLR2004
