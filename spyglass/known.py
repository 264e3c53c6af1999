"""Browsers that have signed in before: a random token goes to the browser, only its hash is kept, in SQLite.

The token opens nothing. It says that whoever uses this browser is no stranger to the account, so that other people's
wrong tries do not hold him up (see :mod:`spyglass.limits`). Signing out leaves it: it is for the next signing in.

One browser may be known to several people, as in a classroom; they share its token and each has a row.
"""

import secrets
import sqlite3
import time
from collections.abc import Callable

from spyglass.sessions import key_of

LIFETIME = 30 * 24 * 60 * 60  # seconds since the last signing in
MOST_BROWSERS = 20  # of one person: the newest

SCHEMA = """
CREATE TABLE IF NOT EXISTS known (
    key TEXT NOT NULL,
    person TEXT NOT NULL,
    expires REAL NOT NULL,
    PRIMARY KEY (key, person)
) STRICT;
CREATE INDEX IF NOT EXISTS known_person ON known (person);
"""


class KnownBrowsers:
    """The table of browsers and the people who signed in there."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def find(self, token: str | None, person: str) -> str | None:
        """The browser's key, if this person signed in there before."""
        row = self._database.execute(
            "SELECT key FROM known WHERE key = ? AND person = ? AND expires > ?",
            (key_of(token or ""), person, self._clock()),
        ).fetchone()
        return str(row["key"]) if row else None

    def has(self, person: str) -> bool:
        """Whether this person has signed in anywhere."""
        return self._database.execute("SELECT 1 FROM known WHERE person = ?", (person,)).fetchone() is not None

    def remember(self, token: str | None, person: str) -> str:
        """He has just signed in: from now on he is known there. Returns the token that the browser is to keep."""
        now = self._clock()
        self._database.execute("DELETE FROM known WHERE expires <= ?", (now,))
        # A token that was not made here, or has expired, is not taken up: somebody else may have put it there.
        if token is None or not self._is_alive(token):
            token = secrets.token_urlsafe(32)
        self._database.execute("INSERT OR REPLACE INTO known VALUES (?, ?, ?)", (key_of(token), person, now + LIFETIME))
        newest = "SELECT key FROM known WHERE person = :person ORDER BY expires DESC, rowid DESC LIMIT :most"
        self._database.execute(
            f"DELETE FROM known WHERE person = :person AND key NOT IN ({newest})",  # noqa: S608 - the line above
            {"person": person, "most": MOST_BROWSERS},
        )
        return token

    def _is_alive(self, token: str) -> bool:
        return self._database.execute("SELECT 1 FROM known WHERE key = ?", (key_of(token),)).fetchone() is not None
