"""What the pages are told about the queue: a student about his own request, the teachers about all of them.

Times are whole minutes, so that a request to which nothing happens is news once a minute.
"""

from typing import TYPE_CHECKING, Any

from spyglass.classroom import ClassFile, Person
from spyglass.help.queue import KEPT, UNDO, Outcome, Request
from spyglass.progress import table

if TYPE_CHECKING:  # services.py holds the queue
    from spyglass.services import Services

Data = dict[str, Any]


def own(here: "Services", person: Person, course: ClassFile) -> Data:
    """A student's: ``state`` is none, waiting or claimed; ``place`` of ``waiting`` counts those to whom nobody comes.

    ``closed`` is what became of his last request, for as long as it is news; ``tasks`` to choose from, ``now`` is his.
    """
    request = here.help.of(person.id)
    waiting = [one.person for one in here.help.requests() if one.claimed_by is None]
    return {
        "state": "none" if request is None else "claimed" if request.claimed_by else "waiting",
        "question": request.question if request else "",
        "title": course.title_of(request.task if request else None),
        "place": waiting.index(person.id) + 1 if person.id in waiting else None,
        "waiting": len(waiting),
        "minutes": _minutes(here, request) if request else None,
        "by": course.name_of(request.claimed_by) if request and request.claimed_by else "",
        "paused": here.help.paused_by is not None,
        "closed": None if request else _closed(here, person, course),
        "tasks": [{"id": task.id, "title": task.title} for task in course.course.tasks],
        "now": here.board.of(person.id).task,
    }


def queue(here: "Services", course: ClassFile) -> Data:
    """The teachers': all that is open, and what was closed so lately that it can be undone, each at its place.

    First those to whom nobody comes; among them who has waited longest without a helper's visit. Those who ask about
    the same task stand together.
    """
    found = [*here.help.requests(), *(one for one in here.help.closed(UNDO) if _can_be_undone(here, one))]
    ordered = sorted(
        (one for one in found if course.find(one.person)),
        key=lambda one: (one.claimed_by is not None, -_alone(here, one), one.asked_at, one.number),
    )
    tasks = list(dict.fromkeys(_group(one) for one in ordered))
    together = sorted(ordered, key=lambda one: tasks.index(_group(one)))
    return {
        "requests": [_request(here, one, course) for one in together],
        "waiting": sum(one.claimed_by is None for one in here.help.requests()),
        "paused": course.name_of(here.help.paused_by) if here.help.paused_by is not None else None,
    }


def flag(here: "Services", request: Request, course: ClassFile) -> Data:
    """What a tile says of an open request besides the question."""
    by = course.name_of(request.claimed_by) if request.claimed_by else ""
    return {"number": request.number, "minutes": _minutes(here, request), "by": by, "by_id": request.claimed_by or ""}


def _request(here: "Services", one: Request, course: ClassFile) -> Data:
    person = course.find(one.person)
    is_open = one.closed_at is None
    return {
        "number": one.number,
        "id": one.person,
        "name": course.name_of(one.person),
        "group": person.group or "" if person else "",
        "question": one.question,
        "task": one.task if course.title_of(one.task) else "",
        "title": course.title_of(one.task),
        "minutes": _minutes(here, one),
        "visited": table.visited(here, one.person) if is_open and person else "",
        "by": course.name_of(one.claimed_by) if one.claimed_by else "",
        "by_id": one.claimed_by or "",
        "closed": "" if is_open else _why(one, course),
    }


def _closed(here: "Services", person: Person, course: ClassFile) -> Data | None:
    last = next((one for one in here.help.closed(KEPT) if one.person == person.id), None)
    if last is None or last.outcome not in (Outcome.RESOLVED, Outcome.DONE):
        return None
    can_undo = last.outcome == Outcome.DONE and last in here.help.closed(UNDO)
    return {"number": last.number, "why": _why(last, course), "question": last.question, "undo": can_undo}


def _why(one: Request, course: ClassFile) -> str:
    if one.outcome == Outcome.DONE:
        return f"closed by itself: “{course.title_of(one.task) or one.task}” is done"
    return f"closed by {course.name_of(one.closed_by or '')}"


def _can_be_undone(here: "Services", one: Request) -> bool:
    return one.outcome in (Outcome.RESOLVED, Outcome.DONE) and here.help.of(one.person) is None


def _alone(here: "Services", one: Request) -> float:
    """For how long somebody has waited and nobody was there; a closed request stays where waiting alone puts it."""
    waited, visited = here.help.age(one), here.visits.since(one.person)
    if one.closed_at is not None:
        return waited
    if here.presence.watchers(one.person):
        return 0.0
    return waited if visited is None else min(waited, visited)


def _group(one: Request) -> str:
    return f"task {one.task}" if one.task is not None else f"request {one.number}"


def _minutes(here: "Services", one: Request) -> int:
    return int(here.help.seconds(one) // 60)
