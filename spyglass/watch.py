"""A teacher looks at a student's terminal, and takes it over when he asks to.

Read-only is enforced here: as long as a teacher only watches, whatever his browser sends, xterm.js's own replies to
the terminal's questions included, is dropped. The tmux flag ``read-only`` is a second fence, in the student's hands.
Taking over opens another, writable attachment, is shown to the student and goes into the audit log.
"""

import asyncio
import contextlib
from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from spyglass import pages
from spyglass.bridge import Bridge, stop
from spyglass.classroom import Person
from spyglass.seats import SeatUnreachableError, Size
from spyglass.services import address, services

# A student who has not come yet has no session; then it is made, so that there is something to see.
SESSION = "tmux -u has-session -t =main 2>/dev/null || tmux -u new-session -d -s main -x 100 -y 30; exec tmux -u "
WATCHING = SESSION + "attach-session -t =main -f ignore-size,read-only"
TYPING = SESSION + "attach-session -t =main -f ignore-size"
# The window's size, and whether a status line takes another row.
SHAPE = SESSION + "display-message -p -t =main: '#{window_width} #{window_height} #{status}'"
SHAPE_EVERY = 2.0  # seconds
STATUS_LINES = {"off": 0, "on": 1, "2": 2, "3": 3, "4": 4, "5": 5}


class WatchedTerminal(Bridge):
    """Shows the student's terminal in the student's size."""

    def __init__(self, websocket: WebSocket, seat: Person) -> None:
        super().__init__(websocket, seat)
        self._mode_changed = asyncio.Event()

    async def terminal(self) -> None:
        """Attach read-only, and again writable or read-only whenever the mode changes; follow the window's size."""
        await self._follow_shape()
        following = asyncio.create_task(self._follow_shape_for_ever())
        try:
            while await self._attachment():
                pass
        finally:
            self._set_typing(typing=False)
            await stop(following)

    async def typed(self, data: bytes) -> None:
        """Dropped, unless the seat was taken over."""
        if self.line.typing:
            await self.pass_on(data)

    async def asked(self, message: dict[str, Any]) -> None:
        """Take over, or give back."""
        match message.get("type"):
            case "take-over":
                self._set_typing(typing=True)
            case "give-back":
                self._set_typing(typing=False)

    async def _attachment(self) -> bool:
        """One attachment; True when another one in the other mode is to follow."""
        self._mode_changed.clear()
        typing = self.line.typing
        async with self.opened(TYPING if typing else WATCHING) as process:
            ready = {"type": "ready", "typing": typing, **asdict(self.size)}
            shown = asyncio.create_task(self.show(process, ready))
            changed = asyncio.create_task(self._mode_changed.wait())
            try:
                await asyncio.wait((shown, changed), return_when=asyncio.FIRST_COMPLETED)
                if shown.done():
                    shown.result()  # a lost connection is not an end
                    return self._mode_changed.is_set()
                return True
            finally:
                await stop(shown, changed)

    def _set_typing(self, *, typing: bool) -> None:
        if typing == self.line.typing:
            return
        self.services.audit.record(
            actor=self.who.person.id,
            action="take-over" if typing else "give-back",
            subject=self.seat.id,
            address=address(self.websocket),
        )
        self.process = None  # nothing typed goes anywhere until the other attachment is there
        self.services.presence.set_typing(self.line, typing=typing)
        self._mode_changed.set()

    async def _follow_shape_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SHAPE_EVERY)
            with contextlib.suppress(SeatUnreachableError):
                await self._follow_shape()

    async def _follow_shape(self) -> None:
        size = shape(await self.services.seats.ask(self.seat, SHAPE))
        if size and size != self.size:
            self.size = size
            if self.process is not None:
                self.process.change_terminal_size(size.columns, size.rows)
            self.tell({"type": "size", **asdict(size)})


def shape(answer: str) -> Size | None:
    """The size a viewer's terminal needs to show the whole window, from tmux's answer, which may be a lie."""
    match answer.split():
        case [columns, rows, status] if _is_number(columns) and _is_number(rows):
            return Size.bounded(int(columns), int(rows) + STATUS_LINES.get(status, 0))
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4  # noqa: PLR2004 - digits of the largest window


def student(connection: HTTPConnection) -> Person:
    """Whom the path names, or 404."""
    person = services(connection).classroom.find(connection.path_params["person"])
    if person is None:
        raise HTTPException(404)
    return person


async def page(request: Request) -> Response:
    """The student's terminal, read-only at first."""
    return pages.render(request, "watch.html", seat=student(request))


async def socket(websocket: WebSocket) -> None:
    """The websocket of that page; the guard has made sure that a teacher asks."""
    seat = services(websocket).classroom.find(websocket.path_params["person"])
    if seat is None:
        await websocket.close()
        return
    visits = services(websocket).visits
    visits.note(seat.id)
    try:
        await WatchedTerminal(websocket, seat).serve()
    finally:
        visits.note(seat.id)


routes: list[Route | WebSocketRoute] = [
    Route("/watch/{person}", page, methods=["GET"]),
    WebSocketRoute("/seats/{person}/watch", socket),
]
