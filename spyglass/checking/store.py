"""What people's computers were found to be, kept in SQLite: a name and its findings in, a short code out.

Anybody may write here, so all of it is bounded: in size, in number and in time.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS checked (
    code TEXT PRIMARY KEY,
    at REAL NOT NULL,
    name TEXT NOT NULL,
    findings TEXT NOT NULL
) STRICT;
"""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else
LENGTH = 4
MOST = 500  # results: of more than that the oldest go
TOGETHER = 30  # results a minute, whoever sends them: a class that checks itself at once


class TooManyError(Exception):
    """Too many in this minute."""


@dataclass(frozen=True)
class Checked:
    """One computer; ``findings`` by what was looked at: "good", "so-so" or "bad", and words for it."""

    code: str
    at: float
    name: str
    findings: Mapping[str, tuple[str, str]]

    @property
    def worst(self) -> str:
        """Of all findings."""
        marks = {mark for mark, _ in self.findings.values()}
        return next((mark for mark in ("bad", "so-so") if mark in marks), "good")


class Checks:
    """All results, the newest first."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str, findings: Mapping[str, tuple[str, str]]) -> str:
        """Keep a result; its code.

        Raises:
            TooManyError: more than :data:`TOGETHER` within a minute.
        """
        now = self._clock()
        count = self._database.execute("SELECT count(*) FROM checked WHERE at > ?", (now - 60,)).fetchone()[0]
        if count >= TOGETHER:
            raise TooManyError
        code = self._free_code()
        self._database.execute("INSERT INTO checked VALUES (?, ?, ?, ?)", (code, now, name, json.dumps(findings)))
        self._database.execute(
            "DELETE FROM checked WHERE code NOT IN (SELECT code FROM checked ORDER BY at DESC LIMIT ?)", (MOST,)
        )
        return code

    def all(self) -> list[Checked]:
        """The newest first."""
        rows = self._database.execute("SELECT * FROM checked ORDER BY at DESC").fetchall()
        return [
            Checked(
                row["code"],
                row["at"],
                row["name"],
                {key: tuple(one) for key, one in json.loads(row["findings"]).items()},
            )
            for row in rows
        ]

    def _free_code(self) -> str:
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            if self._database.execute("SELECT 1 FROM checked WHERE code = ?", (code,)).fetchone() is None:
                return code
