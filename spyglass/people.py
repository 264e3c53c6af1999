"""The teacher's list: everybody in the class with the way to his terminal, and who is there right now."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass import pages
from spyglass.services import services


async def page(request: Request) -> Response:
    """Students and spare seats in the roster's order."""
    course = services(request).classroom.current()
    people = [person for person in course.people if not person.is_teacher] if course else []
    return pages.render(request, "people.html", people=people, state=_state(request))


async def state(request: Request) -> Response:
    """What the page asks for again every few seconds: terminals open, watchers, typists, by id."""
    return JSONResponse(_state(request))


def _state(request: Request) -> dict[str, dict[str, object]]:
    here = services(request)
    course = here.classroom.current()
    return {
        person.id: {
            "terminals": here.presence.open_terminals(person.id),
            "watchers": here.presence.watchers(person.id),
            "typists": here.presence.typists(person.id),
        }
        for person in (course.people if course else ())
        if not person.is_teacher
    }


routes = [Route("/class", state, methods=["GET"])]
