"""What must outlive a restart: when each student had each task done for the first time, and how long he has worked.

Nothing is removed when work is undone, and nothing when a student or a task leaves: name, group, title and points are
kept with the row, so that the list at the end of the day is whole.
"""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spyglass.classroom import Person, Task

SCHEMA = """
CREATE TABLE IF NOT EXISTS first_done (
    student TEXT NOT NULL,
    task TEXT NOT NULL,
    at REAL NOT NULL,
    took REAL NOT NULL,
    name TEXT NOT NULL,
    team TEXT,
    title TEXT NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (student, task)
) STRICT;
CREATE TABLE IF NOT EXISTS activity (
    student TEXT PRIMARY KEY,
    last REAL NOT NULL,
    worked REAL NOT NULL
) STRICT;
"""

WRITE_EVERY = 30.0  # seconds between two writes of one student's activity


@dataclass(frozen=True, kw_only=True)
class Done:
    """A student's first success at a task. ``at`` is in seconds since 1970."""

    student: str
    task: str
    at: float
    took: float  # seconds of work since the task before it, or since his first sign
    name: str
    team: str | None
    title: str
    points: int


@dataclass(frozen=True, kw_only=True)
class Activity:
    """When somebody was last seen at work, and his seconds of work since his last task."""

    last: float
    worked: float = 0.0


class History:
    """Everything in memory, written through to SQLite."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._done: dict[str, dict[str, Done]] = {}
        for row in database.execute("SELECT * FROM first_done ORDER BY at, rowid"):
            self._done.setdefault(row["student"], {})[row["task"]] = Done(**row)
        self._activity = {
            row["student"]: Activity(last=row["last"], worked=row["worked"])
            for row in database.execute("SELECT * FROM activity")
        }
        self._written = {student: one.last for student, one in self._activity.items()}

    def of(self, student: str) -> Mapping[str, Done]:
        """By task id, in the order of time; tasks that the course no longer has included."""
        return self._done.get(student, {})

    def everything(self) -> list[Done]:
        """All first successes of everybody who ever was in the class."""
        return [done for tasks in self._done.values() for done in tasks.values()]

    def durations(self) -> dict[str, list[float]]:
        """How long each task took those who did it, by task id."""
        found: dict[str, list[float]] = {}
        for done in self.everything():
            found.setdefault(done.task, []).append(done.took)
        return found

    def activity(self, student: str) -> Activity | None:
        """None for somebody of whom there was no sign yet."""
        return self._activity.get(student)

    def sign(self, student: str, at: float) -> None:
        """Somebody was at work at this time."""
        before = self._activity.get(student)
        if before is None:
            self._write(student, Activity(last=at))
        elif at > before.last:
            self._put(student, replace(before, last=at))

    def work(self, student: str, seconds: float) -> None:
        """He has worked for so much longer."""
        if (before := self._activity.get(student)) is not None:
            self._put(student, replace(before, worked=before.worked + seconds))

    def add(self, person: Person, tasks: Sequence[Task], at: float) -> list[Done]:
        """Keep those that this student had never done before; of several at once the first took all of the time."""
        new = []
        for task in tasks:
            if task.id in self.of(person.id):
                continue
            self.sign(person.id, at)
            before = self._activity[person.id]
            done = Done(
                student=person.id, task=task.id, at=at, took=before.worked, name=person.name, team=person.group,
                title=task.title, points=task.points,
            )  # fmt: skip
            self._database.execute(
                "INSERT OR IGNORE INTO first_done VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (done.student, done.task, done.at, done.took, done.name, done.team, done.title, done.points),
            )
            self._done.setdefault(person.id, {})[task.id] = done
            self._write(person.id, replace(before, last=max(at, before.last), worked=0.0))
            new.append(done)
        return new

    def _put(self, student: str, activity: Activity) -> None:
        """In memory at once; in the file now and then."""
        self._activity[student] = activity
        if activity.last - self._written.get(student, -math.inf) >= WRITE_EVERY:
            self._write(student, activity)

    def _write(self, student: str, activity: Activity) -> None:
        self._activity[student] = activity
        self._written[student] = activity.last
        self._database.execute(
            "INSERT INTO activity VALUES (?, ?, ?) ON CONFLICT (student) DO UPDATE SET"
            " last = excluded.last, worked = excluded.worked",
            (student, activity.last, activity.worked),
        )
