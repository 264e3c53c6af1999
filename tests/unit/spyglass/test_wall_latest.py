"""The newest of everything, at each wall's own pace."""

import asyncio

import pytest

from spyglass.wall import latest
from spyglass.wall.latest import Latest
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "GATHER", 0.0)
    monkeypatch.setattr(latest, "WITHIN", 0.05)


def test_a_slow_reader_gets_the_newest_and_nothing_piles_up() -> None:
    async def read() -> None:
        values = Latest()
        with values.reader("teacher") as slow:
            slow.see(["s01"], 0)
            for number in range(1000):
                values.put("picture", "s01", {"n": number})
                values.put("tile", "s01", {"n": number})
            text = await slow.take()
            assert text.count("event: ") == 3
            assert text.count('{"n": 999}') == 2
            values.put("tile", "s01", {"n": 999})
            assert await slow.take() == "", "no news"

    asyncio.run(read())


def test_pictures_come_at_the_pages_own_pace_and_facts_at_once() -> None:
    async def read() -> None:
        values = Latest()
        with values.reader("teacher") as reader:
            reader.see(["s01"], 2)
            values.put("picture", "s01", 1)
            assert "picture" in await reader.take()
            values.put("picture", "s01", 2)
            values.put("tile", "s01", 2)
            text = await reader.take()
            assert "tile" in text
            assert "picture" not in text
            async with asyncio.timeout(PATIENCE):
                while "picture" not in await reader.take():
                    pass

    asyncio.run(read())
