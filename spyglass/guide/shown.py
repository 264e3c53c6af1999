"""What a page of the guide shows to whom: a person and a page's id in, what the templates need out."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from markupsafe import Markup
from starlette.requests import Request

from spyglass.classroom import ClassFile, Person
from spyglass.guide import markdown
from spyglass.guide.book import Book
from spyglass.progress.page import current
from spyglass.services import Services, services, signed_in


def book(here: Services, course: ClassFile) -> Book:
    """The guide as it is now."""
    return here.books.current(course.course)


def told(here: Services, course: ClassFile) -> object:
    """What an open page is told when it is to look again."""
    now = book(here, course)
    return {"version": now.edition, "pages": [[page.id, page.title] for page in now.pages]}


def values(person: Person) -> Mapping[str, str]:
    """What stands for ``$$name$$`` on this person's pages: what a desktop tool is given, and who he is."""
    found = {"id": person.id, "name": person.name}
    if person.database:
        parts = urlsplit(person.database)
        found |= {
            "database": parts.path.lstrip("/"),
            "host": parts.hostname or "",
            "port": parts.netloc.rpartition(":")[2],
            "connection": person.database,
        }
    return found


def last_page(request: Request) -> str | None:
    """The page that this browser showed last; a script keeps it in a cookie, so that the desk comes with it at once."""
    return unquote(request.cookies.get(services(request).cookies.page, ""))


async def page_values(request: Request, asked: str | None) -> dict[str, object] | None:
    """What a template needs to show a page, the first one where there is none of this id; None without a guide."""
    here, person = services(request), signed_in(request).person
    now = book(here, current(here))
    page = now.find(asked) or next(iter(now.pages), None)
    if page is None:
        return None
    rendered = await now.rendered(page)
    before, after = now.around(page)
    return {
        "page": page,
        "pages": now.pages,
        "number": now.pages.index(page) + 1,
        "version": now.edition,
        "cookie": here.cookies.page,
        "before": before,
        "after": after,
        "headings": rendered.headings,
        # Everything in it was escaped where it was made.
        "html": Markup(markdown.fill_in(rendered.html, values(person))),  # noqa: S704
    }
