"""Seats whose tmux is made up, and a wall that looks at them.

In: a `World`. Out: the fixture ``seats`` (in conftest), `looking` at them, and what was told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from spyglass.classroom import Person
from spyglass.seats import SeatUnreachableError
from spyglass.wall import camera, latest, wall
from spyglass.wall.control import AbsentError, TooMuchError
from spyglass.wall.latest import Reader
from spyglass.wall.picture import QUESTION
from tests.unit.spyglass.people import World
from tests.waiting import PATIENCE

SEATS = ("s01", "s02", "spare01")


class FakeControl:
    """A seat's tmux that shows a text, says when it is another one, and may be stuck."""

    def __init__(self, text: str) -> None:
        self.asked = 0
        self.open = 0
        self.stuck = False
        self.broken = False
        self.absent = False
        self.colourful = False
        self.about = b"80 24 0 1 1"
        self.heard = False
        self._text = text
        self._changed = asyncio.Event()

    def show(self, text: str) -> None:
        self._text = text
        self._changed.set()

    async def ask(self, command: bytes, _answers: int) -> list[list[bytes]]:
        self.asked += 1
        if self.colourful and command == QUESTION:
            raise TooMuchError("too much at once")
        if self.stuck:
            await asyncio.sleep(3600)
        if self.broken:
            raise SeatUnreachableError
        return [[self.about], self._text.encode().split(b"\n")]

    async def changed(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()
        self.heard = True


class Seen:
    """What one open wall was told."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.told: list[tuple[str, dict[str, Any]]] = []

    def last(self, kind: str, person: str | None = None) -> dict[str, Any]:
        return next((data for told, data in reversed(self.told) if told == kind and data.get("id") == person), {})

    async def take(self) -> None:
        for event in (await self.reader.take()).split("\n\n")[:-1]:
            kind, data = event.split("\n")
            self.told.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.take()

    def shows(self, *seats: str) -> bool:
        return all(self.last("picture", seat) for seat in seats)


def made_up(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeControl]:
    """By id; everything goes fast."""
    fakes = {name: FakeControl(f"I am {name}") for name in SEATS}

    @asynccontextmanager
    async def control(_seats: object, seat: Person) -> AsyncIterator[FakeControl]:
        fake = fakes[seat.id]
        if fake.absent:
            raise AbsentError
        fake.open += 1
        try:
            yield fake
        finally:
            fake.open -= 1

    monkeypatch.setattr(camera, "control", control)
    monkeypatch.setattr(camera, "PAUSES", (0.02,))
    monkeypatch.setattr(camera, "QUIET", 0.1)
    monkeypatch.setattr(latest, "FASTEST", 0.02)
    monkeypatch.setattr(latest, "GATHER", 0.01)
    monkeypatch.setattr(wall, "FASTEST", 0.02)
    monkeypatch.setattr(wall, "LOOK", 0.02)
    monkeypatch.setattr(wall, "AIM", 0.01)
    monkeypatch.setattr(wall, "LINGER", PATIENCE)
    return fakes


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - others' states have no event to wait for
            await asyncio.sleep(0.01)


def looking(world: World, *in_sight: str, at: Callable[[Seen], Awaitable[None]]) -> None:
    """A teacher has the wall open, with these tiles in sight."""

    async def look() -> None:
        here = world.services
        with here.wall.open(here, "teacher") as reader:
            reader.see(in_sight, 0)
            await at(Seen(reader))
        await here.wall.close()

    asyncio.run(look())
