"""Drafts a course from a finished database.

In: ``DUMP``, a file or folder of SQL or a file in pg_dump's custom format; ``COURSE``, the folder to write. Out: the
course with its lab.yaml, a page of material and the solution; on the screen what was made and what became no check. A
course that is there already is left as it is.
"""

import os
from pathlib import Path

from mentor.course.lesson import LAB
from ops.console import StopError, run, say
from ops.drafting import loading, naming, outline, sample, tasks, writing

FINISHED = "finished.sql"
MOST = 2000
"""Tables, constraints, functions and the like. A course has room for some hundreds."""
MOST_LINES = 100
"""Lines about what became no check."""
UNSEEN = "rows, what views and functions give, and what the rules refuse"
"""What a check of the structure does not see."""


def main() -> int:
    """Run as ``python -m ops.lesson``."""
    dump, course = _given("DUMP", "a finished database"), Path(_given("COURSE", "the folder of the new course"))
    targets = {
        name: course / name for name in (LAB, f"{writing.MATERIAL}/{writing.PAGE}", f"{writing.SOLUTION}/{FINISHED}")
    }
    for target in targets.values():
        if os.path.lexists(target):
            raise StopError(f"lesson: {target} is there already, and is left as it is: name another COURSE, or move it")
    with loading.loaded(sample.found(Path(dump))) as database:
        found = database.catalogue()
        if found.size > MOST:
            raise StopError(f"lesson: {dump} holds {found.size} things: at most {MOST} make a course; leave some out")
        solution = database.solution()
    drafted, left = tasks.drafted(found)
    if not drafted:
        raise StopError(f"lesson: {dump} leaves nothing behind of which a check could be made")
    sections, more = outline.outlined(found, drafted)
    title = _title(Path(dump))
    # lab.yaml comes last: where it is, all is.
    texts = {
        f"{writing.SOLUTION}/{FINISHED}": solution,
        f"{writing.MATERIAL}/{writing.PAGE}": writing.page(title, sections).encode(),
        LAB: writing.lab(title, dump, str(course), sections).encode(),
    }
    for name, text in texts.items():
        try:
            targets[name].parent.mkdir(parents=True, exist_ok=True)
            targets[name].write_bytes(text)
        except OSError as error:
            raise StopError(f"lesson: {targets[name]} cannot be written: {error.strerror}") from None
    made = [task for section in sections for task in section.tasks]
    checks = sum(len(task.checks) for task in made)
    say(f"lesson: {targets[LAB]}: sections: {len(sections)}; tasks: {len(made)}; checks: {checks}")
    for line in (*left, *more)[:MOST_LINES]:
        say(f"lesson: no check: {line}")
    if len(left) + len(more) > MOST_LINES:
        say(f"lesson: no check: {len(left) + len(more) - MOST_LINES} more")
    say(f"lesson: not looked at: {UNSEEN}")
    say(f"lesson: to go on: make lesson-test COURSE={course}")
    return 0


def _given(name: str, what: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise StopError(f"lesson: name {what}: make lesson DUMP=sample.sql COURSE=courses/sample")
    return value


def _title(dump: Path) -> str:
    words = naming.line(dump.resolve().stem.replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:] or "A database"


if __name__ == "__main__":
    run(main)
