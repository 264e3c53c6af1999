"""What teachers wrote, to whom, and who has read it: two tables, and all of what is still told in memory.

To whom a notice goes is a scope. Whether somebody is meant is decided when he looks, so whoever comes late has the
day's notices too.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass

from spyglass.classroom import ClassFile, Person

TOLD = 12 * 3600.0  # seconds for which a notice is told: those of yesterday are none any more
MOST_TOLD = 100  # at once
MOST_KEPT = 1000  # in the file

EVERYBODY = "all"
GROUP, ONE = "group:", "person:"

SCHEMA = """
CREATE TABLE IF NOT EXISTS notices (
    number INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    author TEXT NOT NULL,
    scope TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notice_readers (
    notice INTEGER NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (notice, person)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One of them. ``at``: seconds since 1970; ``scope``: "all", "group:NAME" or "person:ID"."""

    number: int
    at: float
    author: str
    scope: str
    text: str

    def is_for(self, person: Person) -> bool:
        """Whether somebody is meant; teachers never are."""
        meant = (EVERYBODY, f"{ONE}{person.id}", *([f"{GROUP}{person.group}"] if person.group else []))
        return not person.is_teacher and self.scope in meant


class Notices:
    """All of them."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        # The number of one that was taken back is not given again: pages would take the new one for the old.
        self._number: int = database.execute("SELECT max(number) AS number FROM notices").fetchone()["number"] or 0
        self._readers: defaultdict[int, set[str]] = defaultdict(set)
        newest = "SELECT * FROM notices WHERE at > ? ORDER BY number DESC LIMIT ?"
        self._told = [Notice(**row) for row in database.execute(newest, (clock() - TOLD, MOST_TOLD))]
        for row in database.execute("SELECT * FROM notice_readers"):
            self._readers[row["notice"]].add(row["person"])

    def told(self) -> list[Notice]:
        """The day's, newest first."""
        since = self._clock() - TOLD
        self._told = [one for one in self._told if one.at > since][:MOST_TOLD]
        return list(self._told)

    def of(self, person: Person) -> list[Notice]:
        """Those of the day that are for somebody, newest first."""
        return [one for one in self.told() if one.is_for(person)]

    def readers(self, number: int) -> frozenset[str]:
        """Who has read one."""
        return frozenset(self._readers.get(number, ()))

    def write(self, author: str, scope: str, text: str) -> Notice:
        """A new one."""
        self._number += 1
        notice = Notice(number=self._number, at=self._clock(), author=author, scope=scope, text=text)
        self._database.execute("INSERT INTO notices VALUES (:number, :at, :author, :scope, :text)", asdict(notice))
        self._forget("number <= ?", notice.number - MOST_KEPT)
        self._told.insert(0, notice)
        return notice

    def take_back(self, number: int) -> bool:
        """As if it had not been written, for whoever has not read it yet; False where there is none."""
        before = len(self._told)
        self._told = [one for one in self._told if one.number != number]
        self._forget("number = ?", number)
        return len(self._told) < before

    def note_read(self, number: int, person: Person) -> bool:
        """Somebody has read it; False when it is none of his."""
        if not any(one.number == number for one in self.of(person)):
            return False
        self._readers[number].add(person.id)
        self._database.execute("INSERT OR IGNORE INTO notice_readers VALUES (?, ?)", (number, person.id))
        return True

    def _forget(self, condition: str, number: int) -> None:
        gone = self._database.execute(f"DELETE FROM notices WHERE {condition} RETURNING number", (number,))  # noqa: S608 - those of this class
        for row in gone.fetchall():
            self._readers.pop(row["number"], None)
            self._database.execute("DELETE FROM notice_readers WHERE notice = ?", (row["number"],))


def meant(course: ClassFile, notice: Notice) -> list[Person]:
    """Everybody in the class for whom a notice is."""
    return [person for person in course.students if notice.is_for(person)]
