"""What a teacher did to somebody else's seat, kept in SQLite: who, when, what, to whom, from where.

Never what was typed.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True)
class Entry:
    """One line of the log; ``at`` is ISO 8601 in UTC."""

    at: str
    actor: str
    action: str
    subject: str
    address: str


class Audit:
    """Append-only: nothing here changes or removes a line."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def record(self, *, actor: str, action: str, subject: str, address: str) -> None:
        """Add a line with the current time."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._database.execute(
            "INSERT INTO audit (at, actor, action, subject, address) VALUES (?, ?, ?, ?, ?)",
            (at, actor, action, subject, address),
        )

    def entries(self) -> list[Entry]:
        """The whole log, oldest first."""
        rows = self._database.execute("SELECT at, actor, action, subject, address FROM audit ORDER BY number")
        return [Entry(**row) for row in rows]
