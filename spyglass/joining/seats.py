"""Whether somebody has a seat. In: what outlives a restart, and what is open at this moment. Out: nobody or not.

A seat that nobody has counts in nothing that is said of the class: a spare one, and one that a teacher has freed, for
as long as there was no sign of anybody at it.
"""

from typing import TYPE_CHECKING

from spyglass.classroom import ClassFile, Person

if TYPE_CHECKING:  # services.py holds the claims
    from spyglass.services import Services


def is_free(here: "Services", person: Person) -> bool:
    """Whether it is nobody's by the roster, or was freed, and nobody has taken it."""
    offered = person.role == "spare" or person.id in here.joining.freed
    return offered and not is_taken(here, person)


def is_taken(here: "Services", person: Person) -> bool:
    """Whether there is or was a sign of somebody at this seat: a claim, a browser that signed in, a key, a query."""
    if person.claimed or here.history.activity(person.id) or here.history.of(person.id):
        return True
    return bool(here.known.has(person.id) or here.sessions.of(person.id) or here.presence.open_terminals(person.id))


def nobody(here: "Services", course: ClassFile) -> set[str]:
    """The ids of all these."""
    return {person.id for person in course.students if is_free(here, person)}


def free(here: "Services", course: ClassFile) -> list[Person]:
    """Those that the next late joiner may get: spare seats first, each in the roster's order."""
    ids = nobody(here, course)
    return sorted((person for person in course.students if person.id in ids), key=lambda one: one.role != "spare")


def absent(here: "Services", course: ClassFile) -> list[Person]:
    """People on the roster of whom there was no sign yet, freed seats included."""
    return [person for person in course.students if person.role != "spare" and not is_taken(here, person)]


def lets_in(here: "Services", course: ClassFile) -> bool:
    """Whether a late joiner can take one now."""
    return bool(here.directory.can_set_passwords and here.joining.door() and nobody(here, course))
