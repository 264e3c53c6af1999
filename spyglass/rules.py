"""Who may use which route: one table, and the guard that applies it before a route runs.

A route that the table does not name keeps the app from starting, so a new one cannot be open by accident.
"""

import copy
from collections.abc import Mapping, Sequence
from enum import Enum, auto

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from spyglass import pages
from spyglass.classroom import Person
from spyglass.services import Visitor, services, signed_in


class Rule(Enum):
    """What a visitor must be."""

    PUBLIC = auto()  # anybody
    SIGNED_IN = auto()  # any person of the class, about himself
    OWN = auto()  # the person whom the path names
    TEACHER = auto()  # a teacher, about anybody


RULES: Mapping[str, Rule] = {
    "/static": Rule.PUBLIC,
    "/healthz": Rule.PUBLIC,
    "/sign-in": Rule.PUBLIC,
    "/join": Rule.PUBLIC,
    "/check": Rule.PUBLIC,
    "/check/echo": Rule.PUBLIC,
    "/check/result": Rule.PUBLIC,
    "/checks": Rule.TEACHER,
    "/": Rule.SIGNED_IN,
    "/session": Rule.SIGNED_IN,
    "/sign-out": Rule.SIGNED_IN,
    "/sign-out/everywhere": Rule.SIGNED_IN,
    "/password": Rule.SIGNED_IN,
    "/terminal": Rule.SIGNED_IN,
    "/seats/{person}/terminal": Rule.OWN,
    "/seats/{person}/watch": Rule.TEACHER,
    "/watch/{person}": Rule.TEACHER,
    "/wall/events": Rule.TEACHER,
    "/wall/sight": Rule.TEACHER,
    "/help": Rule.TEACHER,
    "/help/ask": Rule.SIGNED_IN,  # of these three the routes refuse a teacher, who has nobody to ask
    "/help/withdraw": Rule.SIGNED_IN,
    "/help/again": Rule.SIGNED_IN,
    "/help/requests/{action}": Rule.TEACHER,
    "/help/pause": Rule.TEACHER,
    "/notices": Rule.TEACHER,
    "/notices/eyes": Rule.TEACHER,
    "/notices/take-back": Rule.TEACHER,
    "/notices/read": Rule.SIGNED_IN,  # only what is for him
    "/students/{person}": Rule.TEACHER,
    "/students/{person}/events": Rule.TEACHER,
    "/students/{person}/new-password": Rule.TEACHER,
    "/students/{person}/soft-reset": Rule.TEACHER,
    "/students/{person}/database-reset": Rule.TEACHER,
    "/students/{person}/engine-reset": Rule.TEACHER,
    "/students/{person}/saves/{name}": Rule.TEACHER,
    "/late-joiners": Rule.TEACHER,
    "/late-joiners/events": Rule.TEACHER,
    "/late-joiners/door": Rule.TEACHER,
    "/late-joiners/{person}/free": Rule.TEACHER,
    "/projector": Rule.TEACHER,
    "/roster.csv": Rule.TEACHER,
    "/showing": Rule.SIGNED_IN,
    "/showing/events": Rule.SIGNED_IN,  # of these two only while something is shown
    "/showing/history": Rule.SIGNED_IN,
    "/showing/start": Rule.TEACHER,
    "/showing/ask/{person}": Rule.TEACHER,
    "/showing/answer": Rule.SIGNED_IN,  # only who was asked
    "/showing/stop": Rule.SIGNED_IN,  # a student only what is shown of him
    "/watch/{person}/history": Rule.TEACHER,
    "/audit": Rule.TEACHER,
    "/audit.csv": Rule.TEACHER,
    "/class/tasks": Rule.TEACHER,
    "/class.csv": Rule.TEACHER,
    "/progress": Rule.SIGNED_IN,
    "/connection": Rule.SIGNED_IN,
    "/files": Rule.SIGNED_IN,  # each sees and changes those of his own seat, whatever is asked
    "/files/download": Rule.SIGNED_IN,
    "/files/piece": Rule.SIGNED_IN,
    "/files/finish": Rule.SIGNED_IN,
    "/files/abandon": Rule.SIGNED_IN,
    "/take-home": Rule.SIGNED_IN,  # of these, too, each his own alone; a teacher has none
    "/take-home/archive": Rule.SIGNED_IN,
    "/guide": Rule.SIGNED_IN,
    "/guide/{page:path}": Rule.SIGNED_IN,
    "/material/{version}/{path:path}": Rule.SIGNED_IN,
    "/desk/run": Rule.SIGNED_IN,  # of these two each acts in the visitor's own seat, whatever is asked
    "/desk/save": Rule.SIGNED_IN,
    "/desk/hint": Rule.SIGNED_IN,
    "/desk/answer": Rule.SIGNED_IN,
    "/boards/visitor": Rule.SIGNED_IN,
    "/events": Rule.SIGNED_IN,  # which of them a student may ask for is decided there
}


def allows(rule: Rule, person: Person, path: Mapping[str, str]) -> bool:
    """Whether the rule lets a signed-in person use a route with these path parameters."""
    match rule:
        case Rule.PUBLIC | Rule.SIGNED_IN:
            return True
        case Rule.OWN:
            return path["person"] == person.id
        case Rule.TEACHER:
            return person.is_teacher


def find_visitor(connection: HTTPConnection) -> Visitor | None:
    """Whose session cookie this is, if he is still in the class."""
    here = services(connection)
    token = here.cookies.session.read(connection)
    session = here.sessions.find(token) if token else None
    person = here.classroom.find(session.person) if session else None
    return Visitor(person=person, session=session) if person and session else None


class Guard:
    """Stands before one route."""

    def __init__(self, app: ASGIApp, rule: Rule) -> None:
        self._app = app
        self._rule = rule

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through with its visitor, or answer it here."""
        connection = HTTPConnection(scope, receive)
        scope["spyglass.visitor"] = find_visitor(connection)
        refusal = self._refusal(connection)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Answered before the upgrade; the page asks /session for the reason.
            websocket = WebSocket(scope, receive, send)
            await websocket.send_denial_response(PlainTextResponse("refused", refusal.status_code))
        else:
            await refusal(scope, receive, send)

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        if self._rule is Rule.PUBLIC:
            return None
        if services(connection).classroom.current() is None:
            return pages.not_ready(connection)
        if connection.scope["spyglass.visitor"] is None:
            return pages.sign_in_first(connection)
        if not allows(self._rule, signed_in(connection).person, connection.path_params):
            return pages.error(connection, 403)
        return None


def guarded(routes: Sequence[Route | WebSocketRoute | Mount]) -> list[BaseRoute]:
    """The same routes, each behind the guard with its rule."""
    if missing := [route.path for route in routes if route.path not in RULES]:
        raise LookupError(f"no rule in spyglass/rules.py for: {', '.join(missing)}")
    copies = [copy.copy(route) for route in routes]  # the modules' own lists stay as they are
    for route in copies:
        route.app = Guard(route.app, RULES[route.path])
    return list(copies)
