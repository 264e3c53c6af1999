"""Signing in to a running portal, and typing in a terminal of it, as a browser does, with its certificate verified."""

import secrets
import ssl
import tempfile

import httpx
from websockets import Origin
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from tests.waiting import PATIENCE


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


def own_terminal(url: str, user: str, password: str, authority: str) -> ClientConnection:
    """A person's own terminal through gateway and web app, as a browser has it open."""
    return connect(
        f"{url.replace('https', 'wss')}/seats/{user}/terminal",
        ssl=trusting(authority),
        origin=Origin(url),
        additional_headers={"Cookie": session(url, user, password, authority)},
        # Nobody reads while a test does something else: only the other side may find the line too quiet.
        ping_interval=None,
        max_queue=None,
    )


def answers(screen: Connection, line: str = "true") -> None:
    """Type a line, and wait until the shell has done it.

    It is known by a product of eight digits, which is not what was typed: a terminal's own codes are full of small
    numbers, such as 25 where the cursor is hidden and 42 where something is green.
    """
    one, other = (secrets.choice(range(3200, 10_000)) for _ in range(2))
    screen.send(f"{line}; echo $(({one} * {other}))\r".encode())
    seen = b""
    while str(one * other).encode() not in seen:
        message = screen.recv(timeout=PATIENCE)
        seen += message if isinstance(message, bytes) else b""
