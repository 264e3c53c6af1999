"""How to reach one's database from one's own computer: a person in, a card to copy from out.

The password is on no page. Where the database listens to its own host alone, the card says so.
"""

from urllib.parse import urlsplit

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import pages
from spyglass.guide.shown import values
from spyglass.progress.page import NO_STORE, current
from spyglass.services import services, signed_in

Card = dict[str, object]


def card(request: Request) -> Card | None:
    """What the page and the desk's panel show; None for who has no database."""
    here, person = services(request), signed_in(request).person
    if not person.database:
        return None
    if not current(here).database_is_open:
        return {"is_open": False}
    found = dict(values(person))
    code = segno.make(found["connection"], error="m", micro=False)
    return {
        "is_open": True,
        "rows": [
            ("Host", found["host"]),
            ("Port", found["port"]),
            ("Database", found["database"]),
            ("User", person.id),
        ],
        "connection": found["connection"],
        "psql": f'psql "{found["connection"]}"',
        "jdbc": f"jdbc:postgresql://{urlsplit(person.database).netloc.rpartition('@')[2]}/{found['database']}?sslmode=require",
        # Drawn by the library from what was just put together here.
        "code": Markup(code.svg_inline(border=2, scale=4, light="#fff")),  # noqa: S704
    }


async def page(request: Request) -> Response:
    """The card on a page of its own, for a phone or a second window."""
    found = card(request)
    if found is None:
        return pages.error(request, 404)
    return pages.render(request, "connection_page.html", headers=NO_STORE, card=found)


routes = [Route("/connection", page, methods=["GET"])]
