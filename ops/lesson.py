"""Drafts a course from a finished database.

In: ``DUMP``, a file or folder of SQL or a file in pg_dump's custom format; ``COURSE``, the folder to write; ``LEVEL``,
how much is asked for. Out: the course with its lab.yaml, a page of material, rows for students and the solution; on the
screen what was made and what became no check. A course that is there already is left as it is.
"""

import os
from pathlib import Path

from mentor.course.document import LARGEST_FILE
from mentor.course.lesson import LAB
from mentor.settings.problems import meant
from ops.console import StopError, run, say
from ops.drafting import loading, naming, outline, sample, sampling, tasks, writing

FINISHED = "finished.sql"
MOST = 2000
"""Tables, constraints, functions and the like. A course has room for some hundreds."""
MOST_LINES = 100
"""Lines about what became no check."""
STRUCTURE, CONTENT = "structure", "content"
UNSEEN = {
    STRUCTURE: "rows, what views and functions give, and what the rules refuse",
    CONTENT: "what functions with arguments give, and what the rules refuse",
}
"""By level: what no check of it sees."""


def main() -> int:
    """Run as ``python -m ops.lesson``."""
    dump, course = _given("DUMP", "a finished database"), Path(_given("COURSE", "the folder of the new course"))
    level = _level()
    page, rows, solved = (
        f"{writing.MATERIAL}/{writing.PAGE}", f"{writing.MATERIAL}/{writing.ROWS}", f"{writing.SOLUTION}/{FINISHED}"
    )  # fmt: skip
    for target in (course / name for name in (LAB, page, solved, *([rows] if level == CONTENT else []))):
        if os.path.lexists(target):
            raise StopError(f"lesson: {target} is there already, and is left as it is: name another COURSE, or move it")
    with loading.loaded(sample.found(Path(dump))) as database:
        found = database.catalogue()
        if found.size > MOST:
            raise StopError(f"lesson: {dump} holds {found.size} things: at most {MOST} make a course; leave some out")
        solution = database.solution()
        contents = sampling.sampled(found, database.asked) if level == CONTENT else None
    drafted, left = tasks.drafted(found, contents)
    if not drafted:
        raise StopError(f"lesson: {dump} leaves nothing behind of which a check could be made")
    sections, more = outline.outlined(found, drafted)
    title = _title(Path(dump))
    written = writing.lab(title, dump, str(course), sections).encode()
    if len(written) > LARGEST_FILE:
        raise StopError(f"lesson: the {LAB} of {dump} takes more than {LARGEST_FILE >> 20} MiB; leave some out")
    # lab.yaml comes last: where it is, all is.
    texts = {
        solved: solution,
        **{f"{writing.MATERIAL}/{name}": text.encode() for name, text in writing.rows(sections).items()},
        page: writing.page(title, sections).encode(),
        LAB: written,
    }
    for name, text in texts.items():
        target = course / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
        except OSError as error:
            raise StopError(f"lesson: {target} cannot be written: {error.strerror}") from None
    made = [task for section in sections for task in section.tasks]
    checks = sum(len(task.checks) for task in made)
    say(f"lesson: {course / LAB}: sections: {len(sections)}; tasks: {len(made)}; checks: {checks}")
    for line in (*left, *more)[:MOST_LINES]:
        say(f"lesson: no check: {line}")
    if len(left) + len(more) > MOST_LINES:
        say(f"lesson: no check: {len(left) + len(more) - MOST_LINES} more")
    say(f"lesson: not looked at: {UNSEEN[level]}")
    say(f"lesson: to go on: make lesson-test COURSE={course}")
    return 0


def _given(name: str, what: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise StopError(f"lesson: name {what}: make lesson DUMP=sample.sql COURSE=courses/sample")
    return value


def _level() -> str:
    level = os.environ.get("LEVEL", "").strip() or CONTENT
    if level not in UNSEEN:
        raise StopError(f"lesson: LEVEL={level} is none of {', '.join(UNSEEN)}{meant(level, UNSEEN)}")
    return level


def _title(dump: Path) -> str:
    words = naming.line(dump.resolve().stem.replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:] or "A database"


if __name__ == "__main__":
    run(main)
