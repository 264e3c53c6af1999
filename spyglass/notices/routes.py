"""The notices' addresses: a teacher writes, takes back, calls for eyes; a student says that he has read it."""

import logging

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass.bodies import said
from spyglass.notices import eyes
from spyglass.notices.store import Notice, meant
from spyglass.progress.page import current
from spyglass.services import services, signed_in
from spyglass.texts import TextError, several_lines

log = logging.getLogger(__name__)

LONGEST = 500  # characters
LARGEST = 16 * 1024  # bytes


class Written(BaseModel):
    """What a teacher sends: to whom, and what."""

    model_config = ConfigDict(frozen=True)

    to: str
    text: str


class Minutes(BaseModel):
    """For how long everybody is to look to the front."""

    model_config = ConfigDict(frozen=True)

    minutes: int = Field(ge=0, le=eyes.LONGEST)


class Number(BaseModel):
    """Which one."""

    model_config = ConfigDict(frozen=True)

    number: int


async def write(request: Request) -> Response:
    """A new notice."""
    here, teacher = services(request), signed_in(request).person
    typed = await said(request, Written, LARGEST)
    try:
        text = several_lines(typed.text, LONGEST, "The notice")
    except TextError as error:
        return _refusal(str(error))
    if not meant(current(here), Notice(number=0, at=0, author=teacher.id, scope=typed.to, text=text)):
        return _refusal("Nobody in the class would get this. Choose others.")
    here.notices.write(teacher.id, typed.to, text)
    log.info("notice: %s writes to %s", teacher.id, typed.to)
    here.wall.look_soon()
    return Response(status_code=204)


async def take_back(request: Request) -> Response:
    """It goes from all pages; who has read it has read it."""
    here, teacher = services(request), signed_in(request).person
    number = (await said(request, Number, LARGEST)).number
    if not here.notices.take_back(number):
        raise HTTPException(404)
    log.info("notice: %s takes one back", teacher.id)
    here.wall.look_soon()
    return Response(status_code=204)


async def call(request: Request) -> Response:
    """Eyes here, for so many minutes; 0 ends it."""
    here, teacher = services(request), signed_in(request).person
    minutes = (await said(request, Minutes, LARGEST)).minutes
    if minutes:
        here.eyes.call(teacher.id, minutes)
    else:
        here.eyes.end()
    log.info("eyes here: %s, %d minutes", teacher.id, minutes)
    here.wall.look_soon()
    return Response(status_code=204)


async def read(request: Request) -> Response:
    """It goes from this student's pages, and stays in his list."""
    here, person = services(request), signed_in(request).person
    if not here.notices.note_read((await said(request, Number, LARGEST)).number, person):
        raise HTTPException(404)
    here.wall.look_soon()
    return Response(status_code=204)


def _refusal(message: str) -> Response:
    return JSONResponse({"message": message}, 400)


routes = [
    Route("/notices", write, methods=["POST"]),
    Route("/notices/eyes", call, methods=["POST"]),
    Route("/notices/take-back", take_back, methods=["POST"]),
    Route("/notices/read", read, methods=["POST"]),
]
