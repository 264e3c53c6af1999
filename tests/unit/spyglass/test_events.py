"""What an open page is told: everything at once, then what changes, for as long as it is still the same visitor."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn

from spyglass import events
from spyglass.classroom import Person
from spyglass.services import Visitor
from spyglass.sessions import Session
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.waiting import until

TASK = {"id": "first", "title": "The first", "parts": ["sql"]}
COURSE = {"title": "A course", "sections": [{"title": "Chapter", "tasks": [TASK]}]}


class Page:
    """A page with its stream open."""

    def __init__(self, world: World, person: str, *names: str) -> None:
        found = world.services.classroom.find(person)
        assert found is not None
        self.visitor: Visitor | None = Visitor(
            person=found, session=Session(key="k", person=person, expires=world.clock[0] + 60)
        )
        opening = contextlib.nullcontext(events.Views(world.services, found, list(names)))
        self.stream: AsyncIterator[str] = events.told(world.services, found, opening, self.who)
        self._said: list[str] = []

    async def who(self) -> Visitor | None:
        return self.visitor

    def now(self, **changes: Any) -> None:
        """Somebody else, or the same person in another role."""
        assert self.visitor
        self.visitor = replace(self.visitor, person=Person(**{**self.visitor.person.model_dump(), **changes}))

    async def hears(self) -> tuple[str, Any]:
        if not self._said:
            async with asyncio.timeout(60):
                self._said = (await anext(self.stream)).removesuffix("\n\n").split("\n\n")
        kind, data = self._said.pop(0).splitlines()
        return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    async def ends(self) -> bool:
        async with asyncio.timeout(60):
            return await anext(self.stream, "") == ""


@pytest.fixture
def class_room(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(events, "TICK", 0.0)
    world.put(class_json(course=COURSE, visibility="anonymous"))
    return world


def test_it_begins_with_everything_and_goes_on_with_what_changes(class_room: World) -> None:
    async def listen() -> None:
        page = Page(class_room, "teacher", "tasks", "peers")
        assert [(await page.hears())[0], (await page.hears())[0]] == ["tasks", "peers"]
        waiting = asyncio.create_task(page.hears())
        await asyncio.sleep(0.05)
        assert not waiting.done(), "nothing has changed"
        with class_room.services.presence.page("s01"):  # nobody is told of that
            await asyncio.sleep(0.05)
        assert not waiting.done()
        class_room.services.board.flagged = ("first",)
        kind, value = await waiting
        assert (kind, value[0]["flagged"]) == ("tasks", True)

    asyncio.run(listen())


@pytest.mark.parametrize(
    "happens",
    [
        lambda page: setattr(page, "visitor", None),  # signed out, expired, or no longer in the class
        lambda page: page.now(role="teacher"),
        lambda page: page.now(id="s02"),
    ],
)
def test_it_ends_when_it_is_not_the_same_visitor_any_more(class_room: World, happens: Callable[[Page], None]) -> None:
    async def listen() -> None:
        page = Page(class_room, "s01", "own")
        await page.hears()
        assert class_room.services.presence.open_pages("s01") == 1
        happens(page)
        assert await page.ends()
        assert class_room.services.presence.open_pages("s01") == 0

    asyncio.run(listen())


def test_a_silent_line_says_something_now_and_then(class_room: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SILENCE", 0.01)

    async def listen() -> None:
        page = Page(class_room, "s01", "own")
        await page.hears()
        async with asyncio.timeout(60):
            assert await anext(page.stream) == ":\n\n"

    asyncio.run(listen())


def test_what_people_are_called_breaks_no_line(class_room: World) -> None:
    people = [PEOPLE[0] | {"name": "a\nevent: own\r\ndata: {}\u2028\x85"}, *PEOPLE[1:]]
    class_room.put(class_json(people, course=COURSE, visibility="names"))
    class_room.services.history.sign("s01", class_room.clock[0])

    async def listen() -> None:
        page = Page(class_room, "s02", "peers")
        async with asyncio.timeout(60):
            said = await anext(page.stream)
        assert said.count("\n") == 3
        assert "\r" not in said
        assert json.loads(said.split("data: ", 1)[1])[0]["name"] == people[0]["name"]

    asyncio.run(listen())


def test_a_student_is_told_nothing_of_the_class(class_room: World) -> None:
    browser = class_room.browser("s01")
    for asked in ("/events?of=tasks", "/events?of=own,tasks", "/wall/events"):
        assert browser.get(asked).status_code == 403, asked


def test_what_all_are_told_alike_is_made_once_however_many_listen(
    class_room: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "TICK", 0.2)
    made: list[str] = []

    def view(name: str) -> Callable[..., int]:
        return lambda *_: made.append(name) or len(made)  # type: ignore[func-returns-value]

    kinds = {"all": events.Kind(view("all")), "own": events.Kind(view("own"), is_own=True)}
    monkeypatch.setattr(events, "KINDS", kinds)

    async def listen() -> None:
        pages = [Page(class_room, "teacher", "all", "own") for _ in range(3)]
        for page in pages:
            await page.hears()
        assert sorted(made) == ["all", "own", "own", "own"]
        for page in pages:
            await page.hears()
        assert (await pages[0].hears())[0] == "all", "and anew when it has become old"

    asyncio.run(listen())


@pytest.mark.parametrize("asked", ["", "?of=", "?of=nothing", "?of=own,nothing", "?of=own,"])
def test_what_there_is_not_cannot_be_asked_for(class_room: World, asked: str) -> None:
    assert class_room.browser("s01").get(f"/events{asked}").status_code == 404


def test_nobody_holds_more_pages_open_than_anybody_needs(class_room: World) -> None:
    held = [class_room.services.presence.page("s01") for _ in range(events.MOST)]
    for page in held:
        page.__enter__()
    assert class_room.browser("s01").get("/events?of=own").status_code == 429
    for page in held:
        page.__exit__(None, None, None)
    assert class_room.services.presence.open_pages("s01") == 0


def test_a_page_that_is_closed_is_not_told_any_more(class_room: World) -> None:
    """Over the server that the image runs: it says nothing when somebody has gone."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(class_room.app, http="h11", log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    cookies = class_room.browser("s01").cookies
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/events?of=own"
    presence = class_room.services.presence
    try:
        with httpx.stream("GET", url, headers=headers, timeout=60) as stream:
            assert stream.status_code == 200
            lines = stream.iter_lines()  # it is kept: one that is thrown away hangs up
            assert next(lines) == "event: own"
            assert presence.open_pages("s01") == 1
        until(lambda: presence.open_pages("s01") == 0, "the page is gone")
    finally:
        server.should_exit = True
        serving.join()
        listening.close()


def test_who_is_not_signed_in_hears_so(class_room: World) -> None:
    assert class_room.client(Accept="text/event-stream").get("/events?of=own").status_code == 401
