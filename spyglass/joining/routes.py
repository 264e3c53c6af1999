"""Two pages: /join, where a late joiner takes a seat; /late-joiners, where a teacher opens the door and sees who came.

The code is made anew each time that the door is opened and is told to teachers alone; the door closes by itself.
"""

import contextlib
import hmac
import logging
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass import events, pages
from spyglass.auth import form, too_many
from spyglass.bodies import said
from spyglass.classroom import Person
from spyglass.directory import DirectoryDownError, RefusedError
from spyglass.joining import seats
from spyglass.joining.store import LONGEST_OPEN, Door, NameTakenError, NoSeatError
from spyglass.limits import TooManyTriesError
from spyglass.password import mistake_in_new
from spyglass.progress.page import NO_STORE, current
from spyglass.rules import find_visitor
from spyglass.services import Services, address, services, signed_in
from spyglass.texts import TextError, one_line

log = logging.getLogger(__name__)

LONGEST_NAME = 100  # characters
LARGEST = 1024  # bytes
ACCOUNT = "+join"  # for the limiter; no id has a plus

WRONG_CODE = "The event code is not right. It is eight letters and digits, and your teacher shows it."
NAME_TAKEN = (
    "Somebody in this class has that name already. If it is you, sign in with the password that you chose, or ask your "
    "teacher for a new one. Otherwise add something to the name that tells you apart."
)
DOWN = "The directory of accounts does not answer, so no seat was given away. Try again in a moment."
CLOSED = "No seats are given out at the moment. Ask your teacher."
NO_SEAT = "Every seat has somebody. Ask your teacher: one more can be added while the class goes on."
NOT_OURS = "This workshop asks a directory of your own, in which it can set no password."
SIGNED_IN = "You are signed in already, so you have a seat. Sign out first if you are here for somebody else."


class Minutes(BaseModel):
    """For how long the door is open; 0 closes it."""

    model_config = ConfigDict(frozen=True)

    minutes: int = Field(ge=0, le=LONGEST_OPEN)


class Freed(BaseModel):
    """Whether somebody else may have the seat."""

    model_config = ConfigDict(frozen=True)

    freed: bool


class _RefusedFormError(Exception):
    """The form comes again, with the reason and an answer's status; what was typed as a name is still in it."""


async def page(request: Request) -> Response:
    """The form, or why there is none."""
    if services(request).classroom.current() is None:
        return pages.not_ready(request)
    if isinstance(found := _entry(request), str):
        return pages.render(request, "join_closed.html", text=found)
    return _form(request)


async def join(request: Request) -> Response:
    """A code, a name and a password in; a seat and a session out."""
    here = services(request)
    code, typed, password, again = await form(request, "code", "name", "password", "again")
    door = _entry(request) if here.classroom.current() else CLOSED
    if isinstance(door, str):
        return pages.render(request, "join_closed.html", 409, text=door)
    right = ""  # the code, once it was: nobody has to type it twice
    try:
        _check_code(request, door, code)
        right = code
        name = _wanted(typed, password, again)
        person = await _take(here, name, password, address(request))
    except NoSeatError:
        return pages.render(request, "join_closed.html", 409, text=NO_SEAT)
    except _RefusedFormError as refused:
        return _form(request, *refused.args, name=typed, code=right)
    here.sessions.end_all(person.id)  # of whoever came with its card at this very moment: the card opens it no longer
    here.audit.record(actor=person.id, action="took the seat", subject=person.id, address=address(request))
    log.info("%s is taken by a late joiner from %s", person.id, address(request))
    response = pages.render(request, "joined.html", seat=person, name=name)
    here.cookies.session.hand_out(response, here.sessions.begin(person.id))
    here.cookies.known.hand_out(response, here.known.remember(here.cookies.known.read(request), person.id))
    return response


def _wanted(typed: str, password: str, again: str) -> str:
    """The name."""
    try:
        name = one_line(typed, LONGEST_NAME, "Your name")
    except TextError as error:
        raise _RefusedFormError(str(error), 400) from error
    if problem := mistake_in_new(password, again):
        raise _RefusedFormError(problem, 400)
    return name


async def _take(here: Services, name: str, password: str, where: str) -> Person:
    """The seat first, or two people would wait for the directory with one; it goes back without a password."""
    try:
        person = here.joining.take(name, where, seats.free(here, current(here)))
    except NameTakenError as error:
        raise _RefusedFormError(NAME_TAKEN, 409) from error
    with contextlib.ExitStack() as undoing:
        undoing.callback(here.joining.undo, person.id)
        try:
            await here.directory.set_password(person.id, password)
        except RefusedError as refused:
            raise _RefusedFormError(str(refused), 400) from refused
        except DirectoryDownError as error:
            raise _RefusedFormError(DOWN, 503, {"Retry-After": "5"}) from error
        undoing.pop_all()
    return person


