"""The app, put together: settings in, an ASGI application out."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from spyglass import (
    audit,
    auth,
    boards,
    connection,
    events,
    known,
    pages,
    password,
    projector,
    security,
    sessions,
    store,
    terminal,
    visits,
    watch,
)
from spyglass.admin import actions, audit_page, student
from spyglass.admin.alone import Alone
from spyglass.admin.resets import Resets
from spyglass.checking import routes as check_routes
from spyglass.checking import store as checking
from spyglass.classroom import Classroom
from spyglass.cookies import Cookies
from spyglass.directory import Directory, DirectorySettings
from spyglass.files import routes as file_routes
from spyglass.files.home import Home
from spyglass.grader import Grader
from spyglass.guide import learned
from spyglass.guide import routes as guide_routes
from spyglass.guide.book import Books
from spyglass.guide.doing import Doing
from spyglass.help import follow, queue
from spyglass.help import routes as help_routes
from spyglass.joining import routes as joining_routes
from spyglass.joining import store as joining
from spyglass.limits import Limiter
from spyglass.notices import eyes
from spyglass.notices import routes as notice_routes
from spyglass.notices import store as notices
from spyglass.presence import Presence
from spyglass.progress import history, page
from spyglass.progress.board import Board
from spyglass.progress.collector import Collector
from spyglass.progress.machines import Machines
from spyglass.progress.seat_parts import SeatParts
from spyglass.progress.seat_rounds import SeatRounds
from spyglass.rules import guarded
from spyglass.saves import Saves
from spyglass.seats import Seats
from spyglass.services import Services, signed_in
from spyglass.settings import Settings
from spyglass.shared import Shared
from spyglass.showing import routes as showing_routes
from spyglass.showing.above import Above
from spyglass.showing.film import Film
from spyglass.showing.stage import Showing
from spyglass.takehome import routes as take_home_routes
from spyglass.takehome.work import TakeHome
from spyglass.wall import routes as wall
from spyglass.wall.wall import Wall

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds between two looks at class.json on behalf of the open terminals


async def home(request: Request) -> Response:
    """A teacher's wall, a student's desk."""
    return await (wall.page if signed_in(request).person.is_teacher else terminal.page)(request)


async def health(_request: Request) -> Response:
    """The process answers; what it depends on is no reason to restart it."""
    return PlainTextResponse("ok\n")


async def on_failure(request: Request, exception: Exception) -> Response:
    """What nobody expected: the trace goes to the log, never to the browser."""
    log.error("%s %s", request.method, request.url.path, exc_info=exception)
    return pages.error(request, 500, headers=security.HEADERS)  # this answer does not pass the middleware


def build(settings: Settings) -> Services:
    """Open files and read secrets; nothing is connected to yet."""
    database = store.connect(
        settings.database,
        *(
            part.SCHEMA
            for part in (sessions, known, audit, history, visits, queue, notices, eyes, joining, learned, checking)
        ),
    )
    asked = queue.HelpQueue(database)
    classroom, presence = Classroom(settings.class_file), Presence()
    grader, seats, saves = Grader(), Seats(settings.ssh_key, settings.seat_user), Saves(settings.saves)
    signed_in_now = sessions.Sessions(database, presence.end_sessions)
    showing = Showing(classroom, presence, signed_in_now)
    return Services(
        above=Above(seats),
        alone=Alone(),
        audit=audit.Audit(database),
        board=Board(asked.question),
        books=Books(settings.material),
        checks=checking.Checks(database),
        classroom=classroom,
        cookies=Cookies(settings.stack),
        directory=Directory(DirectorySettings.read(settings.directory), settings.directory_ca),
        doing=Doing(seats),
        grader=grader,
        help=asked,
        history=history.History(database),
        home=Home(seats),
        joining=joining.Joining(database, classroom),
        known=known.KnownBrowsers(database),
        learned=learned.Learned(database),
        limiter=Limiter(),
        machines=Machines(),
        eyes=eyes.Eyes(database),
        film=Film(seats, showing),
        notices=notices.Notices(database),
        presence=presence,
        resets=Resets(seats, saves, grader),
        saves=saves,
        seat_parts=SeatParts(),
        seats=seats,
        sessions=signed_in_now,
        shared=Shared(),
        showing=showing,
        take_home=TakeHome(seats, grader, settings.saves, settings.stack, classroom),
        visits=visits.Visits(database),
        wall=Wall(),
    )


def create(here: Services) -> Starlette:
    """The application with every route behind its rule."""
    app = Starlette(
        routes=guarded(
            [
                Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
                Route("/healthz", health, methods=["GET"]),
                Route("/", home, methods=["GET"]),
                *auth.routes,
                *boards.routes,
                *password.routes,
                *terminal.routes,
                *events.routes,
                *page.routes,
                *watch.routes,
                *wall.routes,
                *help_routes.routes,
                *notice_routes.routes,
                *student.routes,
                *actions.routes,
                *audit_page.routes,
                *joining_routes.routes,
                *showing_routes.routes,
                *projector.routes,
                *guide_routes.routes,
                *connection.routes,
                *check_routes.routes,
                *file_routes.routes,
                *take_home_routes.routes,
            ]
        ),
        middleware=[Middleware(security.SecurityHeaders), Middleware(security.SameOrigin)],
        exception_handlers={HTTPException: pages.on_http_error, Exception: on_failure},
        lifespan=_lifespan,
    )
    app.state.services = here
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    here: Services = app.state.services
    loops = (
        _follow_class(here),
        Collector(here).run(),
        SeatRounds(here, here.seat_parts).run(),
        follow.run(here),
        here.take_home.run(),
    )
    beside = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await here.wall.close()
        await here.film.close()
        await here.seats.close()
        here.directory.close()


async def _follow_class(here: Services) -> None:
    seen = here.classroom.current()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        current = here.classroom.current()
        if current is not None and current is not seen:
            seen = current
            here.presence.follow(current)
