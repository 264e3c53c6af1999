"""What a student is told of his archive: how far it is as values for a page, which shows them as it gets new ones."""

from typing import Any

from spyglass.classroom import ClassFile, Person
from spyglass.saves import Saved
from spyglass.services import Services
from spyglass.takehome.work import DATABASE, KEPT, PACKING, SEAT

STEPS = {
    SEAT: "Your home folder and your Docker volumes",
    DATABASE: "Your database",
    PACKING: "Packed into one file",
}


def name_of(person: Person, saved: Saved) -> str:
    """What an archive is called on his own computer."""
    return f"{person.id}-{saved.name[:16]}.tar.gz"


def told(here: Services, person: Person, course: ClassFile) -> dict[str, Any]:
    """The step and its bytes, why there is none, and the file that can be loaded down."""
    way, found = here.take_home.way(person.id), here.take_home.archive(person.id)
    file = None
    if found:
        at = found[1].at.timestamp()
        file = {
            "name": name_of(person, found[1]),
            "size": found[1].size,
            "at": course.event.clock(at),
            "until": course.event.clock(at + KEPT),
        }
    return {
        "steps": list(STEPS.items()),
        "number": way.number if way else 0,
        "step": way.step if way else "",
        "place": here.take_home.place(person.id),
        "size": way.size if way else 0,
        "total": way.total if way else 0,
        "message": way.message if way else "",
        "file": file,
    }