async def overview(request: Request) -> Response:
    """The door, who came, which seats are free, and who has not come yet."""
    here = services(request)
    return pages.render(request, "late_joiners.html", headers=NO_STORE, longest=LONGEST_OPEN, **facts(here))


async def stream(request: Request) -> Response:
    """When that page is to be taken anew."""
    here = services(request)
    return events.answer(request, contextlib.nullcontext(events.Changes("joining", lambda: facts(here))))


def facts(here: Services) -> dict[str, Any]:
    """What it says."""
    course = current(here)
    door, claims, freed = here.joining.door(), here.joining.claims(), here.joining.freed
    taken = [person for person in course.students if person.role == "spare" and not person.claimed]
    return {
        "is_ours": here.directory.can_set_passwords,
        "door": {"code": f"{door.code[:4]} {door.code[4:]}", "until": course.event.clock(door.until)} if door else None,
        "address": f"{course.origins[0]}/join",
        "spares": [
            {"id": person.id, "state": "somebody with a card" if seats.is_taken(here, person) else "free"}
            for person in taken
        ],
        "free": len(seats.free(here, course)),
        "claims": [
            {"id": one.seat, "name": one.name, "at": course.event.clock(one.at), "address": one.address}
            for one in claims.values()
            if course.find(one.seat)
        ],
        "absent": [
            {"id": person.id, "name": person.name, "group": person.group or "", "freed": person.id in freed}
            for person in seats.absent(here, course)
        ],
    }


async def door(request: Request) -> Response:
    """Open it for so many minutes, or close it."""
    here, teacher = services(request), signed_in(request).person
    minutes = (await said(request, Minutes, LARGEST)).minutes
    if not minutes:
        here.joining.close()
    elif not here.directory.can_set_passwords:
        return JSONResponse({"message": NOT_OURS}, 409)
    else:
        here.joining.open(minutes)
    action = f"late joiners let in for {minutes} minutes" if minutes else "late joiners no longer let in"
    here.audit.record(actor=teacher.id, action=action, subject="", address=address(request))
    return Response(status_code=204)


async def free(request: Request) -> Response:
    """Somebody on the roster did not come: his seat may be taken, or is kept for him again."""
    here, teacher = services(request), signed_in(request).person
    person = here.classroom.find(request.path_params["person"])
    if person is None or person.role != "student":
        raise HTTPException(404)
    freed = (await said(request, Freed, LARGEST)).freed
    if seats.is_taken(here, person):
        return JSONResponse({"message": f"{person.name} has been here: this seat is not to be given away."}, 409)
    if freed:
        here.joining.free(person.id, teacher.id)
    else:
        here.joining.keep(person.id)
    action = "seat freed" if freed else "seat kept"
    here.audit.record(actor=teacher.id, action=action, subject=person.id, address=address(request))
    return Response(status_code=204)


def _entry(request: Request) -> Door | str:
    """The open door, or why this browser does not get through."""
    here = services(request)
    found = here.joining.door()
    if found is None or not here.directory.can_set_passwords:
        return CLOSED
    if find_visitor(request):
        return SIGNED_IN
    return found if seats.nobody(here, current(here)) else NO_SEAT


def _check_code(request: Request, door: Door, typed: str) -> None:
    """As it may be typed from a wall: with spaces or a hyphen, in capitals."""
    try:
        attempt = services(request).limiter.stranger(ACCOUNT, address(request))
    except TooManyTriesError as error:
        raise _RefusedFormError(*too_many(error)) from error
    plain = "".join(letter for letter in typed.casefold() if letter.isalnum())
    if not hmac.compare_digest(plain.encode(), door.code.encode()):
        log.info("wrong event code from %s", address(request))
        raise _RefusedFormError(WRONG_CODE, 401)
    attempt.succeeded()


def _form(
    request: Request,
    message: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    name: str = "",
    code: str = "",
) -> Response:
    return pages.render(request, "join.html", status, headers, message=message, name=name, code=code)


routes = [
    Route("/join", page, methods=["GET"]),
    Route("/join", join, methods=["POST"]),
    Route("/late-joiners", overview, methods=["GET"]),
    Route("/late-joiners/events", stream, methods=["GET"]),
    Route("/late-joiners/door", door, methods=["POST"]),
    Route("/late-joiners/{person}/free", free, methods=["POST"]),
]
