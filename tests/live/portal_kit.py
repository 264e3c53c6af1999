"""Signing in to a running portal, and typing in a terminal of it, as a browser does, with its certificate verified."""

import asyncio
import re
import secrets
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from websockets import Origin
from websockets.asyncio.client import ClientConnection, connect

from tests.waiting import PATIENCE

CODES = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-Z])")
"""A terminal's own: colours, the cursor. They are full of small numbers, such as 25 and 42."""


def trusting(certificate: str) -> ssl.SSLContext:
    """Trust this authority (PEM) and no other."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate)
        file.flush()
        return ssl.create_default_context(cafile=file.name)


def sign_in(url: str, user: str, password: str, authority: str) -> httpx.Response:
    """Post the form; 303 and a cookie are a yes, 401 is a no, 503 means that the directory did not answer."""
    with httpx.Client(verify=trusting(authority), timeout=PATIENCE) as browser:
        return browser.post(f"{url}/sign-in", data={"user_name": user, "password": password}, headers={"Origin": url})


def session(url: str, user: str, password: str, authority: str) -> str:
    """Sign in; the session's cookie, as a browser sends it."""
    given = sign_in(url, user, password, authority).headers.get_list("set-cookie")
    return next(line.split(";")[0] for line in given if line.startswith("__Host-session-"))


class Screen:
    """A terminal that is open.

    One thread reads and writes. The library's own client for programs without a loop does both at once from two, which
    a TLS session does not bear: now and then that one ended with "SSL: internal error".
    """

    def __init__(self, loop: BlockingPortal, connection: ClientConnection) -> None:
        self._loop, self._connection = loop, connection

    def send(self, typed: bytes) -> None:
        """Type."""
        self._loop.call(self._connection.send, typed)

    def receive(self) -> bytes:
        """What comes next; TimeoutError where nothing does."""
        return self._loop.call(self._received)

    async def _received(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            message = await self._connection.recv()
        return message if isinstance(message, bytes) else b""


@contextmanager
def own_terminal(url: str, user: str, password: str, authority: str) -> Iterator[Screen]:
    """A person's own terminal through gateway and web app, as a browser has it open, at its prompt."""
    address = connect(
        f"{url.replace('https', 'wss')}/seats/{user}/terminal",
        ssl=trusting(authority),
        origin=Origin(url),
        additional_headers={"Cookie": session(url, user, password, authority)},
        # In a class of 32 who all come at once, the page takes one after the other.
        open_timeout=PATIENCE,
        # Nobody reads while a test does something else: only the other side may find the line too quiet.
        ping_interval=None,
        max_queue=None,
    )
    with start_blocking_portal() as loop, loop.wrap_async_context_manager(address) as connection:
        screen = Screen(loop, connection)
        # What is typed before that is lost, as with any program that takes over a terminal.
        shows(screen, rf"{user}:\S*\$")
        yield screen


def shows(screen: Screen, wanted: str) -> None:
    """Wait until there is text on a terminal, whatever its colours."""
    seen = b""
    while not re.search(wanted, CODES.sub(b"", seen).decode(errors="replace")):
        seen += screen.receive()


def answers(screen: Screen, line: str = "true") -> None:
    """Type a line, and wait until the shell has done it: it shows a product, which is not what was typed."""
    one, other = (secrets.choice(range(3200, 10_000)) for _ in range(2))
    screen.send(f"{line}; echo $(({one} * {other}))\r".encode())
    shows(screen, str(one * other))
