"""The wall's page, its stream of events, and what the page says back: whose tiles are in sight."""

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import events, pages
from spyglass.bodies import said
from spyglass.classroom import PersonId
from spyglass.progress.page import current
from spyglass.services import services, signed_in

LARGEST = 64 * 1024  # bytes: more ids than a class has
MOST = 1000  # tiles


class Sight(BaseModel):
    """What a page has in sight. ``page`` is its stream's own id; ``pace``: seconds between two pictures."""

    model_config = ConfigDict(frozen=True)

    page: str = Field(max_length=64)
    ids: tuple[PersonId, ...] = Field(max_length=MOST)
    pace: float = Field(allow_inf_nan=False)


async def page(request: Request) -> Response:
    """The wall without its tiles, which the stream brings."""
    return pages.render(request, "wall.html", boards=current(services(request)).boards)


async def stream(request: Request) -> Response:
    """The events of one open wall."""
    here, person = services(request), signed_in(request).person
    return events.answer(request, here.wall.open(here, person.id))


async def sight(request: Request) -> Response:
    """Pictures go where they are seen."""
    here = services(request)
    told = await said(request, Sight, LARGEST)
    reader = here.wall.latest.find(told.page, signed_in(request).person.id)
    if reader is None:
        raise HTTPException(404)
    course = current(here)
    reader.see([one for one in told.ids if course.find(one)], told.pace)
    return Response(status_code=204)


routes = [
    Route("/wall/events", stream, methods=["GET"]),
    Route("/wall/sight", sight, methods=["POST"]),
]
