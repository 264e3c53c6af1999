"""The guide's routes: its pages, its files, and what its blocks do when they are pressed.

In: a page of the material by its id. Out: that page, for a window of its own or for the desk, which takes a part of it.
"""

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from spyglass import pages
from spyglass.bodies import said
from spyglass.classroom import Person
from spyglass.guide import markdown, shown
from spyglass.guide.doing import RefusedError, ThereAlreadyError
from spyglass.guide.fences import Fence
from spyglass.guide.learned import TooSoonError
from spyglass.progress import table
from spyglass.progress.page import NO_STORE, current
from spyglass.services import services, signed_in

PICTURES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}  # the address carries the version
# Who opens a drawing of the course by itself opens nothing that acts.
STILL = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
LARGEST = 1024  # bytes of a request
LARGEST_ANSWER = 8192  # the same, where somebody types
CHANGED = "The guide has just changed. Look at this page again."


class Pressed(BaseModel):
    """A block of a page, in the version that the browser shows."""

    page: str = Field(max_length=1000)
    version: str = Field(max_length=200)
    number: int = Field(ge=0)
    replace: bool = False


class Asked(BaseModel):
    """The hint of a task with this number, counted from 1."""

    task: str = Field(max_length=100)
    number: int = Field(ge=1)


class Given(BaseModel):
    """An answer: the numbers of choices, or one text."""

    question: str = Field(max_length=100)
    answer: tuple[int | str, ...] = Field(max_length=20)


async def first(request: Request) -> Response:
    """Whoever asks for the guide gets its first page."""
    here = services(request)
    found = shown.book(here, current(here)).pages
    return (
        RedirectResponse(request.url_for("guide", page=found[0].id).path, 303) if found else pages.error(request, 404)
    )


async def page(request: Request) -> Response:
    """One page."""
    asked = request.path_params["page"]
    here = services(request)
    if shown.book(here, current(here)).find(asked) is None:
        return pages.error(request, 404)
    return pages.render(
        request,
        "guide.html",
        headers=NO_STORE,
        guide=await shown.page_values(request, asked),
        zone=current(here).event.time_zone,
    )


async def file(request: Request) -> Response:
    """A picture, to be shown, or any other file of the material, to be kept."""
    here = services(request)
    now = shown.book(here, current(here))
    found = now.file(request.path_params["path"]) if request.path_params["version"] == now.version else None
    if found is None:
        return pages.error(request, 404)
    if kind := PICTURES.get(found.suffix.lower()):
        return FileResponse(found, media_type=kind, headers=FOR_EVER | STILL)
    return FileResponse(found, media_type="application/octet-stream", headers=NO_STORE, filename=found.name)


async def run(request: Request) -> Response:
    """A block, in his own terminal."""
    here, person = services(request), signed_in(request).person
    try:
        found, _ = await _pressed(request)
        message = await here.doing.run(person, found, _text(found, person))
    except RefusedError as refused:
        return _answer(str(refused), 409)
    here.presence.note_key(person.id)
    return _answer(message)


async def save(request: Request) -> Response:
    """A block, as a file in his own home."""
    here, person = services(request), signed_in(request).person
    try:
        found, replace = await _pressed(request)
        message = await here.doing.save(person, found, _text(found, person), replace=replace)
    except ThereAlreadyError as there:
        return JSONResponse({"message": str(there), "there": True}, headers=NO_STORE)
    except RefusedError as refused:
        return _answer(str(refused), 409)
    return _answer(message)


async def hint(request: Request) -> Response:
    """The next help for a task; which ones somebody has seen is kept, and his teacher sees how many."""
    here, person = services(request), signed_in(request).person
    asked = await said(request, Asked, LARGEST)
    task = next((one for one in current(here).course.tasks if one.id == asked.task), None)
    if task is None or asked.number > len(task.hints):
        return _answer(CHANGED, 409)
    here.learned.open_hint(person.id, task.id, min(asked.number, here.learned.hints(person.id, task.id) + 1))
    return JSONResponse(table.hints(here, person, task), headers=NO_STORE)


async def answer(request: Request) -> Response:
    """An answer to a question, looked at here: the page does not know what is right."""
    here, person = services(request), signed_in(request).person
    given = await said(request, Given, LARGEST_ANSWER)
    question = next((one for one in current(here).course.questions if one.id == given.question), None)
    if question is None:
        return _answer(CHANGED, 409)
    try:
        right = here.learned.answer(person.id, question, given.answer)
    except TooSoonError:
        return _answer("Think a moment before you try again.", 429)
    return JSONResponse({"right": right} | table.question(here, person, question), headers=NO_STORE)


async def _pressed(request: Request) -> tuple[Fence, bool]:
    here = services(request)
    asked = await said(request, Pressed, LARGEST)
    now = shown.book(here, current(here))
    found = now.find(asked.page)
    there = (await now.rendered(found)).fences if found and asked.version == now.edition else ()
    if asked.number >= len(there):
        raise RefusedError(CHANGED)
    return there[asked.number], asked.replace


def _text(fence: Fence, person: Person) -> str:
    return markdown.fill_in_text(fence.text, shown.values(person))


def _answer(message: str, status: int = 200) -> Response:
    return JSONResponse({"message": message}, status, NO_STORE)


routes = [
    Route("/guide", first, methods=["GET"]),
    Route("/guide/{page:path}", page, methods=["GET"], name="guide"),
    Route("/material/{version}/{path:path}", file, methods=["GET"]),
    Route("/desk/run", run, methods=["POST"]),
    Route("/desk/save", save, methods=["POST"]),
    Route("/desk/hint", hint, methods=["POST"]),
    Route("/desk/answer", answer, methods=["POST"]),
]
