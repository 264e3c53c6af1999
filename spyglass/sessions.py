"""Who is signed in: a random token goes to the browser, only its hash is kept, in SQLite.

A copy of the database therefore signs nobody in. Roles are not kept here: they come from the class at each request.
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

LIFETIME = 12 * 60 * 60  # seconds: the longest day of a class

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    key TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    expires REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_person ON sessions (person);
"""


@dataclass(frozen=True)
class Session:
    """One browser of one person, until it signs out or ``expires`` (seconds since 1970)."""

    key: str
    person: str
    expires: float

    @property
    def began(self) -> float:
        """When it signed in, in seconds since 1970."""
        return self.expires - LIFETIME


def key_of(token: str) -> str:
    """What is kept of a token. No salt and no slow hash: it has 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """The table of sessions; ``ended`` hears the keys of those that end before their time."""

    def __init__(
        self,
        database: sqlite3.Connection,
        ended: Callable[[Collection[str]], None] = lambda _keys: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._ended = ended
        self._clock = clock
        self._seen: dict[str, float] = {}  # by key; not worth a write at each request

    def begin(self, person: str) -> str:
        """A new session; the token is returned once and stored nowhere."""
        now = self._clock()
        token = secrets.token_urlsafe(32)
        self._database.execute("DELETE FROM sessions WHERE expires <= ?", (now,))
        self._database.execute("INSERT INTO sessions VALUES (?, ?, ?)", (key_of(token), person, now + LIFETIME))
        return token

    def find(self, token: str) -> Session | None:
        """The living session of this token."""
        row = self._database.execute(
            "SELECT key, person, expires FROM sessions WHERE key = ? AND expires > ?", (key_of(token), self._clock())
        ).fetchone()
        if row is None:
            return None
        self._seen[row["key"]] = self._clock()
        return Session(**row)

    def of(self, person: str) -> list[Session]:
        """Where somebody is signed in, the newest first."""
        living = "SELECT key, person, expires FROM sessions WHERE person = ? AND expires > ? ORDER BY expires DESC"
        return [Session(**row) for row in self._database.execute(living, (person, self._clock()))]

    def last_seen(self, session: Session) -> float | None:
        """When this browser last asked for something, in seconds since 1970; None: not since the app was started."""
        return self._seen.get(session.key)

    def remaining(self, session: Session) -> float:
        """Seconds until the session expires."""
        return session.expires - self._clock()

    def end(self, session: Session) -> None:
        """Sign this one browser out."""
        self._remove("key = ?", session.key)

    def end_others(self, session: Session) -> None:
        """Sign the person out everywhere else."""
        self._remove("person = ? AND key <> ?", session.person, session.key)

    def end_all(self, person: str) -> None:
        """Sign the person out everywhere."""
        self._remove("person = ?", person)

    def _remove(self, condition: str, *values: str) -> None:
        statement = f"DELETE FROM sessions WHERE {condition} RETURNING key"  # noqa: S608 - the two conditions above
        ended = [row["key"] for row in self._database.execute(statement, values).fetchall()]
        for key in ended:
            self._seen.pop(key, None)
        self._ended(ended)
