"""Grafana's doorman: the gateway asks here who is signed in before it lets a browser through to /grafana.

Comes in: the browser's own request, as the gateway forwards its headers. Goes out: user, name and role for Grafana's
auth proxy; the way to sign in; or a refusal, where students have no business there.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import pages
from spyglass.classroom import Person
from spyglass.security import SAFE_METHODS
from spyglass.services import services, signed_in

TEACHER, STUDENT = "Editor", "Viewer"
PLAIN = frozenset(range(32, 127)) - {ord("=")}
"""The bytes that stand for themselves in a quoted-printable header (RFC 2045)."""


def role(person: Person, visibility: str) -> str | None:
    """What somebody is in Grafana; nobody may limit what a viewer asks there, so with ``own`` students are nothing."""
    if person.is_teacher:
        return TEACHER
    return STUDENT if visibility != "own" else None


def quoted(name: str) -> str:
    """Any text as a header: Grafana reads quoted-printable."""
    return "".join(chr(byte) if byte in PLAIN else f"={byte:02X}" for byte in name.encode())


async def visitor(request: Request) -> Response:
    """The answer that the gateway turns into headers for Grafana. Any other status than 2xx goes to the browser."""
    course, person = services(request).classroom.current(), signed_in(request).person
    if course is None:
        return pages.not_ready(request)
    # The gateway asks with a GET, whatever the browser does: the rule for the browser's POST is applied here.
    is_post = request.headers.get("x-forwarded-method", "GET") not in SAFE_METHODS
    if is_post and request.headers.getlist("origin") not in [[origin] for origin in course.origins]:
        return pages.error(request, 403)
    found = role(person, course.visibility)
    if found is None:
        return pages.error(request, 403)
    headers = {"X-Webauth-User": person.id, "X-Webauth-Role": found, "X-Webauth-Name": quoted(person.name)}
    return Response(status_code=204, headers=headers)


routes = [Route("/boards/visitor", visitor, methods=["GET"])]
