"""One websocket of the browser and one terminal in a seat, joined: bytes both ways, JSON beside them.

Binary messages are the terminal's bytes. Text messages are JSON objects with a ``type``:

* from the browser: ``resize`` (columns, rows), ``ack`` (bytes shown), ``ping``, and what a subclass adds;
* to the browser: ``ready``, ``pong``, ``watched``, and what a subclass adds.

Output stops until the browser has shown what it got (``ack``), and input stops while the seat does not take it: a
flood in a seat fills a small window and then waits, in the seat.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncssh
from starlette.websockets import WebSocket, WebSocketDisconnect

from spyglass.classroom import Person
from spyglass.presence import Close, Line, TooManyLinesError
from spyglass.seats import Process, SeatUnreachableError, Size
from spyglass.services import Services, services, signed_in

CHUNK = 16 * 1024  # bytes of a message to the browser
AHEAD = 128 * 1024  # bytes sent and not yet shown
TOLD = 64  # messages waiting for a browser that does not read


async def stop(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel tasks and wait until they are gone, whatever they have to say."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # asked for, or asyncio reports it as forgotten


class Bridge:
    """The part that every terminal shares; subclasses say which process runs and what may be typed."""

    def __init__(self, websocket: WebSocket, seat: Person) -> None:
        self.websocket = websocket
        self.seat = seat
        self.services: Services = services(websocket)
        self.who = signed_in(websocket)
        self.size = Size(80, 24)
        self.process: Process | None = None
        self.line = Line(viewer=self.who.person, seat=seat, session=self.who.session.key, tell=self.tell, cut=self._cut)
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue(TOLD)
        self._unshown = 0
        self._room = asyncio.Event()
        self._room.set()
        self._cut_with: asyncio.Future[Close] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Run until the browser leaves, the terminal ends, the session expires or somebody cuts the line."""
        await self.websocket.accept()
        code: Close | None = None
        try:
            with self.services.presence.line(self.line):
                code = await self._until_the_end()
        except TooManyLinesError:
            code = Close.TOO_MANY
        finally:
            if code is not None:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the browser was faster
                    await self.websocket.close(code, code.name.lower())

    def tell(self, message: dict[str, Any]) -> None:
        """Send a JSON message soon; a browser that reads nothing loses the oldest ones."""
        if self._outgoing.full():
            self._outgoing.get_nowait()
        self._outgoing.put_nowait(message)

    # For subclasses.

    async def terminal(self) -> None:
        """Open processes and :meth:`show` them until the terminal ends."""
        raise NotImplementedError

    async def typed(self, data: bytes) -> None:
        """Bytes from the browser."""
        raise NotImplementedError

    async def asked(self, message: dict[str, Any]) -> None:
        """A JSON message of a type that is not common to all terminals."""

    def resized(self, size: Size) -> None:
        """The browser's terminal has a new size."""

    @contextlib.asynccontextmanager
    async def opened(self, command: str) -> AsyncIterator[Process]:
        """A process in the seat, for as long as the block runs."""
        async with self.services.seats.process(self.seat, command, self.size) as process:
            try:
                yield process
            finally:
                if self.process is process:
                    self.process = None

    async def announce(self, message: dict[str, Any]) -> None:
        """Send a JSON message before any output that follows."""
        await self.websocket.send_text(json.dumps(message))

    async def show(self, process: Process, ready: dict[str, Any]) -> None:
        """Send a process's output to the browser until it ends; from its first output on it takes input.

        Before that tmux has not made the terminal raw, and what is typed would act on its start.
        """
        data = await process.stdout.read(CHUNK)
        if data:
            self.process = process
            process.change_terminal_size(self.size.columns, self.size.rows)  # it may have changed meanwhile
            await self.announce(ready)
        while data:
            await self._room.wait()
            self._unshown += len(data)
            if self._unshown >= AHEAD:
                self._room.clear()
            await self.websocket.send_bytes(data)
            data = await process.stdout.read(CHUNK)

    async def pass_on(self, data: bytes) -> None:
        """Pass bytes to the process, no faster than it takes them."""
        if self.process is not None:
            with contextlib.suppress(OSError, asyncssh.Error):  # it is just ending
                self.process.stdin.write(data)
                await self.process.stdin.drain()

    # The tasks of one websocket.

    async def _until_the_end(self) -> Close | None:
        tasks = [
            asyncio.ensure_future(work)
            for work in (self._terminal(), self._receive(), self._send_told(), self._expiry(), self._cut_with)
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: sent into a socket that has just closed
            return None
        finally:
            await stop(*tasks)

    async def _terminal(self) -> Close:
        try:
            await self.terminal()
        except SeatUnreachableError:
            return Close.UNREACHABLE
        except (OSError, asyncssh.Error):
            return Close.UNREACHABLE
        return Close.ENDED

    async def _receive(self) -> Close | None:
        while True:
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return None
            if (data := message.get("bytes")) is not None:
                await self.typed(data)
            else:
                await self._understand(message.get("text") or "")

    async def _understand(self, text: str) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        match message.get("type"):
            case "ping":
                self.tell({"type": "pong"})
            case "ack":
                self._shown(message.get("bytes"))
            case "resize":
                if size := Size.bounded(message.get("columns"), message.get("rows")):
                    self.resized(size)
            case _:
                await self.asked(message)

    def _shown(self, count: object) -> None:
        if type(count) is int and count > 0:
            self._unshown = max(0, self._unshown - count)
            if self._unshown < AHEAD:
                self._room.set()

    async def _send_told(self) -> Close | None:
        while True:
            await self.announce(await self._outgoing.get())

    async def _expiry(self) -> Close:
        await asyncio.sleep(self.services.sessions.remaining(self.who.session))
        return Close.SIGNED_OUT

    def _cut(self, code: Close) -> None:
        if not self._cut_with.done():
            self._cut_with.set_result(code)
