"""Who asked for help and what became of it: the requests, and the rules of the queue.

Everything that is open or was closed a moment ago is in memory, written through to SQLite. A person has one open
request at most. Who must hear of it, and in which words, is not decided here.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

MOST_ASKED = 10  # requests of one person
ASKED_WITHIN = 300.0  # seconds
UNDO = 60.0  # seconds for which a closed request can be opened again
KEPT = 600.0  # seconds for which somebody is told what became of his request
MOST_KEPT = 50  # requests of one person in the file

SCHEMA = """
CREATE TABLE IF NOT EXISTS help (
    number INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    question TEXT NOT NULL,
    task TEXT,
    asked_at REAL NOT NULL,
    since REAL NOT NULL,
    undone INTEGER NOT NULL,
    claimed_by TEXT,
    closed_at REAL,
    closed_by TEXT,
    outcome TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS help_open ON help (person) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS help_person ON help (person, asked_at);
CREATE TABLE IF NOT EXISTS help_pause (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    by TEXT NOT NULL
) STRICT;
"""


class Outcome(StrEnum):
    """How a request was closed."""

    RESOLVED = "resolved"  # by a teacher
    DONE = "done"  # its task was done
    WITHDRAWN = "withdrawn"
    LEFT = "left"  # the class


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call for help. Times are seconds since 1970, people are ids."""

    number: int
    person: str
    question: str
    task: str | None
    asked_at: float
    since: float  # a task that is done for the first time after this closes it; later than asked_at once it was undone
    undone: bool = False  # the task was seen not done since then
    claimed_by: str | None = None
    closed_at: float | None = None
    closed_by: str | None = None
    outcome: str | None = None


class HelpError(Exception):
    """It cannot be done; the reason is for the person who tried."""


class TooOftenError(HelpError):
    """More than :data:`MOST_ASKED` within :data:`ASKED_WITHIN`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"You have asked very often. Wait {seconds} seconds, or raise your hand.")
        self.seconds = seconds


class ClaimedError(HelpError):
    """Somebody else was first: ``by`` is his id."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} was first")
        self.by = by


