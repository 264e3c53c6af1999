"""The teacher's list: everybody in the class, how he is doing, the way to his terminal; who needs somebody, first."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spyglass import pages
from spyglass.progress import table
from spyglass.progress.page import current
from spyglass.services import services


async def page(request: Request) -> Response:
    """Students and spare seats in the roster's order."""
    people = current(services(request)).students
    return pages.render(request, "people.html", people=people, now=_state(request))


async def state(request: Request) -> Response:
    """What the page asks for again every few seconds."""
    return JSONResponse(_state(request), headers={"Cache-Control": "no-store"})


def _state(request: Request) -> dict[str, object]:
    """``state`` by id, ``needs`` in order of urgency, titles of ``flagged`` tasks, if the ``grader`` answers."""
    here = services(request)
    course = current(here)
    return {
        "state": {person.id: table.student(here, person, course) for person in course.students},
        "needs": table.needs(here, course),
        "flagged": [task.title for task in course.course.tasks if task.id in here.board.flagged],
        "grader": here.board.grader,
    }


routes = [Route("/class", state, methods=["GET"])]
