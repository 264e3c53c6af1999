"""Tries a course's checks where nothing is done and where everything is, and names those that tell no difference.

In: the course in ``COURSE`` (default ``workshop``) with its folder `solution`: ``*.sql`` for the database, in the order
of their names, and ``seat.sh`` for the seat. ``SEAT=no`` leaves out the seat. Out: one line per check that is of no
use, with file and line; exit status 1 when there is one.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentor.course import document, grading, lesson
from mentor.course.criteria import Check
from mentor.settings.problems import Key, Problems
from ops import scratch, scratch_seat
from ops.console import StopError, run, say
from ops.scratch import Verdict

START, SOLVED = "start", "solved"


def course_folder() -> Path:
    """The folder of the course."""
    return Path(os.environ.get("COURSE") or "workshop")


def course() -> lesson.Course:
    """Read the course, or stop with everything that is wrong with it."""
    problems = Problems("mentor")
    found = lesson.parse(course_folder(), scratch.ROOT, problems)
    if found is None:
        raise StopError("\n".join(problems))
    return found


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One check, at the start and with the solution; None where it was not tried."""

    key: Key
    name: str
    check: Check
    start: Verdict
    solved: Verdict | None

    @property
    def trouble(self) -> str | None:
        """Why it is of no use."""
        if self.solved is None and self.start.ok:
            return "holds from the start, before anybody did anything"
        if self.start.ok and self.solved and self.solved.ok:
            return "holds from the start as well as with the solution: it tells nothing"
        if self.start.ok:
            return "holds from the start"
        if self.solved and not self.solved.ok:
            return f"does not hold with the solution: {self.solved.detail or 'not done'}"
        return f"cannot be told at the start: {self.start.detail}" if self.start.ok is None else None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One check and where it stands."""

    key: Key
    name: str
    number: str
    task: str
    check: Check


def listed(found: lesson.Course) -> list[Listed]:
    """List the checks of all tasks with their places in lab.yaml."""
    return [
        Listed(
            key=("sections", one, "tasks", two, "checks", three),
            name=f"{task.id} {number} ({check.kind})",
            number=number,
            task=task.id,
            check=check,
        )
        for one, section in enumerate(found.sections)
        for two, task in enumerate(section.tasks)
        for three, (number, check) in enumerate(task.numbered())
    ]


def in_databases(found: lesson.Course, checks: Sequence[Listed]) -> Iterator[Tried]:
    """Try the checks in a database as it is given out, and in one in which the solution was run."""
    answers = sorted(found.solution.glob("*.sql")) if found.solution else []
    with scratch.server() as server:
        server.load(found.root, found.sql_files)
        server.database(START)
        server.database(SOLVED)
        for file in answers:
            try:
                server.sql(SOLVED, file.read_text(encoding="utf-8"))
            except StopError as error:
                raise StopError(f"lesson-test: {_shown(file)}: {error}") from None
        written = [grading.sql_check(one.number, one.check) for one in checks]
        verdicts = server.checks([START, SOLVED] if answers else [START], written)
    solved: Sequence[Verdict | None] = verdicts[SOLVED] if answers else [None] * len(checks)
    start = verdicts[START]
    for one, before, after in zip(checks, start, solved, strict=True):
        yield Tried(key=one.key, name=one.name, check=one.check, start=before, solved=after)


def in_seats(found: lesson.Course, checks: Sequence[Listed]) -> Iterator[Tried]:
    """Try the checks in a new seat, and again after the solution's script."""
    by_task = {task.id: {one["id"]: one for one in grading.seat_checks(task)} for task in found.tasks}
    wanted = [by_task[one.task][one.number] for one in checks]
    script = found.solution / "seat.sh" if found.solution else None
    solved: Sequence[Verdict | None] = [None] * len(checks)
    with scratch_seat.seat(found.material) as seat:
        start = seat.checks(wanted)
        if script and script.is_file():
            seat.give_images(found.images)
            done = seat.run(script.read_text(encoding="utf-8"), scratch_seat.SCRIPT_SECONDS)
            if done.returncode:
                said = done.stderr.decode(errors="replace").strip().splitlines()[-5:]
                raise StopError("\n".join([f"lesson-test: {_shown(script)} ends with {done.returncode}:", *said]))
            solved = seat.checks(wanted)
    for one, before, after in zip(checks, start, solved, strict=True):
        yield Tried(key=one.key, name=one.name, check=one.check, start=before, solved=after)


def main() -> int:
    """Run as ``python -m ops.lesson_test``."""
    found = course()
    lines = document.read(found.root / lesson.LAB)
    every = listed(found)
    databases = [one for one in every if one.check.place == "sql"]
    seats = [one for one in every if one.check.place == "seat"]
    skipped = os.environ.get("SEAT", "").lower() in {"no", "off", "0"}
    tried = list(in_databases(found, databases)) if databases else []
    tried += in_seats(found, seats) if seats and not skipped else []
    wrong = [one for one in tried if one.trouble]
    for one in sorted(wrong, key=lambda one: lines.line(one.key)):
        say(f"{course_folder() / lesson.LAB}:{lines.line(one.key)}: {one.name}: {one.trouble}")
    half = sum(one.solved is None for one in tried)
    say(f"lesson-test: tasks: {len(found.tasks)}; checks: {len(databases)} in a database, {len(seats)} in a seat")
    if half:
        say(f"lesson-test: {half} were tried at the start only: {_missing(found, tried)}")
    if skipped and seats:
        say(f"lesson-test: {len(seats)} checks in the seat were not tried (SEAT=no)")
    say(f"lesson-test: {len(wrong)} of {len(tried)} do not tell" if wrong else "lesson-test: each tells what it should")
    return 1 if wrong else 0


def _missing(found: lesson.Course, tried: Sequence[Tried]) -> str:
    if not found.solution:
        return "the course names no `solution`"
    places = {one.check.place for one in tried if one.solved is None}
    files = " and no ".join(name for place, name in (("sql", "*.sql"), ("seat", "seat.sh")) if place in places)
    return f"its solution has no {files}"


def _shown(file: Path) -> str:
    return os.path.relpath(file)


if __name__ == "__main__":
    run(main)
