"""The progress pages: the class's tasks for a teacher, his own for a student, and the class as CSV."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import pages
from spyglass.classroom import ClassFile
from spyglass.progress import sheets, table
from spyglass.services import Services, services, signed_in

NO_STORE = {"Cache-Control": "no-store"}


async def tasks(request: Request) -> Response:
    """Where the class is, and where it loses time."""
    here = services(request)
    course = current(here)
    found = table.tasks(here, course)
    return pages.render(
        request,
        "tasks.html",
        headers=NO_STORE,
        tasks=found,
        count=len(table.taking_part(here, course)),
        longest=max([task["seconds"] or 0.0 for task in found], default=0.0),
    )


async def own(request: Request) -> Response:
    """A student's tasks, and his class as far as it may be seen."""
    here, person = services(request), signed_in(request).person
    course = current(here)
    return pages.render(
        request,
        "progress.html",
        headers=NO_STORE,
        sections=[section for section in course.course.sections if section.tasks],
        own=table.own(here, person, course),
        most=sum(task.points for task in course.course.tasks),
        tasks=course.course.tasks,
        peers=table.peers(here, course),
        marks=table.MARKS,
        zone=course.event.time_zone,
    )


async def whole_class(request: Request) -> Response:
    """Everybody and every task, to keep."""
    here = services(request)
    headers = NO_STORE | {"Content-Disposition": 'attachment; filename="class.csv"'}
    return Response(
        sheets.whole_class(here.history, current(here)), media_type="text/csv; charset=utf-8", headers=headers
    )


def current(here: Services) -> ClassFile:
    """The class as it is now."""
    course = here.classroom.current()
    if course is None:  # pragma: no cover - the guard answers before there is a class
        raise HTTPException(503)
    return course


routes = [
    Route("/class/tasks", tasks, methods=["GET"]),
    Route("/class.csv", whole_class, methods=["GET"]),
    Route("/progress", own, methods=["GET"]),
]
