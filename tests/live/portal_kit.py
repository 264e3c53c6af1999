"""Signing in to a running portal, and typing in a terminal of it, as a browser does, with its certificate verified."""

import re
import secrets
import ssl
import tempfile

import httpx
from websockets import Origin
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

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


def own_terminal(url: str, user: str, password: str, authority: str) -> ClientConnection:
    """A person's own terminal through gateway and web app, as a browser has it open, at its prompt."""
    screen = connect(
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
    # What is typed before that is lost, as with any program that takes over a terminal.
    shows(screen, rf"{user}:\S*\$")
    return screen


def shows(screen: Connection, wanted: str) -> None:
    """Wait until there is text on a terminal, whatever its colours."""
    seen = b""
    while not re.search(wanted, CODES.sub(b"", seen).decode(errors="replace")):
        message = screen.recv(timeout=PATIENCE)
        seen += message if isinstance(message, bytes) else b""


def answers(screen: Connection, line: str = "true") -> None:
    """Type a line, and wait until the shell has done it: it shows a product, which is not what was typed."""
    one, other = (secrets.choice(range(3200, 10_000)) for _ in range(2))
    screen.send(f"{line}; echo $(({one} * {other}))\r".encode())
    shows(screen, str(one * other))
