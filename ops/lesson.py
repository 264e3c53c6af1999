"""Drafts a course from a finished database.

In: ``DUMP``, a file or folder of SQL or a file in pg_dump's custom format, or ``DSN``, where such a database runs;
``START``, a file or folder of what students begin with, or nothing; ``COURSE``, the folder to write; ``LEVEL``, how
much is asked for. Out: the course with its lab.yaml, pages of material, rows for students, the start and the solution;
on the screen what was made and what became no check. Of a course that is there already nothing is lost.
"""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from mentor.course.document import LARGEST_FILE
from mentor.course.lesson import LAB
from mentor.settings.problems import meant
from ops.console import StopError, run, say
from ops.drafting import (
    diagram,
    fetching,
    keeping,
    loading,
    naming,
    outline,
    pages,
    refusing,
    sample,
    sampling,
    starting,
    tasks,
    trying,
    writing,
)
from ops.drafting.asking import Tried
from ops.drafting.naming import Speech
from ops.drafting.outline import Section
from ops.drafting.queries import Check
from ops.drafting.sample import Sample
from ops.drafting.starting import Drafted
from ops.drafting.task import Task

SOLVED = f"{writing.SOLUTION}/finished.sql"
MOST = 2000
"""Tables, constraints, functions and the like. A course has room for some hundreds."""
PATIENCE = 10
"""Seconds without a word."""
MOST_LINES = 100
"""Lines about what became no check."""
STRUCTURE, CONTENT, ALL = "structure", "content", "all"
UNSEEN = {
    STRUCTURE: "rows, what views and functions give, and what the rules refuse",
    CONTENT: "what functions with arguments give, and what the rules refuse",
    ALL: "what functions with arguments give, and what keys, triggers and policies do",
}
"""By level: what no check of it sees."""


@dataclass(frozen=True)
class Read(Drafted):
    """A database that was loaded and looked at; ``left`` says what became no check."""

    sql: bytes
    left: list[str]


def main() -> int:
    """Run as ``python -m ops.lesson``."""
    dsn = _said("DSN")
    if dsn and _said("DUMP"):
        raise StopError("lesson: DUMP and DSN are both given: which of them is the finished database?")
    name = fetching.name(dsn) if dsn else ""
    dump = f"the database {naming.visible(name)}" if dsn else _given("DUMP", "a finished database")
    course, start, level = Path(_given("COURSE", "the folder of the new course")), _said("START"), _level()
    again = keeping.is_drafted(course)
    if not again:
        _refuse_what_is_there(course, start, level)
    with fetching.fetched(dsn) if dsn else nullcontext(sample.found(Path(dump))) as finished:
        whole = _read(finished, dump, level)
    if not whole.tasks:
        raise StopError(f"lesson: {dump} leaves nothing behind of which a check could be made")
    made, left, texts = list(whole.tasks), whole.left, {SOLVED: whole.sql}
    if start:
        begun = _read(sample.found(Path(start)), start, STRUCTURE if level == STRUCTURE else CONTENT)
        standing = trying.tried(begun.sql, made, starting.loadable(whole, begun))
        made, more = starting.remaining(whole, begun, standing)
        if not made:
            raise StopError(f"lesson: START={start} has all that a check could ask of {dump}: nothing is to be built")
        left += more
        texts = {SOLVED: starting.undoing(begun.found).encode() + whole.sql, writing.START: begun.sql}
    sections, more = outline.outlined(whole.found, made)
    speech = Speech(whole.found.keywords)
    picture = diagram.drawn(whole.found, speech)
    said = diagram.told(whole.found, speech) if picture else ""
    texts |= {f"{writing.MATERIAL}/{pages.PICTURE}": picture.encode()} if picture else {}
    title = _title(name or Path(dump).resolve().stem)
    texts |= _texts(title, dump, course, sections, pictured=said, begins=bool(start))
    if not again:
        _refuse(course, texts)
    news = keeping.kept(course, texts)
    for line in news if again else ():
        say(f"lesson: {line}")
    kept = [task for section in sections for task in section.tasks]
    say(f"lesson: {course / LAB}: sections: {len(sections)}; tasks: {len(kept)}; checks: {len(_checks(kept))}")
    for line in (*left, *more)[:MOST_LINES]:
        say(f"lesson: no check: {line}")
    if len(left) + len(more) > MOST_LINES:
        say(f"lesson: no check: {len(left) + len(more) - MOST_LINES} more")
    say(f"lesson: not looked at: {UNSEEN[level]}")
    say(f"lesson: to go on: make lesson-test COURSE={course}")
    return 0


def _refuse_what_is_there(course: Path, start: str, level: str) -> None:
    rows = [] if level == STRUCTURE else [f"{writing.MATERIAL}/{pages.ROWS}"]
    _refuse(course, [LAB, SOLVED, *rows, *([writing.START] if start else [])])


def _refuse(course: Path, names: Iterable[str]) -> None:
    for name in names:
        if os.path.lexists(course / name):
            raise StopError(
                f"lesson: {course / name} is there already, and is left as it is: name another COURSE, or move it"
            )


def _read(finished: Sample, dump: str, level: str) -> Read:
    """Load a sample where it can do no harm, and draft all of it."""
    with loading.loaded(finished) as database:
        found = database.catalogue()
        if found.size > MOST:
            raise StopError(f"lesson: {dump} holds {found.size} things: at most {MOST} make a course; leave some out")
        sql = database.solution()
        contents = None if level == STRUCTURE else sampling.sampled(found, database.asked)
        if contents and level == ALL:
            contents.told = refusing.told(found, contents, patiently(database.tried))
    drafted, left = tasks.drafted(found, contents)
    return Read(found, drafted, sql, left)


def patiently(tried: Tried) -> Tried:
    """Try, and say every ten seconds that it goes on."""
    said = time.monotonic()

    def heard(script: str) -> Sequence[str]:
        nonlocal said
        if time.monotonic() > said + PATIENCE:
            say("lesson: still trying what the conditions refuse")
            said = time.monotonic()
        return tried(script)

    return heard


def _checks(made: Iterable[Task]) -> list[Check]:
    return [check for task in made for check in task.checks]


def _texts(
    title: str, dump: str, course: Path, sections: Sequence[Section], *, pictured: str, begins: bool
) -> dict[str, bytes]:
    """The files that are made of sections; lab.yaml comes last: where it is, all is."""
    lab = writing.lab(title, dump, str(course), sections, begins=begins).encode()
    if len(lab) > LARGEST_FILE:
        raise StopError(f"lesson: the {LAB} of {dump} takes more than {LARGEST_FILE >> 20} MiB; leave some out")
    material = {**pages.rows(sections), **pages.pages(sections, pictured)}
    return {**{f"{writing.MATERIAL}/{name}": text.encode() for name, text in material.items()}, LAB: lab}


def _said(name: str) -> str:
    return os.environ.get(name, "").strip()


def _given(name: str, what: str) -> str:
    value = _said(name)
    if not value:
        raise StopError(f"lesson: name {what}: make lesson DUMP=sample.sql COURSE=courses/sample")
    return value


def _level() -> str:
    level = _said("LEVEL") or CONTENT
    if level not in UNSEEN:
        raise StopError(f"lesson: LEVEL={level} is none of {', '.join(UNSEEN)}{meant(level, UNSEEN)}")
    return level


def _title(name: str) -> str:
    words = naming.line(name.replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:] or "A database"


if __name__ == "__main__":
    run(main)
