"""Signing in and out: a form in, a session cookie out, and one by which the browser is known the next time."""

import logging
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from spyglass import bodies, pages
from spyglass.classroom import Person
from spyglass.directory import DirectoryDownError
from spyglass.joining.seats import lets_in
from spyglass.limits import Attempt, TooManyTriesError
from spyglass.rules import find_visitor
from spyglass.services import address, services, signed_in

log = logging.getLogger(__name__)

WRONG = "The user name or the password is not right."
DOWN = "The directory of accounts does not answer, so nobody can sign in right now. Try again in a moment."
LARGEST_FORM = 8192  # bytes
LONGEST_FIELD = 512


async def form(request: Request, *names: str) -> tuple[str, ...]:
    """The named fields of a posted form, none of them longer than a person would type."""
    body = await bodies.read(request, LARGEST_FORM)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=16, errors="strict"))
    except ValueError as error:
        raise HTTPException(400) from error
    values = tuple(fields.get(name, "") for name in names)
    if any(len(value) > LONGEST_FIELD for value in values):
        raise HTTPException(413)
    return values


def too_many(error: TooManyTriesError) -> tuple[str, int, Mapping[str, str]]:
    """For the form that comes again: the time to wait in words, and as an answer's status and headers."""
    seconds = "1 second" if error.seconds == 1 else f"{error.seconds} seconds"
    return f"Too many wrong tries. Wait {seconds}, then try again.", 429, {"Retry-After": str(error.seconds)}


def _form(
    request: Request, typed: str = "", message: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    here = services(request)
    course = here.classroom.current()
    return pages.render(
        request,
        "sign_in.html",
        status,
        headers,
        message=message,
        user_name=typed,
        lets_in=course is not None and lets_in(here, course),
    )


def count(request: Request, person: Person | None) -> Attempt:
    """Count a try to sign in as this person, or raise TooManyTriesError; None is any name that is not in the class."""
    here = services(request)
    browser = here.known.find(here.cookies.known.read(request), person.id) if person else None
    if person and browser:
        return here.limiter.known(person.id, browser)
    return here.limiter.stranger(person.id if person else None, address(request))


async def sign_in_page(request: Request) -> Response:
    """The form; who is signed in already goes on to his page."""
    if services(request).classroom.current() is None:
        return pages.not_ready(request)
    if find_visitor(request):
        return RedirectResponse("/", 303)
    return _form(request)


async def sign_in(request: Request) -> Response:
    """Check the password with the directory and begin a session."""
    here = services(request)
    typed, password = await form(request, "user_name", "password")
    name = typed.strip().lower()
    # Whoever is not in the class is not asked about: no odd name reaches the directory.
    person = here.classroom.find(name)
    try:
        attempt = count(request, person)
    except TooManyTriesError as error:
        return _form(request, typed, *too_many(error))
    try:
        right = person is not None and await here.directory.check(person.id, password)
    except DirectoryDownError:
        attempt.undecided()
        return _form(request, typed, DOWN, 503, {"Retry-After": "5"})
    if not right or person is None:
        known = person.id if person else re.sub(r"[^a-z0-9-]", "?", name)[:32]
        log.info("wrong sign-in for %s from %s", known, address(request))
        return _form(request, typed, WRONG, 401)
    attempt.succeeded()
    if before := find_visitor(request):
        here.sessions.end(before.session)
    response = RedirectResponse("/", 303)
    here.cookies.session.hand_out(response, here.sessions.begin(person.id))
    if not request.query_params.get("aside"):  # who looks whether all is well is nobody's browser
        here.cookies.known.hand_out(response, here.known.remember(here.cookies.known.read(request), person.id))
    return response


async def sign_out(request: Request) -> Response:
    """End this browser's session; its terminals close, what runs in the seat goes on. The browser stays known."""
    here = services(request)
    here.sessions.end(signed_in(request).session)
    response = RedirectResponse("/sign-in", 303)
    here.cookies.session.take_back(response)
    return response


async def sign_out_everywhere(request: Request) -> Response:
    """End all of his sessions, in whatever browser: one that he has left open somewhere, say."""
    here, person = services(request), signed_in(request).person
    here.sessions.end_all(person.id)
    response = RedirectResponse("/sign-in", 303)
    here.cookies.session.take_back(response)
    return response


async def session(_request: Request) -> Response:
    """Whether the page that asks is still signed in: 204, or 401 from the guard."""
    return Response(status_code=204)


routes = [
    Route("/sign-in", sign_in_page, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/sign-out/everywhere", sign_out_everywhere, methods=["POST"]),
    Route("/session", session, methods=["GET"]),
]
