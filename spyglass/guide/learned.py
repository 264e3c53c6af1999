"""What somebody has opened and answered in the guide, kept in SQLite: hints by task, tries by question.

In: a person's id and what he asked for. Out: how many hints of a task he has seen, how often he tried a question, and
whether he has answered it.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from spyglass.classroom import Question

SCHEMA = """
CREATE TABLE IF NOT EXISTS hints (
    student TEXT NOT NULL,
    task TEXT NOT NULL,
    opened INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (student, task)
) STRICT;
CREATE TABLE IF NOT EXISTS answers (
    student TEXT NOT NULL,
    question TEXT NOT NULL,
    tries INTEGER NOT NULL,
    right_at REAL,
    PRIMARY KEY (student, question)
) STRICT;
"""
PAUSE = 2.0  # seconds between two tries of one question: guessing is slower than thinking


class TooSoonError(Exception):
    """The last try was a moment ago."""


@dataclass(frozen=True)
class Answered:
    """How far somebody is with a question; ``right_at`` in seconds since 1970, None as long as it is open."""

    tries: int = 0
    right_at: float | None = None


class Learned:
    """By person id."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._hints: dict[tuple[str, str], int] = {
            (row["student"], row["task"]): row["opened"] for row in database.execute("SELECT * FROM hints")
        }
        self._answers: dict[tuple[str, str], Answered] = {
            (row["student"], row["question"]): Answered(row["tries"], row["right_at"])
            for row in database.execute("SELECT * FROM answers")
        }
        self._tried: dict[tuple[str, str], float] = {}

    def hints(self, student: str, task: str) -> int:
        """How many hints of this task he has opened."""
        return self._hints.get((student, task), 0)

    def open_hint(self, student: str, task: str, number: int) -> None:
        """He opens the hint with this number, counted from 1; the ones before it count as seen."""
        key = (student, task)
        if number <= self._hints.get(key, 0):
            return
        self._hints[key] = number
        self._database.execute(
            "INSERT INTO hints VALUES (?, ?, ?, ?) "
            "ON CONFLICT (student, task) DO UPDATE SET opened = excluded.opened, at = excluded.at",
            (student, task, number, self._clock()),
        )

    def answered(self, student: str, question: str) -> Answered:
        """How far he is with this question."""
        return self._answers.get((student, question), Answered())

    def answer(self, student: str, question: Question, given: tuple[int | str, ...]) -> bool:
        """Whether this is right; once it was, it stays answered.

        Raises:
            TooSoonError: he has tried it a moment ago.
        """
        key, now = (student, question.id), self._clock()
        if now - self._tried.get(key, 0.0) < PAUSE:
            raise TooSoonError
        self._tried[key] = now
        right, before = is_right(question, given), self.answered(student, question.id)
        if before.right_at is None:
            after = Answered(before.tries + 1, now if right else None)
            self._answers[key] = after
            self._database.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?) "
                "ON CONFLICT (student, question) DO UPDATE SET tries = excluded.tries, right_at = excluded.right_at",
                (*key, after.tries, after.right_at),
            )
        return right


def is_right(question: Question, given: tuple[int | str, ...]) -> bool:
    """Whether exactly the right choices were made, or one of the right texts was typed, blanks and case aside."""
    if question.choices:
        return sorted(map(str, given)) == sorted(map(str, question.answer))
    return len(given) == 1 and _plain(given[0]) in map(_plain, question.answer)


def _plain(text: int | str) -> str:
    return "".join(str(text).split()).casefold()
