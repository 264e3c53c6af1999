"""The teacher's class: everybody's terminal, how he is doing, who needs somebody; as a wall of tiles, or as a list."""

from starlette.requests import Request
from starlette.responses import Response

from spyglass import pages
from spyglass.classroom import ClassFile
from spyglass.progress import table
from spyglass.progress.page import current
from spyglass.services import Services, services


async def page(request: Request) -> Response:
    """Students and spare seats in the roster's order."""
    here = services(request)
    course = current(here)
    groups = sorted({person.group for person in course.students if person.group})
    return pages.render(
        request, "people.html", people=course.students, groups=groups, boards=course.boards, now=state(here, course)
    )


def state(here: Services, course: ClassFile) -> dict[str, object]:
    """``state`` by id, ``needs`` in order of urgency, titles of ``flagged`` tasks, if the ``grader`` answers."""
    return {
        "state": {person.id: table.student(here, person, course) for person in course.students},
        "needs": table.needs(here, course),
        "flagged": [task.title for task in course.course.tasks if task.id in here.board.flagged],
        "grader": here.board.grader,
    }
