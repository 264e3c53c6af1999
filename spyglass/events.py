"""What open pages are told: one stream of events for a page, everything at once when it begins, then what changed.

In: sources, which say what is new when they are asked; most are views of other modules, each a value for a page. Out:
Server-Sent Events, whose data is JSON. A stream ends with its page and with its session, and when its person leaves the
class or becomes somebody else.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from spyglass import clock, pages, projector
from spyglass.classroom import ClassFile, Person
from spyglass.guide import shown
from spyglass.help import words
from spyglass.notices import words as notices
from spyglass.progress import table
from spyglass.rules import find_visitor
from spyglass.services import Services, Visitor, services, signed_in
from spyglass.showing import words as showing
from spyglass.takehome import told as take_home

TICK = 1.0  # seconds between two looks at what has changed
SILENCE = 15.0  # seconds after which something is said though nothing changed: who went away without a word is noticed
MOST = 24  # pages that one person has open at once

View = Callable[[Services, Person, ClassFile], object]


@dataclass(frozen=True)
class Kind:
    """What is told under one name. ``is_own``: each person is told something else."""

    view: View
    is_for_students: bool = False
    is_own: bool = False


KINDS: Mapping[str, Kind] = {
    "clock": Kind(lambda _here, _, course: clock.told(course), is_for_students=True),
    "guide": Kind(lambda here, _, course: shown.told(here, course), is_for_students=True),
    "tasks": Kind(lambda here, _, course: table.tasks(here, course)),
    "help": Kind(words.own, is_for_students=True, is_own=True),
    "eyes": Kind(lambda here, _, course: notices.eyes(here, course), is_for_students=True),
    "notices": Kind(notices.own, is_for_students=True, is_own=True),
    "showing": Kind(showing.own, is_for_students=True, is_own=True),
    "projector": Kind(lambda here, _, course: projector.said(here, course)),
    "shown": Kind(lambda here, _, course: showing.teachers(here, course)),
    "takehome": Kind(take_home.told, is_for_students=True, is_own=True),
    "own": Kind(table.own, is_for_students=True, is_own=True),
    "peers": Kind(lambda here, _, course: table.peers(here, course), is_for_students=True),
}


class Source(Protocol):
    """What a stream tells its page."""

    async def take(self) -> str:
        """Events that are new since the last time, within about a second; nothing when there are none."""


class Views:
    """The source of most pages: some kinds, looked at again and again."""

    def __init__(self, here: Services, person: Person, names: list[str]) -> None:
        self._here = here
        self._person = person
        self._known: dict[str, str] = dict.fromkeys(names, "")
        self._has_begun = False

    async def take(self) -> str:
        """Everything the first time, then what has become something else."""
        if self._has_begun:
            await asyncio.sleep(TICK)
        self._has_begun = True
        course = self._here.classroom.current()
        if course is None:  # pragma: no cover - without a class nobody is a visitor
            return ""
        said = []
        for name, known in self._known.items():
            text = self._text(name, course)
            if text != known:
                self._known[name] = text
                said.append(f"event: {name}\ndata: {text}\n\n")
        return "".join(said)

    def _text(self, name: str, course: ClassFile) -> str:
        kind = KINDS[name]

        def make() -> str:
            return json.dumps(kind.view(self._here, self._person, course), ensure_ascii=False)

        # Pages ask each at a moment of its own: what all are told alike is made once in a tick.
        return make() if kind.is_own else self._here.shared.text(name, TICK, make)


class Changes:
    """The source of a page that the server draws: says nothing but that what it shows is another."""

    def __init__(self, name: str, shows: Callable[[], object]) -> None:
        self._name = name
        self._shows = shows
        self._known: object = None
        self._has_begun = False

    async def take(self) -> str:
        """At once, and whenever it has become something else."""
        if self._has_begun:
            await asyncio.sleep(TICK)
        now = self._shows()
        if self._has_begun and now == self._known:
            return ""
        self._known, self._has_begun = now, True
        return f"event: {self._name}\ndata: true\n\n"


async def stream(request: Request) -> Response:
    """``/events?of=own,peers``: the kinds that the page shows."""
    here, person = services(request), signed_in(request).person
    names = request.query_params.get("of", "").split(",")
    if not set(names) <= KINDS.keys():
        return pages.error(request, 404)
    if not person.is_teacher and not all(KINDS[name].is_for_students for name in names):
        return pages.error(request, 403)
    return answer(request, contextlib.nullcontext(Views(here, person, names)))


def answer(request: Request, opening: AbstractContextManager[Source]) -> Response:
    """A source as a stream; it is opened when the stream begins, and closed with it."""
    here, person = services(request), signed_in(request).person
    if here.presence.open_pages(person.id) >= MOST:
        return pages.error(request, 429)

    async def visitor() -> Visitor | None:
        # The server drops what is sent to somebody who has gone, and says nothing: he must be looked after.
        return None if await request.is_disconnected() else find_visitor(request)

    return StreamingResponse(told(here, person, opening, visitor), media_type="text/event-stream")


async def told(
    here: Services,
    person: Person,
    opening: AbstractContextManager[Source],
    visitor: Callable[[], Awaitable[Visitor | None]],
) -> AsyncIterator[str]:
    """Tell for as long as it is still this visitor, in the same role."""
    spoken = time.monotonic()
    with here.presence.page(person.id), opening as source:
        while (who := await visitor()) and (who.person.id, who.person.role) == (person.id, person.role):
            text = await source.take()
            if not text and time.monotonic() - spoken > SILENCE:
                text = ":\n\n"
            if text:
                spoken = time.monotonic()
                yield text


routes = [Route("/events", stream, methods=["GET"])]
