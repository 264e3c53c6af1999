"""When a helper was last at somebody's terminal."""

import asyncio

import pytest
from starlette.testclient import WebSocketTestSession

from spyglass.classroom import Person
from spyglass.seats import Seats
from tests.unit.spyglass.people import SOCKETS, World
from tests.waiting import until


class SilentSeats(Seats):
    """They are reached, and say nothing: who looks stays until he goes. Nobody would stay where nothing answers."""

    async def ask(self, seat: Person, command: str) -> str:  # noqa: ARG002  (as it is called)
        await asyncio.Event().wait()
        raise AssertionError


def opened(world: World, teacher: str, student: str) -> WebSocketTestSession:
    return world.browser(teacher).websocket_connect(f"{SOCKETS}/seats/{student}/watch")


def test_a_visit_counts_from_when_it_ends_and_outlives_a_restart(world: World) -> None:
    visits = world.services.visits
    world.use_seats(SilentSeats(world.folder / "key"))
    assert visits.since("s01") is None
    # The other side of a line notes both by itself, a moment after this one: then it is now.
    with opened(world, "teacher", "s01"):
        until(lambda: visits.since("s01") == 0, "the visit has begun")
        world.clock[0] += 600
    until(lambda: visits.since("s01") == 0, "the visit has ended")
    world.clock[0] += 60
    assert visits.since("s01") == pytest.approx(60)
    assert visits.since("s02") is None
    assert World(world.folder, clock=world.clock).services.visits.since("s01") == pytest.approx(60)


def test_a_clock_that_was_set_back_makes_no_visit_of_the_future(world: World) -> None:
    world.services.visits.note("s01")
    world.clock[0] -= 3600
    assert world.services.visits.since("s01") == 0
