"""The audit log for teachers: newest first, with a filter, and as a CSV file. Times are in the event's zone."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import pages
from spyglass.progress.page import NO_STORE, current
from spyglass.progress.sheets import sheet
from spyglass.services import services

SHOWN = 200  # lines of a page
LONGEST_FILTER = 200  # characters
LONGEST_START = 8  # digits
COLUMNS = ("time", "who", "name", "action", "whom", "name", "address")


@dataclass(frozen=True)
class Line:
    """One line, with names beside the ids where somebody in the class has them."""

    at: datetime
    actor: str
    actor_name: str
    action: str
    subject: str
    subject_name: str
    address: str

    @property
    def text(self) -> str:
        """What the filter looks into."""
        parts = (self.actor, self.actor_name, self.action, self.subject, self.subject_name, self.address)
        return " ".join([*parts, f"{self.at:%Y-%m-%d %H:%M:%S}"]).casefold()


def lines(request: Request) -> list[Line]:
    """The whole log, newest first."""
    here = services(request)
    course = current(here)
    zone = ZoneInfo(course.event.time_zone)
    names = {person.id: person.name for person in course.people}
    return [
        Line(
            datetime.fromisoformat(entry.at).astimezone(zone),
            entry.actor,
            names.get(entry.actor, ""),
            entry.action,
            entry.subject,
            names.get(entry.subject, ""),
            entry.address,
        )
        for entry in reversed(here.audit.entries())
    ]


def filtered(request: Request) -> tuple[str, list[Line]]:
    """The filter as it was typed, and the lines in which all of its words are found."""
    typed = request.query_params.get("find", "")[:LONGEST_FILTER].strip()
    words = typed.casefold().split()
    return typed, [line for line in lines(request) if all(word in line.text for word in words)]


async def page(request: Request) -> Response:
    """A page of lines, and the way to older ones."""
    typed, found = filtered(request)
    asked = request.query_params.get("from", "0")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_START else 0
    return pages.render(
        request,
        "audit.html",
        headers=NO_STORE,
        find=typed,
        lines=found[start : start + SHOWN],
        total=len(found),
        newer=_address(typed, max(0, start - SHOWN)) if start else "",
        older=_address(typed, start + SHOWN) if start + SHOWN < len(found) else "",
        csv=f"/audit.csv?{urlencode({'find': typed})}" if typed else "/audit.csv",
        zone=current(services(request)).event.time_zone,
    )


async def download(request: Request) -> Response:
    """The same lines as a file for a spreadsheet."""
    _typed, found = filtered(request)
    rows = (
        (
            line.at.isoformat(),
            line.actor,
            line.actor_name,
            line.action,
            line.subject,
            line.subject_name,
            line.address,
        )
        for line in found
    )
    headers = NO_STORE | {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(sheet(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _address(typed: str, start: int) -> str:
    return f"/audit?{urlencode({'find': typed, 'from': start})}"


routes = [
    Route("/audit", page, methods=["GET"]),
    Route("/audit.csv", download, methods=["GET"]),
]
