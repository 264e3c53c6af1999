"""The queue's addresses: a student asks and withdraws, a teacher claims, puts back, resolves, undoes and pauses."""

import logging
from collections.abc import Callable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass import pages
from spyglass.bodies import said
from spyglass.classroom import Person
from spyglass.help import queue, words
from spyglass.help.queue import ClaimedError, HelpError, Outcome, TooOftenError
from spyglass.progress.page import current
from spyglass.services import Services, services, signed_in
from spyglass.texts import TextError, one_line

log = logging.getLogger(__name__)

LONGEST_QUESTION = 200  # characters
LARGEST = 8192  # bytes
MOST = 1000  # requests at once


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class Question(_Said):
    """What a student sends."""

    question: str
    task: str = ""


class Requests(_Said):
    """Which requests a teacher means."""

    numbers: tuple[int, ...] = Field(min_length=1, max_length=MOST)


class Pause(_Said):
    """Whether nobody can ask."""

    paused: bool


def refusal(message: str, status: int = 409, headers: Mapping[str, str] | None = None) -> Response:
    """Why not, for the person who reads the page."""
    return JSONResponse({"message": message}, status, headers)


def asking(request: Request) -> Person:
    """The student who asks."""
    person = signed_in(request).person
    if person.is_teacher:
        raise HTTPException(403)
    return person


def now(request: Request, person: Person) -> Response:
    """How it stands with him, sooner than his page's stream would say it."""
    here = services(request)
    here.wall.look_soon()
    return JSONResponse(words.own(here, person, current(here)))


async def page(request: Request) -> Response:
    """The queue alone, for somebody who walks around with a phone."""
    return pages.render(request, "help.html")


async def ask(request: Request) -> Response:
    """A student joins the queue."""
    here, person = services(request), asking(request)
    typed = await said(request, Question, LARGEST)
    try:
        question = one_line(typed.question, LONGEST_QUESTION, "The question")
    except TextError as error:
        return refusal(str(error), 400)
    known = {task.id for task in current(here).course.tasks}
    try:
        asked = here.help.ask(person.id, question, typed.task if typed.task in known else None)
    except TooOftenError as error:
        return refusal(str(error), 429, {"Retry-After": str(error.seconds)})
    except HelpError as error:
        return refusal(str(error))
    log.info("help: %s asks, about %s", person.id, asked.task or "no task")
    return now(request, person)


async def withdraw(request: Request) -> Response:
    """A student leaves it; who is not in it has nothing to leave."""
    here, person = services(request), asking(request)
    if (asked := here.help.of(person.id)) is not None:
        here.help.close(asked.number, Outcome.WITHDRAWN, person.id)
        log.info("help: %s withdraws", person.id)
    return now(request, person)


async def again(request: Request) -> Response:
    """A student still needs help though his task is done."""
    here, person = services(request), asking(request)
    mine = [one for one in here.help.closed(queue.UNDO) if one.person == person.id]
    if not mine or mine[0].outcome != Outcome.DONE:
        return refusal("This can no longer be undone. Ask again.")
    try:
        here.help.undo(mine[0].number)
    except HelpError as error:
        return refusal(str(error))
    log.info("help: %s still needs help", person.id)
    return now(request, person)


def _resolve(here: Services, number: int, teacher: str) -> queue.Request:
    resolved = here.help.close(number, Outcome.RESOLVED, teacher)
    here.visits.note(resolved.person)  # in person, even if nobody had the terminal open
    return resolved


ACTIONS: Mapping[str, Callable[[Services, int, str], queue.Request]] = {
    "claim": lambda here, number, teacher: here.help.claim(number, teacher),
    "put-back": lambda here, number, _teacher: here.help.put_back(number),
    "resolve": _resolve,
    "undo": lambda here, number, _teacher: here.help.undo(number),
}


async def act(request: Request) -> Response:
    """A teacher does something about one request, or about several: what can be done of it is done."""
    here, teacher, name = services(request), signed_in(request).person, request.path_params["action"]
    action = ACTIONS.get(name)
    if action is None:
        raise HTTPException(404)
    done, refused = list[str](), list[str]()
    for number in (await said(request, Requests, LARGEST)).numbers:
        try:
            done.append(action(here, number, teacher.id).person)
        except ClaimedError as error:
            refused.append(f"{current(here).name_of(error.by)} was first.")
        except HelpError as error:
            refused.append(str(error))
    here.wall.look_soon()
    if done:
        log.info("help: %s by %s for %s", name, teacher.id, ", ".join(done))
    return refusal(_once(refused)) if refused else Response(status_code=204)


def _once(sentences: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(sentences))


async def pause(request: Request) -> Response:
    """Nobody can ask, or everybody can again; what is open stays."""
    here, teacher = services(request), signed_in(request).person
    paused = (await said(request, Pause, LARGEST)).paused
    here.help.pause(teacher.id if paused else None)
    here.wall.look_soon()
    log.info("help: %s by %s", "paused" if paused else "no longer paused", teacher.id)
    return Response(status_code=204)


routes = [
    Route("/help", page, methods=["GET"]),
    Route("/help/ask", ask, methods=["POST"]),
    Route("/help/withdraw", withdraw, methods=["POST"]),
    Route("/help/again", again, methods=["POST"]),
    Route("/help/requests/{action}", act, methods=["POST"]),
    Route("/help/pause", pause, methods=["POST"]),
]
