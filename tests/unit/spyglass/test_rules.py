"""Who may use what. The list of routes comes from the app itself."""

import pytest
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import WebSocketDenialResponse

from spyglass import rules
from spyglass.rules import RULES, Guard, Rule
from tests.unit.spyglass.people import SOCKETS, World


def every_route(world: World) -> list[Route | WebSocketRoute]:
    return [route for route in world.app.routes if isinstance(route, Route | WebSocketRoute)]


def status(world: World, person: str | None, route: Route | WebSocketRoute, subject: str) -> set[int]:
    """What a person gets who asks about somebody, in every way that the route offers; 101 is an open websocket."""
    client = world.browser(person) if person else world.client()
    path = route.path.replace("{person}", subject)
    if isinstance(route, WebSocketRoute):
        try:
            with client.websocket_connect(SOCKETS + path):
                return {101}
        except WebSocketDenialResponse as denied:
            return {denied.status_code}
    return {client.request(method, path).status_code for method in (route.methods or set()) - {"HEAD"}}


def test_every_route_has_a_rule_and_a_guard(world: World) -> None:
    paths = {route.path for route in world.app.routes}  # type: ignore[attr-defined]
    assert paths == set(RULES)
    for route in world.app.routes:
        guard = route.app  # type: ignore[attr-defined]
        assert isinstance(guard, Guard)


def test_a_route_without_a_rule_keeps_the_app_from_starting() -> None:
    with pytest.raises(LookupError, match="/forgotten"):
        rules.guarded([Route("/forgotten", lambda _request: None)])


def test_a_student_gets_403_wherever_somebody_else_is_named(world: World) -> None:
    named = [route for route in every_route(world) if "{person}" in route.path]
    assert named
    for route in named:
        for subject in ("s02", "spare01", "teacher", "nobody"):
            assert status(world, "s01", route, subject) == {403}, (route.path, subject)


def test_a_student_gets_403_on_every_route_of_the_teacher(world: World) -> None:
    of_teachers = [route for route in every_route(world) if RULES[route.path] is Rule.TEACHER]
    assert of_teachers
    for route in of_teachers:
        for person in ("s01", "spare01"):
            assert status(world, person, route, person) == {403}, route.path


def test_without_a_session_nothing_but_the_public_routes_answers(world: World) -> None:
    for route in every_route(world):
        if RULES[route.path] is not Rule.PUBLIC:
            assert status(world, None, route, "s01") <= {303, 401}, route.path


def test_a_teacher_does_not_type_into_a_students_own_socket(world: World) -> None:
    (own,) = [route for route in every_route(world) if route.path == "/seats/{person}/terminal"]
    assert status(world, "teacher", own, "s01") == {403}


def test_a_teacher_who_asks_for_nobody_is_told(world: World) -> None:
    assert world.browser("teacher").get("/watch/nobody").status_code == 404
