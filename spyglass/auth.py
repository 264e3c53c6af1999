"""Signing in and out: a form in, a session cookie out."""

import logging
import re
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from spyglass import pages
from spyglass.directory import DirectoryDownError
from spyglass.limits import TooManyTriesError
from spyglass.rules import COOKIE, find_visitor
from spyglass.services import address, services, signed_in
from spyglass.sessions import LIFETIME

log = logging.getLogger(__name__)

WRONG = "The user name or the password is not right."
DOWN = "The directory of accounts does not answer, so nobody can sign in right now. Try again in a moment."
LARGEST_FORM = 8192  # bytes
LONGEST_FIELD = 512


async def form(request: Request, *names: str) -> tuple[str, ...]:
    """The named fields of a posted form, none of them longer than a person would type."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=16, errors="strict"))
    except ValueError as error:
        raise HTTPException(400) from error
    values = tuple(fields.get(name, "") for name in names)
    if any(len(value) > LONGEST_FIELD for value in values):
        raise HTTPException(413)
    return values


def too_many(request: Request, template: str, error: TooManyTriesError) -> Response:
    """The form again, with the time to wait."""
    message = f"Too many wrong tries. Wait {error.seconds} seconds, then try again."
    return pages.render(request, template, 429, {"Retry-After": str(error.seconds)}, message=message, user_name="")


async def sign_in_page(request: Request) -> Response:
    """The form; who is signed in already goes on to his page."""
    if services(request).classroom.current() is None:
        return pages.not_ready(request)
    if find_visitor(request):
        return RedirectResponse("/", 303)
    return pages.render(request, "sign_in.html", message="", user_name="")


async def sign_in(request: Request) -> Response:
    """Check the password with the directory and begin a session."""
    here = services(request)
    typed, password = await form(request, "user_name", "password")
    name = typed.strip().lower()
    try:
        attempt = here.limiter.attempt(name, address(request))
    except TooManyTriesError as error:
        return too_many(request, "sign_in.html", error)
    # Whoever is not in the class is not asked about: no odd name reaches the directory.
    person = here.classroom.find(name)
    try:
        right = person is not None and await here.directory.check(person.id, password)
    except DirectoryDownError:
        attempt.undecided()
        return pages.render(request, "sign_in.html", 503, {"Retry-After": "5"}, message=DOWN, user_name=typed)
    if not right or person is None:
        known = person.id if person else re.sub(r"[^a-z0-9-]", "?", name)[:32]
        log.info("wrong sign-in for %s from %s", known, address(request))
        return pages.render(request, "sign_in.html", 401, message=WRONG, user_name=typed)
    attempt.succeeded()
    if before := find_visitor(request):
        here.sessions.end(before.session)
    response = RedirectResponse("/", 303)
    set_cookie(response, here.sessions.begin(person.id))
    return response


async def sign_out(request: Request) -> Response:
    """End this browser's session; its terminals close, what runs in the seat goes on."""
    services(request).sessions.end(signed_in(request).session)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return response


async def session(_request: Request) -> Response:
    """Whether the page that asks is still signed in: 204, or 401 from the guard."""
    return Response(status_code=204)


def set_cookie(response: Response, token: str) -> None:
    """Hand the token to the browser, for this host alone and out of reach of scripts."""
    response.set_cookie(COOKIE, token, max_age=LIFETIME, path="/", secure=True, httponly=True, samesite="strict")


routes = [
    Route("/sign-in", sign_in_page, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/session", session, methods=["GET"]),
]
