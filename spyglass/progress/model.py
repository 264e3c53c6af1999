"""What the pages know about one student's progress: plain values, made in this package, read by all others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How somebody is doing; what each means is defined in :mod:`spyglass.progress.states` and nowhere else."""

    ASKED = "asked"
    STUCK = "stuck"
    IDLE = "idle"
    NOT_STARTED = "not started"
    UNKNOWN = "unknown"
    WORKING = "working"
    FINISHED = "finished"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One student. A task that is not in ``done`` is not known at the moment: neither done nor not.

    Ages grow by themselves, so two values that differ in nothing else are equal.
    """

    done: Mapping[str, bool] = field(default_factory=dict)  # by task id, as of now
    first_done: Mapping[str, float] = field(
        default_factory=dict
    )  # by task id: seconds since 1970; it stays when undone
    messages: Mapping[str, str] = field(default_factory=dict)  # by task id: what is missing, or why it is not known
    state: State = State.UNKNOWN
    before: State | None = None  # with ASKED: the state without it
    task: str | None = None  # what he is at: the first open one whose prerequisites are done
    reason: str = field(default="", compare=False)  # the state in words
    database: bool | None = None  # whether his database could be looked at the last time
    worked: float = field(default=0.0, compare=False)  # seconds at work on that task

    @property
    def otherwise(self) -> State:
        """How he is doing, whether he has asked for help or not."""
        return self.before or self.state


NOTHING_KNOWN = Progress(reason="nothing is known yet")
