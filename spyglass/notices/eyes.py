"""Eyes here: for some minutes every student's page says to look to the front. It ends by itself, and locks nothing.

One at a time; a restart of the app does not end it early.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

LONGEST = 15  # minutes

SCHEMA = """
CREATE TABLE IF NOT EXISTS eyes (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    by TEXT NOT NULL,
    until REAL NOT NULL
) STRICT;
"""


@dataclass(frozen=True)
class Call:
    """Who called, and until when; seconds since 1970."""

    by: str
    until: float


class Eyes:
    """At most one call."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        row = database.execute("SELECT by, until FROM eyes").fetchone()
        self._call = Call(row["by"], row["until"]) if row else None

    def call(self, by: str, minutes: int) -> None:
        """From now on; a second one takes the place of the first.

        Raises:
            ValueError: not between 1 and :data:`LONGEST` minutes.
        """
        if not 1 <= minutes <= LONGEST:
            raise ValueError(f"{minutes} is not between 1 and {LONGEST} minutes")
        self._call = Call(by, self._clock() + 60 * minutes)
        self._database.execute("INSERT OR REPLACE INTO eyes VALUES (1, :by, :until)", asdict(self._call))

    def end(self) -> None:
        """Now."""
        self._call = None
        self._database.execute("DELETE FROM eyes")

    def now(self) -> tuple[Call, float] | None:
        """The call, and how many seconds it still lasts. A clock that was set back makes none longer than it may be."""
        if self._call is None:
            return None
        left = min(self._call.until - self._clock(), 60.0 * LONGEST)
        return (self._call, left) if left > 0 else None
