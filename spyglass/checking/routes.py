"""/check looks at a visitor's computer, without an account; /checks is the teachers' list of what was found.

In: what the browser found out about itself, which may be anything. Out: a page, an echo for its websocket, a code.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from spyglass import pages
from spyglass.bodies import said
from spyglass.checking.store import TooManyError
from spyglass.progress.page import NO_STORE, current
from spyglass.services import services
from spyglass.texts import TextError, one_line

LOOKED_AT: Mapping[str, str] = {
    "tls": "Encryption",
    "browser": "Browser",
    "line": "Line to the terminal",
    "latency": "Delay",
    "clipboard": "Copy and paste",
    "screen": "Screen",
    "keyboard": "Keyboard",
}
LARGEST = 4096  # bytes of a result
LONGEST_NAME = 100  # characters
LASTS = 30.0  # seconds: an echo is no chat
MOST_ECHOES = 100  # messages
LARGEST_ECHO = 20_000  # bytes
AT_ONCE = 60  # echoes of all visitors together

Words = Annotated[str, StringConstraints(max_length=200)]


class Found(BaseModel):
    """What a browser says of its computer."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(max_length=400)
    findings: dict[
        Literal["tls", "browser", "line", "latency", "clipboard", "screen", "keyboard"],
        tuple[Literal["good", "so-so", "bad"], Words],
    ]


class _Echoes:
    open = 0


async def page(request: Request) -> Response:
    """The page, whose script looks."""
    course = services(request).classroom.current()
    if course is None:
        return pages.not_ready(request)
    port = urlsplit(course.origins[0]).port or 443
    database = next((urlsplit(person.database) for person in course.people if person.database), None)
    return pages.render(
        request,
        "check.html",
        headers=NO_STORE,
        looked_at=LOOKED_AT,
        port=port,
        database=database.netloc.rpartition("@")[2] if database and course.database_is_open else "",
    )


async def echo(websocket: WebSocket) -> None:
    """Says what it hears, for a moment: whether a websocket gets through, and how long it takes."""
    if _Echoes.open >= AT_ONCE:
        await websocket.close(1013)
        return
    _Echoes.open += 1
    try:
        await websocket.accept()
        async with asyncio.timeout(LASTS):
            for _ in range(MOST_ECHOES):
                data = await websocket.receive_bytes()
                await websocket.send_bytes(data[:LARGEST_ECHO])
        await websocket.close()
    except (TimeoutError, WebSocketDisconnect, RuntimeError, KeyError):  # KeyError: a text, which it does not take
        return
    finally:
        _Echoes.open -= 1


async def result(request: Request) -> Response:
    """A code, by which the teacher finds it."""
    found = await said(request, Found, LARGEST)
    try:
        name = one_line(found.name, LONGEST_NAME, "The name")
        findings: dict[str, tuple[str, str]] = {
            key: (mark, _words(words)) for key, (mark, words) in found.findings.items()
        }
        code = services(request).checks.add(name, findings)
    except TextError as error:
        return JSONResponse({"message": str(error)}, 409, NO_STORE)
    except TooManyError:
        return JSONResponse({"message": "Many send their result right now. Try again in a minute."}, 429, NO_STORE)
    return JSONResponse({"code": code}, headers=NO_STORE)


async def checks(request: Request) -> Response:
    """Whose computers were looked at, and what may keep them from working."""
    here = services(request)
    event = current(here).event
    found = [
        {
            "code": one.code,
            "name": one.name,
            "at": datetime.fromtimestamp(one.at, ZoneInfo(event.time_zone)).strftime("%Y-%m-%d %H:%M"),
            "worst": one.worst,
            "findings": [(LOOKED_AT[key], *one.findings[key]) for key in LOOKED_AT if key in one.findings],
        }
        for one in here.checks.all()
    ]
    origin = current(here).origins[0]
    return pages.render(request, "checks.html", headers=NO_STORE, found=found, zone=event.time_zone, origin=origin)


def _words(text: str) -> str:
    return one_line(text, 200, "A finding") if text.strip() else ""


routes: list[Route | WebSocketRoute] = [
    Route("/check", page, methods=["GET"]),
    WebSocketRoute("/check/echo", echo),
    Route("/check/result", result, methods=["POST"]),
    Route("/checks", checks, methods=["GET"]),
]
