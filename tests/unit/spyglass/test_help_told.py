"""Open pages hear of the queue: the student on his page's stream, teachers on the wall's."""

import asyncio
import contextlib
import json
from collections.abc import Callable

import pytest

from spyglass import events
from spyglass.events import Source
from spyglass.wall import wall
from spyglass.wall.latest import Latest
from tests.unit.spyglass.help_kit import act, ask, number
from tests.unit.spyglass.people import World
from tests.waiting import PATIENCE


async def told(source: Source, kind: str, condition: Callable[[dict[str, object]], object]) -> None:
    """Wait until a page is told that."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for event in (await source.take()).split("\n\n")[:-1]:
                heard, data = event.removeprefix("event: ").split("\ndata: ")
                if heard == kind and condition(json.loads(data)):
                    return


def test_a_students_page_hears_of_his_place_and_who_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "TICK", 0.01)
    for person in ("s01", "s02"):
        ask(world.browser(person))
    found, grace = world.services.classroom.find("s02"), world.browser("teacher")
    assert found

    async def listen() -> None:
        page = events.Views(world.services, found, ["help"])
        await told(page, "help", lambda own: own["place"] == 2)
        act(grace, "resolve", number(world, "s01"))
        await told(page, "help", lambda own: own["place"] == 1)
        act(grace, "claim", number(world, "s02"))
        await told(page, "help", lambda own: own["by"] == "Grace")

    asyncio.run(listen())


def test_a_teachers_page_hears_of_it_sooner_than_the_wall_looks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "LOOK", 3600.0)  # what is done about the queue is looked at at once
    ada, grace, here = world.browser("s01"), world.browser("teacher"), world.services

    async def listen() -> None:
        with here.wall.open(here, "teacher") as page:
            await told(page, "queue", lambda said: said["requests"] == [])
            ask(ada, "why?")
            await told(page, "queue", lambda said: said["waiting"] == 1)
            act(grace, "claim", number(world, "s01"))
            await told(page, "queue", lambda said: said["waiting"] == 0)
            grace.post("/help/pause", json={"paused": True})
            await told(page, "queue", lambda said: said["paused"] == "Grace")
            ada.post("/help/withdraw", json={})
            await told(page, "queue", lambda said: said["requests"] == [])
        await here.wall.close()

    asyncio.run(listen())


def test_a_student_may_follow_his_own_request_alone(world: World) -> None:
    held = [world.services.presence.page("s01") for _ in range(events.MOST)]
    with contextlib.ExitStack() as pages:
        for page in held:
            pages.enter_context(page)
        assert world.browser("s01").get("/events?of=help").status_code == 429, "he may, but has too many pages open"
    assert world.browser("s01").get("/wall/events").status_code == 403


def test_what_was_asked_breaks_no_line(world: World) -> None:
    ask(world.browser("s01"), "a\nevent: queue\r\ndata: {}\u2028\x85")
    latest = Latest()
    latest.put("queue", "", {"question": world.services.help.question("s01")})
    (text,) = latest._values.values()  # noqa: SLF001
    assert text.count("\n") == 3
