"""Who took which seat, which seats of people who did not come may be taken, and whether the door is open: SQLite.

A seat is taken by inserting its row, which the table allows once: two people cannot have one seat, whatever else waits
at the same time. Who has taken one has it for good; a seat with somebody's work in it is not given to another.
"""

import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from spyglass.classroom import Classroom, Person
from spyglass.passwords import LEGIBLE

CODE_LENGTH = 8  # 39 bits, for an hour at most, behind a rate limit
LONGEST_OPEN = 60  # minutes

SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    seat TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    looks TEXT NOT NULL UNIQUE,
    at REAL NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS freed_seats (
    seat TEXT PRIMARY KEY,
    by TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS joining_door (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    code TEXT NOT NULL,
    until REAL NOT NULL
) STRICT;
"""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A seat that somebody took; ``at`` is seconds since 1970, ``address`` his browser's."""

    seat: str
    name: str
    at: float
    address: str


@dataclass(frozen=True, kw_only=True)
class Door:
    """Open until then, in seconds since 1970, for whoever has the code."""

    code: str
    until: float


class NameTakenError(Exception):
    """Somebody in the class has a name that looks like this one."""


class NoSeatError(Exception):
    """None is free."""


def looks(name: str) -> str:
    """Two names with one look are one name to whoever reads them."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Joining:
    """The claims, and the way to one more. The class shows the names from the start on."""

    def __init__(
        self, database: sqlite3.Connection, classroom: Classroom, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._classroom = classroom
        self._clock = clock
        self._freed = {row["seat"] for row in database.execute("SELECT seat FROM freed_seats")}
        self._show()

    def door(self) -> Door | None:
        """None while it is closed."""
        row = self._database.execute(
            "SELECT code, until FROM joining_door WHERE until > ?", (self._clock(),)
        ).fetchone()
        return Door(**row) if row else None

    def open(self, minutes: int) -> Door:
        """Open the door for so long from now; one that is open keeps its code."""
        now = self.door()
        code = now.code if now else "".join(secrets.choice(LEGIBLE) for _ in range(CODE_LENGTH))
        door = Door(code=code, until=self._clock() + min(minutes, LONGEST_OPEN) * 60)
        self._database.execute("INSERT OR REPLACE INTO joining_door VALUES (1, ?, ?)", (door.code, door.until))
        return door

    def close(self) -> None:
        """Nobody takes a seat from now on."""
        self._database.execute("DELETE FROM joining_door")

    def claims(self) -> dict[str, Claim]:
        """By seat, in the order of coming."""
        rows = self._database.execute("SELECT seat, name, at, address FROM claims ORDER BY at, rowid")
        return {row["seat"]: Claim(**row) for row in rows}

    @property
    def freed(self) -> frozenset[str]:
        """Seats on the roster of people who did not come."""
        return frozenset(self._freed)

    def free(self, seat: str, by: str) -> None:
        """Somebody else may take it."""
        self._freed.add(seat)
        self._database.execute("INSERT OR IGNORE INTO freed_seats VALUES (?, ?)", (seat, by))

    def keep(self, seat: str) -> None:
        """Nobody else may."""
        self._freed.discard(seat)
        self._database.execute("DELETE FROM freed_seats WHERE seat = ?", (seat,))

    def take(self, name: str, address: str, seats: Iterable[Person]) -> Person:
        """The first of these that is still to be had; it has the name at once.

        Raises:
            NameTakenError: somebody in the class has this name.
            NoSeatError: there is none.
        """
        look, course = looks(name), self._classroom.current()
        people = course.people if course else ()
        if look in {looks(person.name) for person in people} | {person.id for person in people}:
            raise NameTakenError
        for person in seats:
            statement = "INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?, ?)"
            if self._database.execute(statement, (person.id, name, look, self._clock(), address)).rowcount:
                self._show()
                return person
            if look in {looks(claim.name) for claim in self.claims().values()}:
                raise NameTakenError
        raise NoSeatError

    def undo(self, seat: str) -> None:
        """It was taken and could not be given: as if it had never been."""
        self._database.execute("DELETE FROM claims WHERE seat = ?", (seat,))
        self._show()

    def _show(self) -> None:
        self._classroom.name_claimed({seat: claim.name for seat, claim in self.claims().items()})
