"""What the wall costs: every terminal changes once a second, teachers look, students type; through the real gateway.

In: a checkout where ``make setup`` has run, a quiet machine. Out: a Markdown table on standard output: processor time
and memory of the web app, how old pictures are, the echo of keys with and without walls, in turns. Usage:
``.venv/bin/python bench/wall.py``; STUDENTS (32), SECONDS (30) and TURNS (2) say how much of it.
"""

import asyncio
import contextlib
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from docker import DockerClient

from bench.typists import Terminal, sign_in, terminal
from bench.walls import CHANGES, FILL, seen, spread, walls
from tests.browser import stage

STUDENTS = int(os.environ.get("STUDENTS", "32"))
SECONDS = float(os.environ.get("SECONDS", "30"))
TURNS = int(os.environ.get("TURNS", "2"))
MOST = 100  # terminals that must hold
TEACHERS = ("teacher", "teacher2", "teacher3")
URL = f"https://localhost:{stage.PORT}"
APP = f"{stage.PREFIX}-spyglass"

Rows = list[tuple[str, str]]


def used() -> tuple[float, float]:
    """Processor seconds of the web app so far, and its MiB."""
    stats = cast("dict[str, Any]", DockerClient.from_env().containers.get(APP).stats(stream=False))
    memory = stats["memory_stats"]
    cache = memory["stats"].get("inactive_file", memory["stats"].get("total_inactive_file", 0))
    return stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, (memory["usage"] - cache) / 2**20


async def cost(work: Callable[[], Awaitable[object]]) -> str:
    """Share of one core while something runs, and memory after it."""
    before, _ = await asyncio.to_thread(used)
    began = time.monotonic()
    await work()
    seconds = time.monotonic() - began
    after, memory = await asyncio.to_thread(used)
    return f"{100 * (after - before) / seconds:.1f} % of one core, {memory:.0f} MiB"


def let_change(names: Sequence[str]) -> None:
    """Have something written in each seat once a second, for ever."""
    for name in names:
        session = ("tmux", "-u", "new-session", "-d", "-s", "main", "-x", "110", "-y", "36")
        command = (*session, f"bash -c {shlex.quote(CHANGES)}")
        stage.run("docker", "exec", "-u", "1000", "-e", "HOME=/home/student", f"{stage.PREFIX}-seat-{name}", *command)


async def looked_at(names: Sequence[str], cookies: Sequence[str]) -> Rows:
    """Nobody, one and three teachers look at terminals that change."""

    async def wait() -> None:
        await asyncio.sleep(SECONDS)

    rows = [("nothing open", await cost(wait))]
    await asyncio.to_thread(let_change, names)
    await asyncio.sleep(FILL)
    rows.append((f"{len(names)} terminals change every second, nobody looks", await cost(wait)))
    for number in (1, len(cookies)):
        async with walls(URL, cookies[:number], names) as opened:
            rows.append((f"the same, {number} walls open with every tile in sight", await cost(wait)))
            rows += seen(opened, SECONDS)
    return rows


async def typed(names: Sequence[str], own: Sequence[str], cookies: Sequence[str]) -> Rows:
    """Everybody types, without walls and with them, in turns."""
    echoes: dict[bool, list[float]] = {False: [], True: []}
    costs: dict[bool, list[str]] = {False: [], True: []}
    async with contextlib.AsyncExitStack() as stack:
        began = time.monotonic()
        opening = (stack.enter_async_context(terminal(URL, *one)) for one in zip(names, own, strict=True))
        opened: list[Terminal] = await asyncio.gather(*opening)
        await asyncio.gather(*(one.ready() for one in opened))
        rows = [(f"opening {len(opened)} terminals at once", f"{time.monotonic() - began:.1f} s")]
        for _ in range(TURNS):
            for is_on in (False, True):
                async with walls(URL, cookies if is_on else (), names):
                    for one in opened:
                        one.echoes.clear()
                    until = time.monotonic() + SECONDS
                    work = lambda until=until: asyncio.gather(*(one.type(until) for one in opened))  # noqa: E731
                    costs[is_on].append(await cost(work))
                    echoes[is_on] += [echo for one in opened for echo in one.echoes]
        async with walls(URL, cookies, names):
            others = [(name, cookie) for name, cookie in zip(names, own, strict=True) for _ in range(MOST)]
            more = others[:: max(1, len(others) // (MOST - len(opened)))][: MOST - len(opened)]
            opened += await asyncio.gather(*(stack.enter_async_context(terminal(URL, *one)) for one in more))
            await asyncio.gather(*(one.ready() for one in opened[len(names) :]))
            rows.append((f"{len(opened)} terminals open and the walls", await cost(lambda: asyncio.sleep(SECONDS))))
    for is_on in (False, True):
        who = f"{len(names)} type, {len(cookies) if is_on else 'no'} walls open"
        rows.append((who, "; ".join(costs[is_on])))
        rows.append(("  echo of a key, ms: median / p95 / most", spread(echoes[is_on], 0.001)))
    return rows


async def measure(names: Sequence[str]) -> Rows:
    """Everything, in the order of a class's first minutes."""
    cookies = [await sign_in(URL, name) for name in TEACHERS]
    rows = await looked_at(names, cookies)
    for name in names:
        stage.run("docker", "exec", "-u", "1000", f"{stage.PREFIX}-seat-{name}", "tmux", "kill-server")
    own = [await sign_in(URL, name) for name in names]
    return rows + await typed(names, own, cookies)


def main() -> None:
    """Set the stage, measure, print the table, leave nothing behind."""
    names = [f"s{number:02}" for number in range(1, STUDENTS + 1)]
    stage.PEOPLE[:] = [(name, f"Student {name}", None, "student") for name in names]
    stage.PEOPLE += [(name, name.title(), None, "teacher") for name in TEACHERS]
    with tempfile.TemporaryDirectory(prefix="mentor-wall-") as folder:
        try:
            stage.up(Path(folder) / "stage")
            load = Path("/proc/loadavg").read_text().split()[0]
            rows = asyncio.run(measure(names))
        finally:
            stage.down()
    print(f"\n{STUDENTS} seats, {os.cpu_count()} cores, load at the start {load}\n\n| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
