"""Pages: a template and values in, an escaped HTML answer out; and the error pages in plain words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from spyglass.services import services, visitor

FOLDER = Path(__file__).parent

ERRORS = {
    400: ("That did not work", "The request could not be understood."),
    403: ("This page is not for you", "You are signed in, but not as somebody who may see this."),
    404: ("There is no such page", "The address may be mistyped, or what it led to is gone."),
    405: ("That did not work", "This address cannot be used like that."),
    413: ("That was too much", "The request is larger than this page accepts."),
    429: ("Too many tries", "Please wait a moment before you try again."),
    500: ("Something went wrong here", "It is not your fault, and your terminal is not affected. Try again."),
    503: ("Not available right now", "This part of the workshop does not answer. Try again in a moment."),
}

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    connection: HTTPConnection,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,  # noqa: ANN401 - a template takes what it takes
) -> HTMLResponse:
    """Fill in a template; every one knows the event and the visitor."""
    course = services(connection).classroom.current()
    who = visitor(connection)
    text = _templates.get_template(template).render(
        event=course.event.name if course else "Workshop",
        person=who.person if who else None,
        **values,
    )
    return HTMLResponse(text, status, headers)


def error(
    connection: HTTPConnection, status: int, detail: str = "", headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A page that says what is wrong and what to do."""
    title, text = ERRORS.get(status, ERRORS[500])
    return render(connection, "error.html", status, headers, status_code=status, title=title, text=detail or text)


def not_ready(connection: HTTPConnection) -> Response:
    """Before the operator has sent the class."""
    return render(connection, "not_ready.html", 503, {"Retry-After": "5"})


def sign_in_first(connection: HTTPConnection) -> Response:
    """For somebody without a session: the sign-in page, or 401 for a script."""
    headers = connection.headers
    if connection.scope["type"] == "websocket" or "text/html" not in headers.get("accept", ""):
        return Response(status_code=401)
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") and connection.scope["method"] == "GET":
        # After a link from another site the browser keeps a SameSite=Strict cookie back. Asked again by this
        # page itself it sends it, and whoever was signed in stays so. Not 200: to the gateway that is "let him in".
        return render(connection, "again.html", 401)
    return RedirectResponse("/sign-in", 303)


async def on_http_error(request: Request, exception: Exception) -> Response:
    """Starlette's handler for raised HTTP errors."""
    if not isinstance(exception, HTTPException):  # pragma: no cover - registered for nothing else
        raise exception
    return error(request, exception.status_code, headers=exception.headers)
