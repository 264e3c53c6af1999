"""What every request must carry and every answer says, whatever the route: request origin, response headers."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from spyglass import pages
from spyglass.services import services

SOURCES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # xterm.js sets colours and sizes through style elements of its own
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

HEADERS = {
    "Content-Security-Policy": "; ".join(SOURCES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms, which the Origin check must refuse.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

SAFE_METHODS = frozenset({"GET", "HEAD"})


class SecurityHeaders:
    """Puts the headers on every answer; pages are never stored, files are asked for again each time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with more headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/static/") else "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] != "lifespan" else send)


def is_foreign(method: str | None, headers: Headers) -> bool:
    """Whether the browser says that another site made this request, other than by a link that a person followed."""
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return False
    followed_a_link = (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )
    return not followed_a_link


class SameOrigin:
    """Refuses requests that another origin made, before any route sees them.

    Every POST and every websocket must name one of the class's own origins, letter by letter. The session cookie is
    SameSite=Strict besides; neither relies on the other.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403 (for a websocket: before the upgrade)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope, receive)
        method = scope.get("method")  # a websocket has none
        needs_origin = method not in SAFE_METHODS
        course = services(connection).classroom.current()
        if is_foreign(method, connection.headers):
            refused = True
        elif needs_origin and course is not None:
            refused = connection.headers.getlist("origin") not in [[origin] for origin in course.origins]
        else:
            refused = False
        if refused and scope["type"] == "websocket":
            websocket = WebSocket(scope, receive, send)
            await websocket.send_denial_response(PlainTextResponse("refused", 403))
        elif refused:
            await pages.error(connection, 403, detail=_advice(connection))(scope, receive, send)
        elif needs_origin and course is None:
            await pages.not_ready(connection)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _advice(connection: HTTPConnection) -> str:
    """The usual cause among honest people: an address that works but that nobody told the class about."""
    course = services(connection).classroom.current()
    host = urlsplit(f"//{connection.headers.get('host', '')}").netloc
    if course and f"https://{host}" not in course.origins:
        return f"This page must be opened at one of the workshop's own addresses: {', '.join(course.origins)}."
    return "The request did not come from a page of this workshop."
