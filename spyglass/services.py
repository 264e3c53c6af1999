"""What the routes work with, made once at start and found again from every request."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from spyglass.admin.alone import Alone
from spyglass.admin.resets import Resets
from spyglass.audit import Audit
from spyglass.checking.store import Checks
from spyglass.classroom import Classroom, Person
from spyglass.cookies import Cookies
from spyglass.directory import Directory
from spyglass.files.home import Home
from spyglass.grader import Grader
from spyglass.guide.book import Books
from spyglass.guide.doing import Doing
from spyglass.guide.learned import Learned
from spyglass.help.queue import HelpQueue
from spyglass.joining.store import Joining
from spyglass.known import KnownBrowsers
from spyglass.limits import Limiter
from spyglass.notices.eyes import Eyes
from spyglass.notices.store import Notices
from spyglass.presence import Presence
from spyglass.progress.board import Board
from spyglass.progress.history import History
from spyglass.progress.machines import Machines
from spyglass.progress.seat_parts import SeatParts
from spyglass.saves import Saves
from spyglass.seats import Seats
from spyglass.sessions import Session, Sessions
from spyglass.shared import Shared
from spyglass.showing.above import Above
from spyglass.showing.film import Film
from spyglass.showing.stage import Showing
from spyglass.takehome.work import TakeHome
from spyglass.visits import Visits
from spyglass.wall.wall import Wall


@dataclass(frozen=True, kw_only=True)
class Services:
    """One of each."""

    above: Above
    alone: Alone
    audit: Audit
    board: Board
    books: Books
    checks: Checks
    classroom: Classroom
    cookies: Cookies
    directory: Directory
    doing: Doing
    eyes: Eyes
    film: Film
    grader: Grader
    help: HelpQueue
    history: History
    home: Home
    joining: Joining
    known: KnownBrowsers
    learned: Learned
    limiter: Limiter
    machines: Machines
    notices: Notices
    presence: Presence
    resets: Resets
    saves: Saves
    seat_parts: SeatParts
    seats: Seats
    sessions: Sessions
    shared: Shared
    showing: Showing
    take_home: TakeHome
    visits: Visits
    wall: Wall


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks: a person of the class as it is now, and his session."""

    person: Person
    session: Session


def services(connection: HTTPConnection) -> Services:
    """The services of the app that this request came to."""
    found: Services = connection.app.state.services
    return found


def visitor(connection: HTTPConnection) -> Visitor | None:
    """Who is signed in here, decided by the guard in :mod:`spyglass.rules`."""
    found: Visitor | None = connection.scope.get("spyglass.visitor")
    return found


def signed_in(connection: HTTPConnection) -> Visitor:
    """Who is signed in, on a route that the guard lets nobody else reach."""
    found = visitor(connection)
    if found is None:
        raise LookupError("the route's rule must not be PUBLIC")
    return found


def address(connection: HTTPConnection) -> str:
    """The browser's address, as the gateway reports it."""
    return connection.client.host if connection.client else "unknown"
