"""What the buttons of a student's page do: a POST in, JSON out; each is logged, and the student is told.

The answer comes when all is done, which for an engine with much in it takes minutes; what was begun goes on when the
teacher closes the page.
"""

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass import passwords
from spyglass.admin.alone import BusyError
from spyglass.admin.resets import Outcome, ResetError
from spyglass.admin.student import find
from spyglass.classroom import Person
from spyglass.directory import DirectoryDownError, RefusedError, UnansweredError
from spyglass.notices.store import ONE
from spyglass.progress.page import NO_STORE
from spyglass.services import Services, address, services, signed_in

log = logging.getLogger(__name__)

DOWN = "The directory of accounts does not answer. The password is as it was."
PERHAPS = (
    "The directory of accounts did not answer in time. The password may have been set to one that nobody knows, so "
    "every browser of this student is signed out. Try again in a moment, until a new one is shown here."
)
NOT_OURS = (
    "This workshop asks a directory of your own, in which it may change nothing. A new password is set there, by "
    "whoever runs it."
)
DONE = "The old password no longer opens anything, and every browser of this student is signed out."
TOLD = "You have a new password: your teacher tells you. You were signed out everywhere."
TOLD_PERHAPS = "Your old password may open nothing any more: ask your teacher. You were signed out everywhere."
BUSY = "Somebody else is changing something about this student right now. Wait for it."


Reset = Callable[[Person], Awaitable[Outcome]]


async def soft_reset(request: Request) -> Response:
    """Material and terminal."""
    return await _reset(request, "soft reset", services(request).resets.soft)


async def database_reset(request: Request) -> Response:
    """The course's database again."""
    return await _reset(request, "database reset", services(request).resets.database)


async def engine_reset(request: Request) -> Response:
    """An empty engine."""
    return await _reset(request, "engine reset", services(request).resets.engine)


async def _reset(request: Request, action: str, reset: Reset) -> Response:
    here, person = services(request), find(request)
    try:
        with here.alone.with_student(person.id):
            outcome = await reset(person)
    except BusyError:
        return _answer(BUSY, 409)
    except ResetError as error:
        _record(request, f"{action} failed", person)
        return _answer(str(error), 409)
    _record(request, f"{action}, saved as {outcome.saved}" if outcome.saved else f"{action}, nothing to save", person)
    _tell(here, signed_in(request).person, person, outcome.student)
    return JSONResponse({"message": outcome.teacher, "saved": outcome.saved}, headers=NO_STORE)


async def new_password(request: Request) -> Response:
    """A generated password, in this one answer and nowhere else; everything that was signed in is signed out."""
    here, person = services(request), find(request)
    if not here.directory.can_set_passwords:
        return _answer(NOT_OURS, 409)
    password = passwords.generate()
    try:
        # Of two teachers at once the first would read out a password that the second's has undone.
        with here.alone.with_student(person.id):
            await here.directory.set_password(person.id, password)
    except BusyError:
        return _answer(BUSY, 409)
    except RefusedError as refused:
        _record(request, "new password failed", person)
        return _answer(str(refused), 409)
    except UnansweredError:
        _signed_out(request, "new password, may have been set", person, TOLD_PERHAPS)
        return _answer(PERHAPS, 503)
    except DirectoryDownError:
        _record(request, "new password failed", person)
        return _answer(DOWN, 503)
    _signed_out(request, "new password", person, TOLD)
    return JSONResponse({"message": DONE, "password": password}, headers=NO_STORE)


def _answer(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status, NO_STORE)


def _signed_out(request: Request, action: str, person: Person, told: str) -> None:
    here = services(request)
    _record(request, action, person)
    _tell(here, signed_in(request).person, person, told)
    here.sessions.end_all(person.id)


def _record(request: Request, action: str, person: Person) -> None:
    teacher = signed_in(request).person
    services(request).audit.record(actor=teacher.id, action=action, subject=person.id, address=address(request))
    log.info("%s: %s, by %s", person.id, action, teacher.id)


def _tell(here: Services, teacher: Person, person: Person, text: str) -> None:
    """On the student's page now, or when he opens it next."""
    here.notices.write(teacher.id, f"{ONE}{person.id}", text)
    here.wall.look_soon()


routes = [
    Route("/students/{person}/soft-reset", soft_reset, methods=["POST"]),
    Route("/students/{person}/database-reset", database_reset, methods=["POST"]),
    Route("/students/{person}/engine-reset", engine_reset, methods=["POST"]),
    Route("/students/{person}/new-password", new_password, methods=["POST"]),
]