class HelpQueue:
    """All requests."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._open: dict[str, Request] = {}  # by person
        self._closed: dict[int, Request] = {}
        known = "SELECT * FROM help WHERE closed_at IS NULL OR closed_at > ? ORDER BY number"
        for row in database.execute(known, (clock() - KEPT,)):
            self._remember(Request(**dict(row) | {"undone": bool(row["undone"])}))
        row = database.execute("SELECT by FROM help_pause").fetchone()
        self._paused_by: str | None = row["by"] if row else None

    @property
    def paused_by(self) -> str | None:
        """Who has paused the queue: nobody can ask, what is open stays."""
        return self._paused_by

    def pause(self, by: str | None) -> None:
        """None lets people ask again."""
        self._database.execute("DELETE FROM help_pause")
        if by is not None:
            self._database.execute("INSERT INTO help_pause VALUES (1, ?)", (by,))
        self._paused_by = by

    def requests(self) -> list[Request]:
        """Those that are open, in the order of asking."""
        return sorted(self._open.values(), key=lambda one: (one.asked_at, one.number))

    def closed(self, within: float) -> list[Request]:
        """Those that were closed not longer ago, the last one first."""
        now = self._clock()
        self._closed = {number: one for number, one in self._closed.items() if now - (one.closed_at or now) < KEPT}
        found = [one for one in self._closed.values() if now - (one.closed_at or now) < within]
        return sorted(found, key=lambda one: (one.closed_at or now, one.number), reverse=True)

    def of(self, person: str) -> Request | None:
        """Somebody's open request."""
        return self._open.get(person)

    def history(self, person: str) -> list[Request]:
        """Everything that somebody asked, the newest first."""
        rows = self._database.execute("SELECT * FROM help WHERE person = ? ORDER BY number DESC", (person,))
        return [Request(**dict(row) | {"undone": bool(row["undone"])}) for row in rows]

    def question(self, person: str) -> str | None:
        """What somebody asks."""
        request = self._open.get(person)
        return request.question if request else None

    def seconds(self, request: Request) -> float:
        """For how long it has been open since it was asked, or had been when it was closed."""
        return max(0.0, (request.closed_at or self._clock()) - request.asked_at)

    def age(self, request: Request) -> float:
        """Seconds since it was asked."""
        return max(0.0, self._clock() - request.asked_at)

    def ask(self, person: str, question: str, task: str | None) -> Request:
        """Join the queue at its end."""
        now = self._clock()
        if self._paused_by is not None:
            raise HelpError("Your teachers have paused the queue. Try again later, or raise your hand.")
        if person in self._open:
            raise HelpError("You have asked already. Withdraw that request to ask something else.")
        recent = "SELECT asked_at FROM help WHERE person = ? AND asked_at > ? ORDER BY asked_at DESC"
        times = [row["asked_at"] for row in self._database.execute(recent, (person, now - ASKED_WITHIN))]
        if len(times) >= MOST_ASKED:
            raise TooOftenError(max(1, round(times[MOST_ASKED - 1] + ASKED_WITHIN - now)))
        last = self._database.execute("SELECT max(number) AS number FROM help").fetchone()["number"] or 0
        request = Request(number=last + 1, person=person, question=question, task=task, asked_at=now, since=now)
        self._put(request)
        newest = "SELECT number FROM help WHERE person = :person ORDER BY number DESC LIMIT :most"
        self._database.execute(
            f"DELETE FROM help WHERE person = :person AND number NOT IN ({newest})",  # noqa: S608 - the line above
            {"person": person, "most": MOST_KEPT},
        )
        return request

    def claim(self, number: int, by: str) -> Request:
        """Say that one comes; the first of two is the one."""
        request = self.find(number)
        if request.claimed_by not in (None, by):
            raise ClaimedError(request.claimed_by or "")
        return self._put(replace(request, claimed_by=by))

    def put_back(self, number: int) -> Request:
        """Let somebody else claim it; it keeps its place. Any teacher may: the one who claimed it may be busy."""
        return self._put(replace(self.find(number), claimed_by=None))

    def close(self, number: int, outcome: Outcome, by: str | None = None) -> Request:
        """It is no longer needed."""
        closed = replace(self.find(number), outcome=outcome, closed_by=by, closed_at=self._clock())
        return self._put(closed)

    def undo(self, number: int) -> Request:
        """Open it again, at its old place and claimed by whoever had claimed it."""
        request = next((one for one in self.closed(UNDO) if one.number == number), None)
        if request is None or request.outcome not in (Outcome.RESOLVED, Outcome.DONE):
            raise HelpError("This can no longer be undone.")
        if request.person in self._open:
            raise HelpError("There is a new request already.")
        opened = replace(request, closed_at=None, closed_by=None, outcome=None, undone=False, since=self._clock())
        return self._put(opened)

    def note_undone(self, request: Request) -> None:
        """Its task was seen not done while it is open: done from now on means done again."""
        self._put(replace(request, undone=True))

    def find(self, number: int) -> Request:
        """An open request by its number."""
        request = next((one for one in self._open.values() if one.number == number), None)
        if request is None:
            raise HelpError("This request is closed already.")
        return request

    def _put(self, request: Request) -> Request:
        row = asdict(request) | {"undone": int(request.undone)}
        marks = ", ".join(f":{name}" for name in row)
        self._database.execute(f"INSERT OR REPLACE INTO help ({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608
        self._remember(request)
        return request

    def _remember(self, request: Request) -> None:
        if request.closed_at is None:
            self._closed.pop(request.number, None)
            self._open[request.person] = request
        else:
            self._open.pop(request.person, None)
            self._closed[request.number] = request
