"""Tries checks on what a course begins with, and whether rows can be added to that.

In: SQL that a student could run, and tasks. Out: how they stand there. The SQL is loaded as an `up` loads it, and the
workshop's own grader asks; what is loaded is anybody's code, so all of it has bounds.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from mentor.course import grading
from ops import scratch
from ops.console import StopError
from ops.drafting import checks, naming
from ops.drafting.starting import Standing
from ops.drafting.task import Task
from ops.scratch import Scratch

BEGUN, FILLED = "begun", "filled"
LIMITS = ("--memory", "2g", "--memory-swap", "2g", "--cpus", "1", "--pids-limit", "300", "--read-only",
          "--tmpfs", "/tmp:size=1g,mode=1777", "--tmpfs", "/run:size=16m")  # fmt: skip # noqa: S108 - the container's own
SECONDS = 120
"""Of loading."""
LIFE = "600"
"""Seconds after which the server ends by itself; then nothing more can be told."""


def tried(sql: bytes, tasks: Sequence[Task], loadable: Iterable[int]) -> Standing:
    """Say how tasks stand in a database that begins with this; of the ``loadable``, the rows are tried, too.

    Raises:
        StopError: a student's database cannot begin with this.
    """
    written = [
        grading.sql_check(str(number), checks.parsed(check.values))
        for number, check in enumerate(check for task in tasks for check in task.checks)
    ]
    with tempfile.TemporaryDirectory() as folder, scratch.server(*LIMITS, life=LIFE) as server:
        file = Path(folder) / "start.sql"
        file.write_bytes(sql)
        try:
            server.load(file.parent, [file], seconds=SECONDS)
        except StopError as error:
            said = naming.line(str(error), naming.LONGEST_HINT)
            raise StopError(f"lesson: a student's database cannot begin with START: {said}") from None
        for name in (BEGUN, FILLED):
            server.database(name)
        refused = _filled(server, {place: tasks[place].given for place in loadable})
        verdicts = server.checks([BEGUN, FILLED], written)
    begun, filled = (_by_task(tasks, [one.ok for one in verdicts[name]]) for name in (BEGUN, FILLED))
    return Standing(begun, filled, refused)


def _filled(server: Scratch, given: Mapping[int, str]) -> frozenset[int]:
    """Add the rows, in whatever order it goes; the places of those that do not load."""
    waiting = dict(given)
    while done := [place for place, text in waiting.items() if _loads(server, text)]:
        for place in done:
            del waiting[place]
    return frozenset(waiting)


def _loads(server: Scratch, text: str) -> bool:
    try:
        server.sql(FILLED, text)
    except StopError:
        return False
    return True


def _by_task(tasks: Sequence[Task], verdicts: Iterable[bool | None]) -> list[list[bool | None]]:
    rest = iter(verdicts)
    return [list(islice(rest, len(task.checks))) for task in tasks]
