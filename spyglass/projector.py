"""The page for the projector: where the class is, without a name of anybody; and the roster as CSV.

In: the board, the queue, the notices. Out: plain values for the page and its stream.
"""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import pages
from spyglass.classroom import ClassFile
from spyglass.notices.store import EVERYBODY
from spyglass.progress import table
from spyglass.progress.page import NO_STORE, current
from spyglass.progress.sheets import sheet
from spyglass.services import services

if TYPE_CHECKING:  # services.py holds what is shown here
    from spyglass.services import Services

COLUMNS = ("id", "name", "group", "email", "role", "state", "tasks done", "points")


def said(here: "Services", course: ClassFile) -> dict[str, Any]:
    """``tasks`` with how many have done each and are at it, of ``count``; how many ask; the newest notice to all."""
    notices = [notice for notice in here.notices.told() if notice.scope == EVERYBODY]
    tasks = [{key: task[key] for key in ("number", "title", "done", "at_it")} for task in table.tasks(here, course)]
    return {
        "tasks": tasks,
        "count": len(table.taking_part(here, course)),
        "asking": len(here.help.requests()),
        "notice": {"time": course.event.clock(notices[0].at), "text": notices[0].text} if notices else None,
    }


async def page(request: Request) -> Response:
    """The page, which its stream fills."""
    event = current(services(request)).event
    return pages.render(
        request,
        "projector.html",
        zone=event.time_zone,
        end=event.end.isoformat() if event.end else "",
        address=current(services(request)).origins[0],
    )


async def roster(request: Request) -> Response:
    """Everybody, and how he is doing, for a spreadsheet."""
    here = services(request)
    course = current(here)
    rows = []
    for person in course.people:
        how = {"state": "", "done": None} if person.is_teacher else table.student(here, person, course)
        points = None if person.is_teacher else table.own(here, person, course)["points"]
        role = "late joiner" if person.claimed else person.role
        rows.append((person.id, person.name, person.group, person.email, role, how["state"], how["done"], points))
    headers = NO_STORE | {"Content-Disposition": 'attachment; filename="roster.csv"'}
    return Response(sheet(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)


routes = [
    Route("/projector", page, methods=["GET"]),
    Route("/roster.csv", roster, methods=["GET"]),
]
