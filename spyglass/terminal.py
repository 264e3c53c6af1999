"""A person's own terminal: the page, and the websocket to the tmux session ``main`` in his own seat.

Reloading or opening a second tab attaches to the same session again; closing the page detaches and stops nothing. With
``?aside=1`` the terminal is one beside that, gone when it is closed: who looks whether all is well disturbs nobody.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from spyglass import connection, pages
from spyglass.bridge import Bridge, stop
from spyglass.classroom import Person
from spyglass.guide import shown
from spyglass.progress.page import current
from spyglass.seats import Size
from spyglass.services import services, signed_in
from spyglass.tabs import Tabs

COMMAND = "exec tmux -u new-session -A -s main"
ASIDE = (
    "exec tmux -u -L aside -f /dev/null new-session \"exec env PS1='ready> ' bash --noprofile --norc +o history\" "
    "';' set-option destroy-unattached on ';' set-option status off"
)


class OwnSeat(Bridge):
    """What is typed goes to the seat, whose terminal has the size of the browser's."""

    async def typed(self, data: bytes) -> None:
        """To the seat."""
        await self.pass_on(data)

    def resized(self, size: Size) -> None:
        """To the seat."""
        self.size = size
        if self.process is not None:
            self.process.change_terminal_size(size.columns, size.rows)


class OwnTerminal(OwnSeat):
    """The session in which a person works."""

    def __init__(self, websocket: WebSocket, seat: Person) -> None:
        super().__init__(websocket, seat)
        self._tabs = Tabs(self.services.seats, seat, self.tell)

    async def terminal(self) -> None:
        """One attachment from start to end, with its tabs."""
        tabs = asyncio.create_task(self._tabs.run())
        try:
            async with self.opened(COMMAND) as process:
                await self.show(process, {"type": "ready"})
        finally:
            await stop(tabs)

    async def asked(self, message: dict[str, Any]) -> None:
        """Tabs and searches."""
        self._tabs.wish(message)

    async def typed(self, data: bytes) -> None:
        """To the seat; he is at work."""
        self.services.presence.note_key(self.seat.id)
        await super().typed(data)


class Aside(OwnSeat):
    """A shell that leaves nothing. It is no sign that somebody has begun."""

    def __init__(self, websocket: WebSocket, seat: Person) -> None:
        super().__init__(websocket, seat)
        self.line.is_aside = True

    async def terminal(self) -> None:
        """One shell from start to end."""
        async with self.opened(ASIDE) as process:
            await self.show(process, {"type": "ready"})


async def page(request: Request) -> Response:
    """The desk: the guide beside the terminal, or the terminal alone where a course has no pages."""
    guide = await shown.page_values(request, shown.last_page(request))
    return pages.render(
        request,
        "desk.html",
        seat=signed_in(request).person,
        guide=guide,
        card=connection.card(request),
        zone=current(services(request)).event.time_zone,
    )


async def socket(websocket: WebSocket) -> None:
    """The terminal's websocket; the guard has made sure that the seat is the visitor's own."""
    seat = signed_in(websocket).person
    terminal = Aside(websocket, seat) if websocket.query_params.get("aside") else OwnTerminal(websocket, seat)
    terminal.resized(asked_size(websocket.query_params) or terminal.size)
    await terminal.serve()


def asked_size(query: Mapping[str, str]) -> Size | None:
    """The size that the page has from the start, so that the first picture fits."""
    try:
        return Size.bounded(int(query["columns"][:4]), int(query["rows"][:4]))
    except (KeyError, ValueError):
        return None


routes: list[Route | WebSocketRoute] = [
    Route("/terminal", page, methods=["GET"]),
    WebSocketRoute("/seats/{person}/terminal", socket),
]
