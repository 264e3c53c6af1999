"""What open pages are told: one stream of events for a page, everything at once when it begins, then what changed.

In: the views of other modules, each a value for a page, and the wall's pictures. Out: Server-Sent Events, one kind for
each view, whose data is JSON, and one `picture` for each seat that has a new one. A stream ends with its page and with
its session, and when its person leaves the class or becomes somebody else.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from spyglass import pages, people
from spyglass.classroom import ClassFile, Person
from spyglass.progress import table
from spyglass.rules import find_visitor
from spyglass.services import Services, Visitor, services, signed_in
from spyglass.wall.wall import PACES

TICK = 1.0  # seconds between two looks at what has changed
SILENCE = 15.0  # seconds after which something is said though nothing changed: who went away without a word is noticed
MOST = 24  # pages that one person has open at once

View = Callable[[Services, Person, ClassFile], object]


@dataclass(frozen=True)
class Kind:
    """What is told under one name."""

    view: View
    is_for_students: bool = False


KINDS: Mapping[str, Kind] = {
    "class": Kind(lambda here, _, course: people.state(here, course)),
    "tasks": Kind(lambda here, _, course: table.tasks(here, course)),
    "own": Kind(table.own, is_for_students=True),
    "peers": Kind(lambda here, _, course: table.peers(here, course), is_for_students=True),
}
PICTURES = "pictures"  # one by one, as there are new ones: not a value as a whole


async def stream(request: Request) -> Response:
    """``/events?of=own,peers``: the kinds that the page shows; ``pace``: how often it wants pictures, in seconds."""
    here, person = services(request), signed_in(request).person
    names = request.query_params.get("of", "").split(",")
    pace = request.query_params.get("pace", "2") if PICTURES in names else None
    names = [name for name in names if name != PICTURES]
    if not set(names) <= KINDS.keys() or (pace is not None and pace not in PACES):
        return pages.error(request, 404)
    if not person.is_teacher and (pace or not all(KINDS[name].is_for_students for name in names)):
        return pages.error(request, 403)
    if here.presence.open_pages(person.id) >= MOST:
        return pages.error(request, 429)

    async def visitor() -> Visitor | None:
        # The server drops what is sent to somebody who has gone, and says nothing: he must be looked after.
        return None if await request.is_disconnected() else find_visitor(request)

    said = told(here, person, names, visitor, pace)
    return StreamingResponse(said, media_type="text/event-stream")


async def told(
    here: Services,
    person: Person,
    names: list[str],
    visitor: Callable[[], Awaitable[Visitor | None]],
    pace: str | None = None,
) -> AsyncIterator[str]:
    """Tell for as long as it is still this visitor, in the same role; of pictures, too, if there is a ``pace``."""
    known: dict[str, str] = {}
    spoken = time.monotonic()
    with here.presence.page(person.id), here.wall.open(pace) if pace else contextlib.nullcontext() as look:
        while (who := await visitor()) and (who.person.id, who.person.role) == (person.id, person.role):
            course = here.classroom.current()
            if course is None:  # pragma: no cover - without a class nobody is a visitor
                return
            for name in names:
                text = json.dumps(KINDS[name].view(here, who.person, course), ensure_ascii=False)
                if known.get(name) != text:
                    known[name], spoken = text, time.monotonic()
                    yield f"event: {name}\ndata: {text}\n\n"
            for text in here.wall.news(look) if look else ():
                spoken = time.monotonic()
                yield f"event: picture\ndata: {text}\n\n"
            if time.monotonic() - spoken > SILENCE:
                spoken = time.monotonic()
                yield ":\n\n"
            await asyncio.sleep(TICK)


routes = [Route("/events", stream, methods=["GET"])]
