"""When a helper last had somebody's terminal open, kept in SQLite: who was not visited longest comes first."""

import sqlite3
import time
from collections.abc import Callable

SCHEMA = """
CREATE TABLE IF NOT EXISTS visits (
    student TEXT PRIMARY KEY,
    at REAL NOT NULL
) STRICT;
"""


class Visits:
    """By person id; seconds since 1970."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._last: dict[str, float] = {row["student"]: row["at"] for row in database.execute("SELECT * FROM visits")}

    def note(self, student: str) -> None:
        """A helper comes, or goes."""
        self._last[student] = self._clock()
        self._database.execute(
            "INSERT INTO visits VALUES (?, ?) ON CONFLICT (student) DO UPDATE SET at = excluded.at",
            (student, self._last[student]),
        )

    def since(self, student: str) -> float | None:
        """For how many seconds nobody was there; None when nobody was there yet."""
        at = self._last.get(student)
        return None if at is None else max(0.0, self._clock() - at)
