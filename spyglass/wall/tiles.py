"""What a tile says besides its picture: plain values from everything that the app knows about one seat.

Times are whole minutes, so that a tile whose student does nothing is news once a minute.
"""

from typing import TYPE_CHECKING, Any

from spyglass.classroom import ClassFile, Person
from spyglass.help import words
from spyglass.joining.seats import is_free
from spyglass.progress import table

if TYPE_CHECKING:  # services.py holds the wall
    from spyglass.services import Services


def tile(here: "Services", seat: Person, course: ClassFile) -> dict[str, Any]:
    """One seat as of now. None is "not known", never "no" and never 0."""
    one, machine = here.board.of(seat.id), here.machines.of(seat.id)
    visited = here.visits.since(seat.id)
    request = here.help.of(seat.id)
    return table.student(here, seat, course) | {
        "id": seat.id,
        "name": seat.name,
        "group": seat.group or "",
        "spare": seat.role == "spare" and not seat.claimed,
        "free": is_free(here, seat),
        "task": course.title_of(one.task),
        "minutes": int(one.worked // 60) if one.task else None,
        "asked": words.flag(here, request, course) if request else None,
        "visited": int(visited // 60) if visited is not None else None,
        "answers": machine.answers,
        "database": one.database,
    }


def class_of(here: "Services", course: ClassFile) -> dict[str, Any]:
    """``ids`` as the roster has them, ``needs`` by urgency, titles of ``flagged`` tasks, if the ``grader`` answers."""
    return {
        "ids": [person.id for person in course.students],
        "needs": table.needs(here, course),
        "flagged": [task.title for task in course.course.tasks if task.id in here.board.flagged],
        "grader": here.board.grader,
    }
