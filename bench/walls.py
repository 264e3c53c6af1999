"""Teachers' walls as pages have them, without a browser: the stream of events, every tile in sight, how old it all is.

In: a portal, sessions' cookies, seats that write `CHANGES`. Out: ages of pictures. Used by ``bench/wall.py`` and
``bench/watched.py``.
"""

import asyncio
import contextlib
import json
import re
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx

from bench.typists import PATIENCE, TRUST

# Another line every second, with colours, as a long query's progress has it; it says when it was written.
CHANGES = (
    "while :; do printf '\\033[3%dm%s\\033[0m at %s\\n' $((i++ % 8))"
    " 'a line of text that is as long as lines are in a terminal' $(date +%s.%N); sleep 1; done"
)
FILL = 40.0  # seconds until a screen is full of them
SETTLE = 15.0  # seconds after a change until it is measured: longer than the wall keeps what nobody sees
WRITTEN = re.compile(r"at (\d{10}\.\d{9})")


class Wall:
    """A teacher's open wall with every tile in sight: how old is what it shows."""

    def __init__(self, url: str) -> None:
        self.arrived: list[float] = []  # seconds from writing a line to its arrival
        self.before: list[float] = []  # seconds since writing what was shown until then
        self.bytes = 0
        self._url = url
        self._newest: dict[str, float] = {}

    async def look(self, cookie: str, ids: Sequence[str]) -> None:
        """For ever."""
        headers = {"Cookie": cookie, "Origin": self._url}
        timeout = httpx.Timeout(PATIENCE, read=None)
        async with (
            httpx.AsyncClient(verify=TRUST, timeout=timeout, headers=headers) as client,
            client.stream("GET", f"{self._url}/wall/events") as answer,
        ):
            answer.raise_for_status()
            kind = ""
            async for line in answer.aiter_lines():
                self.bytes += len(line)
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif kind == "page" and line.startswith("data: "):
                    sight = {"page": json.loads(line[6:])["page"], "ids": list(ids), "pace": 1}
                    (await client.post(f"{self._url}/wall/sight", json=sight)).raise_for_status()
                elif kind == "picture" and line.startswith("data: "):
                    self._see(json.loads(line[6:]))

    def forget(self) -> None:
        """Begin to count anew."""
        self.arrived.clear()
        self.before.clear()
        self.bytes = 0

    def _see(self, picture: dict[str, Any]) -> None:
        lines = WRITTEN.findall(picture.get("text", ""))
        if not lines:
            return
        now, newest = time.time(), float(lines[-1])
        self.arrived.append(now - newest)
        if (former := self._newest.get(picture["id"])) is not None:
            self.before.append(now - former)
        self._newest[picture["id"]] = newest


@contextlib.asynccontextmanager
async def walls(url: str, cookies: Sequence[str], ids: Sequence[str]) -> AsyncIterator[list[Wall]]:
    """So many teachers look."""
    opened = [Wall(url) for _ in cookies]
    tasks = [asyncio.create_task(wall.look(cookie, ids)) for wall, cookie in zip(opened, cookies, strict=True)]
    try:
        await asyncio.sleep(SETTLE)
        for wall, task in zip(opened, tasks, strict=True):
            if task.done():
                task.result()
            wall.forget()
        yield opened
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def seen(opened: Sequence[Wall], seconds: float) -> list[tuple[str, str]]:
    """Rows about what open walls were told in so many seconds."""
    arrived = [age for wall in opened for age in wall.arrived]
    rate = sum(wall.bytes for wall in opened) / len(opened) / seconds / 1024
    number = len(arrived) / len(opened) / seconds
    return [
        ("  a picture is so old when it comes, s: median / p95 / most", spread(arrived)),
        ("  what it takes the place of is so old by then, s", spread([age for wall in opened for age in wall.before])),
        ("  to each page", f"{number:.1f} pictures and {rate:.0f} KiB a second"),
    ]


def spread(values: Sequence[float], unit: float = 1.0) -> str:
    """Median, 95th of a hundred, most."""
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two
        return "not seen"
    shown = (statistics.median(values), statistics.quantiles(values, n=20)[-1], max(values))
    return " / ".join(f"{value / unit:.1f}" for value in shown) + f", of {len(values)}"
