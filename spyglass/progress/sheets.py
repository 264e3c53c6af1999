"""Progress as CSV for a spreadsheet: plain rows in, text out; no cell can be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from spyglass.classroom import ClassFile
from spyglass.progress.history import History

Cell = str | int | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")  # a text that begins so may be run by a spreadsheet
COLUMNS = ("student", "name", "group", "task", "title", "points", "first done")


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8, marked as such, for Excel would take it for something else."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe(cell: Cell) -> str | int:
    """A text that a spreadsheet would run gets an apostrophe in front, which it shows as text."""
    if cell is None or isinstance(cell, int):
        return "" if cell is None else cell
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else cell


def whole_class(history: History, course: ClassFile) -> bytes:
    """A row for each student and task; then what was done by those who have left, and tasks that have left the course.

    Points are those that were earned: 0 as long as a task was never seen done.
    """
    zone = ZoneInfo(course.event.time_zone)
    rows, listed = list[list[Cell]](), set[tuple[str, str]]()
    for person in course.students:
        for task in course.course.tasks:
            listed.add((person.id, task.id))
            done = history.of(person.id).get(task.id)
            when, points = (moment(done.at, zone), task.points) if done else (None, 0)
            rows.append([person.id, person.name, person.group, task.id, task.title, points, when])
    for done in history.everything():
        if (done.student, done.task) not in listed:
            known = course.find(done.student)
            name, group = (known.name, known.group) if known else (done.name, done.team)
            rows.append([done.student, name, group, done.task, done.title, done.points, moment(done.at, zone)])
    return sheet(COLUMNS, rows)


def moment(at: float, zone: ZoneInfo) -> str:
    """ISO 8601 in the event's time zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat(timespec="seconds")
