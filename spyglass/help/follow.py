"""Closes requests that nobody needs any more: the task was done, or the person has left the class.

A task counts when it is done for the first time after it was asked about, or is done again: seen not done since then,
and done now. So one that had been done before says nothing, and a request that was opened again stays open.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from spyglass.classroom import ClassFile
from spyglass.help.queue import Outcome, Request

if TYPE_CHECKING:  # services.py holds the queue
    from spyglass.services import Services

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds


async def run(here: "Services") -> None:
    """For ever."""
    while True:
        try:
            course = here.classroom.current()
            if course is not None:
                look(here, course)
        except Exception:
            log.exception("help: this look is left out")
        await asyncio.sleep(EVERY)


def look(here: "Services", course: ClassFile) -> None:
    """Once, at every open request."""
    for request in here.help.requests():
        person = course.find(request.person)
        if person is None or person.is_teacher:
            here.help.close(request.number, Outcome.LEFT)
            log.info("help: %s has left the class", request.person)
        elif request.task is not None:
            _look_at_task(here, request, request.task)


def _look_at_task(here: "Services", request: Request, task: str) -> None:
    done = here.board.of(request.person).done.get(task)
    if done is False and not request.undone:
        here.help.note_undone(request)
    if done is not True:
        return
    first = here.history.of(request.person).get(task)
    if request.undone or (first is not None and first.at > request.since):
        here.help.close(request.number, Outcome.DONE)
        log.info("help: %s has done %s, the request is closed", request.person, task)
