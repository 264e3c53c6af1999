"""What the pages are told about notices: a student what is for him, the teachers who has read what."""

import math
from typing import TYPE_CHECKING, Any

from spyglass.classroom import ClassFile, Person
from spyglass.notices.store import EVERYBODY, GROUP, ONE, Notice, meant
from spyglass.progress.table import taking_part

if TYPE_CHECKING:  # services.py holds the notices
    from spyglass.services import Services

Data = dict[str, Any]

MOST_NAMED = 5
STEP = 5  # seconds: a page counts between two of these by itself


def own(here: "Services", person: Person, course: ClassFile) -> list[Data]:
    """A student's of the day, newest first; ``to``: "everybody", "your group" or "you"."""
    return [
        {
            "number": one.number,
            "time": course.event.clock(one.at),
            "by": course.name_of(one.author),
            "to": {EVERYBODY: "everybody", f"{ONE}{person.id}": "you"}.get(one.scope, "your group"),
            "text": one.text,
            "read": person.id in here.notices.readers(one.number),
        }
        for one in here.notices.of(person)
    ]


def eyes(here: "Services", course: ClassFile) -> Data | None:
    """Who has everybody look to the front, for how many seconds still; None when nobody has."""
    found = here.eyes.now()
    if found is None:
        return None
    call, left = found
    return {"by": course.name_of(call.by), "left": math.ceil(left / STEP) * STEP}


def written(here: "Services", course: ClassFile) -> Data:
    """The teachers': ``notices`` of the day, newest first, and whom to write to; ``eyes``.

    Each has ``read`` ``of`` so many, and ``missing`` names a few of those who have not; a spare seat where nobody has
    been is nobody.
    """
    there = {person.id for person in taking_part(here, course)}
    return {
        "eyes": eyes(here, course),
        "notices": [_notice(here, one, course, there) for one in here.notices.told()],
        "groups": sorted({person.group for person in course.students if person.group}),
        "people": [{"id": person.id, "name": person.name} for person in course.students],
    }


def scope_in_words(course: ClassFile, scope: str) -> str:
    """To whom it goes, for teachers."""
    if scope == EVERYBODY:
        return "everybody"
    return f"group {scope.removeprefix(GROUP)}" if scope.startswith(GROUP) else course.name_of(scope.removeprefix(ONE))


def _notice(here: "Services", one: Notice, course: ClassFile, there: set[str]) -> Data:
    readers = here.notices.readers(one.number)
    people = [person for person in meant(course, one) if person.id in there or one.scope.startswith(ONE)]
    missing = [person.name for person in people if person.id not in readers]
    return {
        "number": one.number,
        "time": course.event.clock(one.at),
        "by": course.name_of(one.author),
        "to": scope_in_words(course, one.scope),
        "text": one.text,
        "of": len(people),
        "read": len(people) - len(missing),
        "missing": missing[:MOST_NAMED],
    }
