"""Students' terminals as the page has them, over websockets: opened, typed into, the echo of each key timed.

In: a portal, a session's cookie. Out: seconds from each key to its echo. Used by ``bench/wall.py``.
"""

import asyncio
import contextlib
import json
import random
import ssl
import time
from collections.abc import AsyncIterator

import httpx
import websockets

KEY_EVERY = 0.2  # seconds: a fast typist
ACK_EVERY = 16 * 1024  # bytes; this and the next one as in static/terminal.js
PING_EVERY = 5.0  # seconds
PATIENCE = 60.0
TRUST = ssl.create_default_context()
TRUST.check_hostname = False
TRUST.verify_mode = ssl.CERT_NONE


async def sign_in(url: str, name: str) -> str:
    """The cookie of a new session."""
    async with httpx.AsyncClient(verify=TRUST, timeout=PATIENCE) as client:
        form = {"user_name": name, "password": f"{name}-password"}
        answer = await client.post(f"{url}/sign-in", data=form, headers={"Origin": url})
        given = answer.headers.get_list("set-cookie")
        return next(line.split(";")[0] for line in given if line.startswith("__Host-session-"))


def rhythm() -> float:
    """Seconds until the next key: people do not press theirs all at the same instant."""
    return KEY_EVERY * random.uniform(0.5, 1.5)  # noqa: S311 - not a secret


class Terminal:
    """One open terminal of a student, who types letters into ``cat``."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.echoes: list[float] = []
        self._socket = socket
        self._heard = asyncio.Event()
        self._wanted = b""

    async def listen(self) -> None:
        """Do as the page does: acknowledge, and look for the echo that is waited for."""
        unacked = 0
        async for message in self._socket:
            if isinstance(message, str):
                if json.loads(message)["type"] == "ready":
                    self._heard.set()
                continue
            unacked += len(message)
            if unacked >= ACK_EVERY:
                await self._socket.send(json.dumps({"type": "ack", "bytes": unacked}))
                unacked = 0
            if self._wanted and self._wanted in message:
                self._heard.set()

    async def beat(self) -> None:
        """The page's sign of life."""
        while True:
            await asyncio.sleep(PING_EVERY)
            await self._socket.send(json.dumps({"type": "ping"}))

    async def ready(self) -> None:
        """The first picture is there."""
        await asyncio.wait_for(self._heard.wait(), PATIENCE)
        await self._socket.send(b"clear; exec cat > /dev/null\r")

    async def type(self, until: float) -> None:
        """Letters, each as soon as the former one was seen and no faster than a person."""
        while time.monotonic() < until:
            for letter in b"abcdefghijklmnopqrst":
                await self._key(bytes([letter]))
            await self._socket.send(b"\r")

    async def _key(self, key: bytes) -> None:
        self._wanted = key
        self._heard.clear()
        sent = time.monotonic()
        await self._socket.send(key)
        await asyncio.wait_for(self._heard.wait(), PATIENCE)
        self.echoes.append(time.monotonic() - sent)
        await asyncio.sleep(max(0.0, rhythm() - self.echoes[-1]))


@contextlib.asynccontextmanager
async def terminal(url: str, name: str, cookie: str) -> AsyncIterator[Terminal]:
    """A student's terminal, listened to."""
    address = f"{url.replace('https', 'wss')}/seats/{name}/terminal?columns=110&rows=36"
    headers = {"Cookie": cookie, "Origin": url}
    async with websockets.connect(
        address, ssl=TRUST, additional_headers=headers, open_timeout=PATIENCE, compression=None
    ) as socket:
        opened = Terminal(socket)
        tasks = [asyncio.create_task(opened.listen()), asyncio.create_task(opened.beat())]
        try:
            yield opened
        finally:
            for task in tasks:
                task.cancel()
