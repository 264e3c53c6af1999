"""From what the server answered to what a student is told: done, not done, or not known.

In: the one value of a check's step, or its error. Out: a `Verdict`. What a student made is missing or wrong: not done.
What says nothing about his work (time, a lock, a lost connection, too few resources, a check of another shape than
promised): not known, with a reason from a fixed list that is counted.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from . import judge
from .judge import Expected
from .wire import LostError, OverdueError, RefusedError, Row, WireError

LONGEST_DETAIL = 300
REASONS = ("timeout", "lock", "connection", "resources", "shape", "reference", "server")
"""Why something is not known; also the values of a label, so this list is all there is."""

UNKNOWN = {
    "timeout": "not known: looking took too long, and is tried again",
    "lock": "not known: something holds a lock on what is looked at (an open transaction?)",
    "connection": "not known: the database takes no connection at the moment",
    "resources": "not known: the server had no room for it, and tries again",
    "shape": "not known: this check does not answer as checks do; tell the teacher",
    "reference": "not known: what it is compared with cannot be found out for so many rows, or at all",
    "server": "not known: the server could not look, and tries again",
}
MISSING = {
    "42P01": "something it needs is not there: {}",
    "42703": "a column is not there: {}",
    "42883": "a function is not there, or takes other arguments: {}",
    "42501": "what it needs cannot be read: {}",
}
OTHERWISE = "your database answers with an error: {}"


@dataclass(frozen=True)
class Verdict:
    """`ok` None: not known, for this `reason`."""

    ok: bool | None
    detail: str = ""
    reason: str | None = None


class Thing(BaseModel):
    """The table or view that a check is about; ``what`` says which of the two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    schema_: str = Field(alias="schema")
    name: str

    @property
    def missing(self) -> str:
        """Say that it is not there."""
        return f"there is no {self.what} {self._shown}"

    def wrong(self, error: RefusedError) -> str:
        """Say what is wrong with it, where the server says that of it and of nothing else."""
        match error.state, error.message:
            case "42P01", message if message == f'relation "{self.schema_}.{self.name}" does not exist':
                return self.missing
            case "42809", message if message == f'cannot open relation "{self.name}"':
                return f"{self._shown} is not a {self.what}"
        return ""

    @property
    def _shown(self) -> str:
        return self.name if self.schema_ == "public" else f"{self.schema_}.{self.name}"


def statement(sql: str) -> str:
    """Ask for the one value of a step, as text."""
    return f"SELECT answer.value::pg_catalog.text FROM (\n{sql}\n) AS answer (value) LIMIT 2"  # noqa: S608 - the course's own


def of_rows(rows: list[Row], expected: Expected, thing: Thing | None = None) -> Verdict:
    """Judge what came back; no row where the ``thing`` went between reading the statement and running it."""
    if thing and not rows:
        return Verdict(ok=False, detail=plain(thing.missing))
    if len(rows) != 1 or len(rows[0]) != 1 or rows[0][0] is None:
        return unknown("shape")
    try:
        missing = judge.judge(expected, judge.parse(rows[0][0]))
    except (judge.ShapeError, RecursionError):  # the last of lists in lists, hundreds deep
        return unknown("shape")
    return Verdict(ok=False, detail=plain(missing)) if missing else Verdict(ok=True)


def of_error(error: WireError, thing: Thing | None = None) -> Verdict:
    """Judge what kept it from answering; of the ``thing`` that was asked for there are words of its own."""
    if isinstance(error, OverdueError):
        return unknown("timeout")
    if isinstance(error, LostError):
        return unknown("connection")
    if not isinstance(error, RefusedError):
        return unknown("server")
    if reason := _reason(error.state):
        return unknown(reason)
    if thing and (wrong := thing.wrong(error)):
        return Verdict(False, plain(wrong))
    return Verdict(False, plain(MISSING.get(error.state, OTHERWISE).format(error.message)))


def unknown(reason: str) -> Verdict:
    """Say why nothing is known, in words for a student."""
    return Verdict(None, UNKNOWN[reason], reason)


def of_task(verdicts: Iterable[Verdict]) -> Verdict:
    """All checks of a task as one: the first thing that is missing decides, then the first that is not known."""
    seen = list(verdicts)
    for wanted in (False, None):
        for verdict in seen:
            if verdict.ok is wanted:
                return verdict
    return Verdict(True)


def plain(text: str) -> str:
    """One line without control characters, of bounded length."""
    line = re.sub(r"\s+", " ", text[: LONGEST_DETAIL * 4])
    line = "".join(char for char in line if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}).strip()
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"


def _reason(state: str) -> str | None:
    """Which errors say nothing about the student's work."""
    if state == "42P10":  # no column at all
        return "shape"
    if state == "57014":
        return "timeout"
    if state in {"55P03", "40P01", "40001"}:
        return "lock"
    if state[:2] in {"08", "57"}:
        return "connection"
    if state[:2] == "53":
        return "resources"
    return "server" if state[:2] in {"58", "XX", ""} else None
