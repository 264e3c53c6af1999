"""One student on one page, for teachers: how he is doing, his tasks, machine, browsers, help, and what was saved.

In: everything that the app knows about him. Out: plain values for the page, and a stream that says when they have
become others.
"""

import contextlib
from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from spyglass import events, pages
from spyglass.classroom import ClassFile, Event, Person
from spyglass.progress import table
from spyglass.progress.page import NO_STORE, current
from spyglass.progress.states import minutes
from spyglass.services import Services, address, services, signed_in

Data = dict[str, Any]

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
STEP = 1024


def find(request: Request) -> Person:
    """The student whom the path names; a teacher has no such page."""
    person = services(request).classroom.find(request.path_params["person"])
    if person is None or person.is_teacher:
        raise HTTPException(404)
    return person


async def page(request: Request) -> Response:
    """Everything that is known as of now."""
    here, person = services(request), find(request)
    course = current(here)
    return pages.render(
        request,
        "student.html",
        headers=NO_STORE,
        seat=person,
        zone=course.event.time_zone,
        can_set_password=here.directory.can_set_passwords,
        **facts(here, person, course),
    )


async def stream(request: Request) -> Response:
    """When the page is to be taken anew."""
    here, found = services(request), find(request)

    def shows() -> object:
        course = current(here)
        person = course.find(found.id)
        return (person, facts(here, person, course)) if person else None

    return events.answer(request, contextlib.nullcontext(events.Changes("student", shows)))


async def saved_file(request: Request) -> Response:
    """One file that was saved before a reset; a student's work, so it is logged who took it."""
    here, person, teacher = services(request), find(request), signed_in(request).person
    path = here.saves.find(person.id, request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    action = f"download of {path.name}"
    here.audit.record(actor=teacher.id, action=action, subject=person.id, address=address(request))
    # Never shown by the browser itself, whatever a student has put into it.
    return FileResponse(path, 200, NO_STORE, "application/octet-stream", filename=f"{person.id}-{path.name}")


def facts(here: Services, person: Person, course: ClassFile) -> Data:
    """What the page says; times are whole minutes, so that one who does nothing is news once a minute."""
    one, machine = here.board.of(person.id), here.machines.of(person.id)
    key = here.presence.last_key(person.id)
    own = table.own(here, person, course)
    return {
        "how": table.student(here, person, course),
        "title": course.title_of(one.task),
        "at_it": minutes(one.worked) if one.task else "",
        "key": course.event.clock(key) if key is not None else "",
        "visited": table.visited(here, person.id),
        "machine": asdict(machine),
        "memory": size(machine.memory),
        "memory_limit": size(machine.memory_limit),
        "processor": minutes(machine.cpu_seconds) if machine.cpu_seconds is not None else "not known",
        "disk": size(machine.disk),
        "database": one.database,
        "points": own["points"],
        "questions": list(own["questions"].values()),
        "sections": [
            {
                "title": section.title,
                "tasks": [
                    {"id": task.id, "title": task.title, "took": _took(here, person, task.id)} | own["tasks"][task.id]
                    for task in section.tasks
                ],
            }
            for section in course.course.sections
            if section.tasks
        ],
        "sessions": _sessions(here, person, course.event),
        "asked": _asked(here, person, course),
        "saves": [
            {"name": one.name, "at": course.event.clock(one.at.timestamp()), "size": size(one.size)}
            for one in here.saves.of(person.id)
        ],
    }


def size(count: int | None) -> str:
    """Bytes as people read them."""
    if count is None:
        return "not known"
    value, unit = float(count), UNITS[0]
    for unit in UNITS:
        if value < STEP or unit == UNITS[-1]:
            break
        value /= STEP
    return f"{value:.0f} {unit}" if value >= 10 or unit == UNITS[0] else f"{value:.1f} {unit}"  # noqa: PLR2004


def _took(here: Services, person: Person, task: str) -> str:
    done = here.history.of(person.id).get(task)
    return minutes(done.took) if done else ""


def _sessions(here: Services, person: Person, event: Event) -> list[Data]:
    found = []
    for session in here.sessions.of(person.id):
        seen = here.sessions.last_seen(session)
        found.append({"since": event.clock(session.began), "seen": event.clock(seen) if seen is not None else ""})
    return found


def _asked(here: Services, person: Person, course: ClassFile) -> list[Data]:
    return [
        {
            "at": course.event.clock(one.asked_at),
            "question": one.question,
            "title": course.title_of(one.task),
            "minutes": int(here.help.seconds(one) // 60),
            "outcome": one.outcome or "",
            "by": course.name_of(one.closed_by or one.claimed_by or "") if one.closed_by or one.claimed_by else "",
        }
        for one in here.help.history(person.id)
    ]


routes = [
    Route("/students/{person}", page, methods=["GET"]),
    Route("/students/{person}/events", stream, methods=["GET"]),
    Route("/students/{person}/saves/{name}", saved_file, methods=["GET"]),
]
