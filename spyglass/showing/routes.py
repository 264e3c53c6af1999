"""Showing's addresses: a teacher begins, asks and ends; a student answers and ends; everybody follows meanwhile."""

import logging

from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass import events, pages
from spyglass.bodies import said
from spyglass.classroom import Person
from spyglass.progress.page import NO_STORE, current
from spyglass.services import address, services, signed_in
from spyglass.showing import above, words
from spyglass.showing.stage import Show

log = logging.getLogger(__name__)

LARGEST = 1024  # bytes
NOT_SHOWN = "Nothing is shown at the moment."
SILENT = "This terminal does not answer."


class Answer(BaseModel):
    """A student's."""

    model_config = ConfigDict(frozen=True)

    yes: bool


async def start(request: Request) -> Response:
    """A teacher shows his own terminal."""
    here, teacher = services(request), signed_in(request).person
    _note_end(request, here.showing.stop())
    here.showing.start(teacher, teacher.id)
    _record(request, "shows the own terminal to everybody", teacher.id)
    return _done(request)


async def ask(request: Request) -> Response:
    """A teacher asks a student whether his may be shown."""
    here, teacher = services(request), signed_in(request).person
    person = here.classroom.find(request.path_params["person"])
    if person is None or person.is_teacher:
        raise HTTPException(404)
    if not here.presence.open_terminals(person.id):
        return JSONResponse({"message": f"{person.name} has no page open on which he could say yes."}, 409)
    here.showing.ask(person, teacher.id)
    _record(request, "asks to show the terminal to everybody", person.id)
    return _done(request)


async def answer(request: Request) -> Response:
    """Yes or no, by the one who was asked."""
    here, person = services(request), signed_in(request).person
    yes = (await said(request, Answer, LARGEST)).yes
    before = here.showing.now()
    if here.showing.answer(person, yes=yes) is None:
        return JSONResponse({"message": "You are not asked any more."}, 409)
    if yes:
        _note_end(request, before)
    _record(request, f"says {'yes' if yes else 'no'} to showing the terminal", person.id)
    return _done(request)


async def stop(request: Request) -> Response:
    """A teacher ends whatever is shown or asked; a student, what is shown of him."""
    here, person = services(request), signed_in(request).person
    show = here.showing.now()
    if not person.is_teacher and (show is None or show.person.id != person.id):
        raise HTTPException(403)
    _note_end(request, here.showing.stop())
    return _done(request)


async def page(request: Request) -> Response:
    """What is shown, in a window of its own."""
    return pages.render(request, "showing.html")


async def stream(request: Request) -> Response:
    """The pictures, as they change; ``?names=no``: without a student's name, for the projector."""
    here, person = services(request), signed_in(request).person
    names = request.query_params.get("names") != "no"
    return events.answer(request, here.film.open(lambda: words.shown(here, person, current(here), names=names)))


async def history(request: Request) -> Response:
    """What has scrolled out of the shown terminal."""
    show = services(request).showing.now()
    if show is None:
        return JSONResponse({"message": NOT_SHOWN}, 403)
    return await _above(request, show.person)


async def history_of(request: Request) -> Response:
    """What has scrolled out of a student's terminal, for a teacher who watches it."""
    person = services(request).classroom.find(request.path_params["person"])
    if person is None:
        raise HTTPException(404)
    return await _above(request, person)


async def _above(request: Request, person: Person) -> Response:
    try:
        return JSONResponse({"blocks": await services(request).above.of(person)}, headers=NO_STORE)
    except above.Failures as error:
        log.info("nothing above the terminal of %s: %s", person.id, error)
        return JSONResponse({"message": SILENT}, 503)


def _done(request: Request) -> Response:
    services(request).film.aim()
    services(request).wall.look_soon()
    return Response(status_code=204)


def _note_end(request: Request, ended: Show | None) -> None:
    if ended is not None:
        _record(request, "ends the showing", ended.person.id)


def _record(request: Request, action: str, subject: str) -> None:
    services(request).audit.record(
        actor=signed_in(request).person.id, action=action, subject=subject, address=address(request)
    )
    log.info("showing: %s %s: %s", signed_in(request).person.id, action, subject)


routes = [
    Route("/showing", page, methods=["GET"]),
    Route("/showing/events", stream, methods=["GET"]),
    Route("/showing/history", history, methods=["GET"]),
    Route("/showing/start", start, methods=["POST"]),
    Route("/showing/ask/{person}", ask, methods=["POST"]),
    Route("/showing/answer", answer, methods=["POST"]),
    Route("/showing/stop", stop, methods=["POST"]),
    Route("/watch/{person}/history", history_of, methods=["GET"]),
]
