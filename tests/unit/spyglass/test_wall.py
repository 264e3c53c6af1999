"""Pictures are taken for as long as somebody looks, once for everybody, and each page gets what is new to it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from spyglass.classroom import Person
from spyglass.seats import SeatUnreachableError
from spyglass.wall import wall as module
from spyglass.wall.control import AbsentError, TooMuchError
from spyglass.wall.picture import PLAIN
from spyglass.wall.wall import Look, Wall
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.waiting import PATIENCE


class Tmux:
    """Stands for every seat's tmux: says what the test wants, and keeps what it was asked."""

    def __init__(self) -> None:
        self.says: dict[str, str | Exception] = {}
        self.asked: list[tuple[str, bytes]] = []
        self.open: set[str] = set()

    @contextlib.asynccontextmanager
    async def control(self, _seats: object, seat: Person) -> AsyncIterator["Seat"]:
        self.open.add(seat.id)
        try:
            yield Seat(self, seat.id)
        finally:
            self.open.discard(seat.id)


class Seat:
    """One conversation."""

    def __init__(self, tmux: Tmux, name: str) -> None:
        self.tmux, self.name = tmux, name

    async def ask(self, question: bytes, _answers: int) -> list[list[bytes]]:
        self.tmux.asked.append((self.name, question))
        said = self.tmux.says.get(self.name, f"{self.name}$")
        if isinstance(said, Exception):
            raise said
        return [[b"80 24 0 1 1"], [said.encode()]]


@pytest.fixture
def tmux(monkeypatch: pytest.MonkeyPatch) -> Tmux:
    found = Tmux()
    monkeypatch.setattr(module, "control", found.control)
    monkeypatch.setattr(module, "PACES", {"2": 0.01, "15": 0.02})
    monkeypatch.setattr(module, "LOOK", 0.01)
    monkeypatch.setattr(module, "PAUSES", (0.01,))
    monkeypatch.setattr(module, "QUIET", 0.0)
    monkeypatch.setattr(module, "LINGER", 0.0)
    return found


async def becomes(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the wall tells its pages only
            await asyncio.sleep(0.01)


class Page:
    """An open page: the newest that it was told of everybody."""

    def __init__(self, wall: Wall, look: Look) -> None:
        self.wall, self.look, self.shown = wall, look, dict[str, dict[str, Any]]()

    def hear(self) -> int:
        news = [json.loads(text) for text in self.wall.news(self.look)]
        self.shown |= {one["id"]: one for one in news}
        return len(news)

    async def shows(self, person: str, **wanted: str) -> None:
        def does() -> bool:
            self.hear()
            return wanted.items() <= self.shown.get(person, {}).items()

        await becomes(does)


@contextlib.contextmanager
def opened(wall: Wall, pace: str = "2") -> Iterator[Page]:
    with wall.open(pace) as look:
        yield Page(wall, look)


def test_every_student_is_seen_for_as_long_as_somebody_looks(world: World, tmux: Tmux) -> None:
    wall = world.services.wall

    async def look() -> None:
        with opened(wall) as one:
            for person in ("s01", "s02", "spare01"):
                await one.shows(person, text=f"{person}$")
            with opened(wall, "15") as other:
                assert other.hear() == 3, "all there is"
                await asyncio.sleep(0.1)
                assert other.hear() == 0, "nothing has changed"
                tmux.says["s02"] = "typed"
                await one.shows("s02", text="typed")
                assert other.hear() == 1
            assert tmux.open == {"s01", "s02", "spare01"}
        await becomes(lambda: not tmux.open)
        asked = len(tmux.asked)
        await asyncio.sleep(0.1)
        assert len(tmux.asked) == asked
        with opened(wall) as one:
            await one.shows("s01", text="s01$")
        await wall.close()

    asyncio.run(look())


def test_who_comes_is_seen_and_who_leaves_is_not(world: World, tmux: Tmux) -> None:
    wall = world.services.wall

    async def look() -> None:
        with opened(wall) as one:
            await one.shows("s02", text="s02$")
            world.put(class_json([PEOPLE[0], PEOPLE[3], PEOPLE[1] | {"id": "s03", "host": "seat-s03"}]))
            await one.shows("s03", text="s03$")
            await becomes(lambda: tmux.open == {"s01", "s03"})
            with opened(wall) as fresh:
                fresh.hear()
                assert fresh.shown.keys() == {"s01", "s03"}
        await wall.close()

    asyncio.run(look())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (SeatUnreachableError("s01"), "does not answer"),
        (AbsentError("no terminal yet"), "has no terminal open yet"),
        (ValueError("nobody expected this"), "does not answer"),
    ],
)
def test_a_seat_without_a_picture_says_why_and_is_asked_again(
    world: World, tmux: Tmux, fault: Exception, words: str
) -> None:
    wall = world.services.wall
    tmux.says["s01"] = fault

    async def look() -> None:
        with opened(wall) as one:
            await one.shows("s01", problem=words)
            await one.shows("s02", text="s02$")
            tmux.says["s01"] = "here"
            await one.shows("s01", text="here")
        await wall.close()

    asyncio.run(look())


def test_colours_that_are_too_much_are_asked_for_no_more(world: World, tmux: Tmux) -> None:
    wall = world.services.wall
    tmux.says["s01"] = TooMuchError("too much at once")

    async def look() -> None:
        with wall.open("2"):
            await becomes(lambda: ("s01", PLAIN) in tmux.asked)
        await wall.close()

    asyncio.run(look())


def test_only_teachers_get_pictures_and_only_at_a_pace_that_there_is(world: World) -> None:
    assert world.browser("s01").get("/events?of=own,pictures").status_code == 403
    assert world.browser("teacher").get("/events?of=class,pictures&pace=0.1").status_code == 404


def test_the_page_has_a_tile_and_a_row_for_everybody_but_teachers(world: World) -> None:
    page = world.browser("teacher").get("/").text
    for person in ("s01", "s02", "spare01"):
        assert page.count(f'data-id="{person}"') == 2, person
    assert 'data-id="teacher"' not in page
    assert "<img src=x" not in page
    assert "<option>red</option>" in page
