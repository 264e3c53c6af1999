"""The page of what one takes home, the button that makes the archive, and the archive."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from spyglass import pages
from spyglass.progress.page import NO_STORE, current
from spyglass.services import services, signed_in
from spyglass.takehome.told import STEPS, name_of

NOBODYS = "A teacher has no work here that is archived for him: make down saves everybody's, his own too."
NONE = "There is no archive any more: it is kept for an hour. Make it again."


async def page(request: Request) -> Response:
    """What is in it, how far it is, and what to do with it at home."""
    here, person = services(request), signed_in(request).person
    if person.is_teacher:
        return pages.error(request, 404, NOBODYS)
    return pages.render(request, "take_home.html", headers=NO_STORE, steps=STEPS, zone=current(here).event.time_zone)


async def begin(request: Request) -> Response:
    """Make one; the page is told how far it is."""
    here, person = services(request), signed_in(request).person
    if person.is_teacher:
        return pages.error(request, 404, NOBODYS)
    here.take_home.begin(person)
    return Response(status_code=204)


async def archive(request: Request) -> Response:
    """The newest one, to be kept."""
    here, person = services(request), signed_in(request).person
    found = here.take_home.archive(person.id)
    if found is None:
        return pages.error(request, 404, NONE)
    path, saved = found
    return FileResponse(path, 200, NO_STORE, "application/gzip", filename=name_of(person, saved))


routes = [
    Route("/take-home", page, methods=["GET"]),
    Route("/take-home", begin, methods=["POST"]),
    Route("/take-home/archive", archive, methods=["GET"]),
]
