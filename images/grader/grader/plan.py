"""What is to be checked, and in whose databases: checks.json in, typed values out.

The file is looked at again whenever it is asked for, so that a course that was edited or one student more restarts
nothing. One that cannot be read never replaces the last good one.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .attempt import Attempt
from .judge import Expected
from .verdict import Thing

log = logging.getLogger(__name__)

STUDENT = r"^[a-z][a-z0-9-]{0,30}$"
MOST_CHECKS = 6000
"""Of all tasks together: more than a course can have."""
MOST_STEPS = 20


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Step(_Part):
    """A statement that gives one value, and what it is to be.

    ``own_code``: what it calls is the student's, and finds his tables as it does when he calls it. ``thing``: the
    table or view that it is about.
    """

    sql: str = Field(min_length=1, max_length=1_000_000)
    expected: Expected
    own_code: bool = False
    thing: Thing | None = None


class Check(_Part):
    """Done when every step is right; they are taken one after the other, up to the first that is not.

    ``message``: the author's words for what is missing, in place of those that are found.
    """

    id: str = Field(min_length=1, max_length=100)
    steps: tuple[Step | Attempt, ...] = Field(min_length=1, max_length=MOST_STEPS)
    message: str = Field(default="", max_length=1000)


class Task(_Part):
    """Done when all its checks say so."""

    id: str = Field(min_length=1, max_length=100)
    checks: tuple[Check, ...] = Field(min_length=1)


class Plan(_Part):
    """The whole of checks.json."""

    students: tuple[Annotated[str, Field(pattern=STUDENT)], ...] = ()
    tasks: tuple[Task, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Plan":
        for what, names in (("students", self.students), ("tasks", tuple(task.id for task in self.tasks))):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{what}: more than once: {', '.join(twice)}")
        if sum(len(task.checks) for task in self.tasks) > MOST_CHECKS:
            raise ValueError(f"tasks: more than {MOST_CHECKS} checks")
        return self


class PlanFile:
    """The current content of checks.json, re-read whenever the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._current = Plan()

    def current(self) -> Plan:
        """The plan; an empty one as long as the operator has not sent any."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return self._current
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._seen = seen
            try:
                self._current = parse(self._path.read_bytes())
            except (ValueError, OSError) as error:
                log.error("checks.json is not usable, the former one stays: %s", error)  # noqa: TRY400 - a trace adds nothing
        return self._current


def parse(text: bytes) -> Plan:
    """Check and type the content of checks.json; every problem is in the one error."""
    try:
        return Plan.model_validate(json.loads(text))
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise ValueError("checks.json: " + "; ".join(lines)) from error


def put(text: bytes, path: Path) -> None:
    """Check a new plan, then let it take the old one's place in one step."""
    parse(text)
    part = path.with_suffix(".part")
    part.write_bytes(text)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


def main(path: Path) -> int:
    """``checks-put``: standard input becomes checks.json, or nothing changes and the reason is on standard error."""
    try:
        put(sys.stdin.buffer.read(), path)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
