"""What the pages are told about what is shown. A classmate is named only where the class sees names."""

import math
from typing import TYPE_CHECKING, Any

from spyglass.classroom import ClassFile, Person

if TYPE_CHECKING:  # services.py holds the show
    from spyglass.services import Services

Data = dict[str, Any]

STEP = 5  # seconds: a countdown that is said again each second would be news each second


def shown(here: "Services", person: Person, course: ClassFile, *, names: bool = True) -> Data | None:
    """What everybody hears of the show: ``who`` it is of, in words, whether it is ``mine``; None when there is none.

    Without ``names`` a student is none, whoever reads it: for the projector.
    """
    show = here.showing.now()
    if show is None:
        return None
    is_named = show.person.is_teacher or (names and (person.is_teacher or course.visibility == "names"))
    name = course.name_of(show.person.id) if is_named else ""
    return {
        "id": show.person.id if is_named else "",
        "who": f"{name}'s terminal" if name else "a student's terminal",
        "is_teachers": show.person.is_teacher,
        "mine": show.person.id == person.id,
    }


def own(here: "Services", person: Person, course: ClassFile) -> Data:
    """For a desk: the show, how many follow where it is his own, and what he is asked (seconds ``left``)."""
    show = shown(here, person, course)
    question = here.showing.question()
    ask = None
    if question is not None and question.person == person.id:
        left = here.showing.seconds(question)
        ask = {"by": course.name_of(question.by), "left": math.ceil(left / STEP) * STEP}
    return {"show": show, "followers": len(here.film) if show and show["mine"] else 0, "ask": ask}


def teachers(here: "Services", course: ClassFile) -> Data:
    """For the wall and a watched terminal: the show by name, how many follow, and who is asked."""
    show, question = here.showing.now(), here.showing.question()
    return {
        "id": show.person.id if show else "",
        "who": course.name_of(show.person.id) if show else "",
        "minutes": math.ceil(here.showing.left() / 60) if show else 0,
        "followers": len(here.film),
        "asked": question.person if question else "",
        "asked_name": course.name_of(question.person) if question else "",
    }
