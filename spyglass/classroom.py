"""The class as the operator declared it: class.json in, typed and checked people out.

The file is looked at again whenever it is asked for, so that a person who was removed is out at once and a new one
needs no restart. A file that cannot be read as a class never replaces the last good one.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

log = logging.getLogger(__name__)


def _as_id(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", value):
        raise ValueError(f"{value!r} is not an id: a letter, then at most 30 of a-z, 0-9 and -")
    return value


PersonId = Annotated[str, AfterValidator(_as_id)]
Role = Literal["student", "teacher", "spare"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Person(_Part):
    """Somebody with an account and a seat."""

    id: PersonId
    name: str = Field(max_length=200)
    email: str | None = None
    group: str | None = None
    role: Role
    host: str = Field(min_length=1)
    port: int = Field(default=2222, ge=1, le=65535)
    database: str | None = None
    claimed: bool = False  # somebody took this seat under his own name

    @property
    def is_teacher(self) -> bool:
        """Whether this person may see the others."""
        return self.role == "teacher"


class Event(_Part):
    """What everybody is here for."""

    name: str = Field(max_length=200)
    time_zone: str = "UTC"
    end: AwareDatetime | None = None  # the program has put it into a zone

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    def clock(self, at: float) -> str:
        """A moment, in seconds since 1970, as the clock on the wall there says it: 10:31."""
        return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.time_zone)).strftime("%H:%M")


class SeatCheck(_Part):
    """A command that says in the seat, by exit code 0, that a part of a task is done."""

    id: str
    command: str
    timeout: float = Field(default=5.0, gt=0)  # seconds
    message: str = ""  # what is missing as long as it fails, for the student


class Task(_Part):
    """Something to do. ``parts`` says where it is looked for: in the database, in the seat, or both."""

    id: str
    title: str
    hints: tuple[str, ...] = ()
    points: int = 1
    minutes: int | None = None  # how long it takes, as the author guesses
    requires: tuple[str, ...] = ()
    parts: tuple[Literal["sql", "seat"], ...] = ()
    seat_checks: tuple[SeatCheck, ...] = ()


class Question(_Part):
    """Something that is asked in the guide. ``answer`` holds the numbers of all right choices, or right texts."""

    id: str
    question: str
    choices: tuple[str, ...] = ()
    answer: tuple[int | str, ...] = Field(repr=False)
    because: str | None = None


class CourseSection(_Part):
    """A chapter, and what is to be done in it."""

    title: str
    material: str | None = None  # its file, below the material's folder
    tasks: tuple[Task, ...] = ()
    questions: tuple[Question, ...] = ()


class Course(_Part):
    """What is taught, as far as the pages show it."""

    title: str = ""
    html: bool = False  # what the guide's Markdown holds of it is shown as it is
    sections: tuple[CourseSection, ...] = ()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, in the course's order."""
        return tuple(task for section in self.sections for task in section.tasks)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the course's order."""
        return tuple(question for section in self.sections for question in section.questions)


class Thresholds(_Part):
    """From when on somebody is idle, or stuck; see :mod:`spyglass.progress.states`."""

    idle_minutes: float = Field(default=3, gt=0)
    stuck_minutes: float = Field(default=5, gt=0)
    stuck_factor: float = Field(default=1.5, ge=1)


class ClassFile(_Part):
    """The whole of class.json."""

    course: Course = Course()
    event: Event
    origins: tuple[str, ...] = Field(min_length=1)
    visibility: Literal["own", "anonymous", "names"] = "own"
    thresholds: Thresholds = Thresholds()
    database_is_open: bool = False  # reached from outside the host
    boards: str | None = Field(default=None, pattern=r"^(/|https?://)")  # the class's Grafana board, if there is one
    people: tuple[Person, ...]

    @field_validator("origins")
    @classmethod
    def _as_browsers_send_them(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # A browser leaves the default port out of Origin.
        return tuple(origin.lower().removesuffix(":443") for origin in value)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "ClassFile":
        ids = [person.id for person in self.people]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"people: more than once: {', '.join(twice)}")
        return self

    @property
    def students(self) -> tuple[Person, ...]:
        """Everybody but the teachers, spare seats included, in the roster's order."""
        return tuple(person for person in self.people if not person.is_teacher)

    def find(self, person_id: str) -> Person | None:
        """The person with this id, if he is in the class."""
        return next((person for person in self.people if person.id == person_id), None)

    def name_of(self, person_id: str) -> str:
        """How somebody is called; his id once he has left."""
        found = self.find(person_id)
        return found.name if found else person_id

    def title_of(self, task_id: str | None) -> str:
        """Of a task; nothing of one that the course does not have."""
        return next((task.title for task in self.course.tasks if task.id == task_id), "")


class Classroom:
    """The current content of class.json, re-read whenever the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._read: ClassFile | None = None
        self._current: ClassFile | None = None
        self._claimed: Mapping[str, str] = {}

    def current(self) -> ClassFile | None:
        """The class, or None as long as the operator has not sent one."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return self._current
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._seen = seen
            try:
                self._read = parse(self._path.read_bytes())
                self._current = self._named(self._read)
            except (ValueError, OSError) as error:
                log.error("class.json is not usable, the former class stays: %s", error)  # noqa: TRY400 - a trace adds nothing
        return self._current

    def name_claimed(self, names: Mapping[str, str]) -> None:
        """From now on these seats, by id, go by the names of those who took them."""
        self._claimed = dict(names)
        if self._read is not None:
            self._current = self._named(self._read)

    def _named(self, course: ClassFile) -> ClassFile:
        def named(person: Person) -> Person:
            if person.id not in self._claimed or person.is_teacher:
                return person
            return person.model_copy(update={"name": self._claimed[person.id], "claimed": True, "email": None})

        return course.model_copy(update={"people": tuple(named(person) for person in course.people)})

    def find(self, person_id: str) -> Person | None:
        """The person with this id in the current class."""
        current = self.current()
        return current.find(person_id) if current else None


def parse(text: bytes) -> ClassFile:
    """Check and type the content of class.json; every problem is in the one error."""
    try:
        return ClassFile.model_validate(json.loads(text))
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise ValueError("class.json: " + "; ".join(lines)) from error


def put(text: bytes, path: Path) -> None:
    """Check a new class, then let it take the old one's place in one step."""
    parse(text)
    part = path.with_suffix(".part")
    part.write_bytes(text)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


def main(path: Path) -> int:
    """``class-put``: standard input becomes class.json, or nothing changes and the reason is on standard error."""
    try:
        put(sys.stdin.buffer.read(), path)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
