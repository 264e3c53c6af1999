"""What it takes to open a desk: first paint and bytes on a slow line, and a class that opens all of its desks at once.

In: a checkout where ``make test-pages`` has run (Chromium), a quiet machine. Out: a Markdown table on standard output.
The real gateway, web app and seats; the line is Chromium's own emulation, 1.5 Mbit/s and 200 ms of latency, without
anything in the browser's cache. Usage: ``.venv/bin/python bench/desk.py``; STUDENTS (32) says how many open at once.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
from playwright.async_api import Page, async_playwright

from bench.typists import PATIENCE, TRUST, sign_in, terminal
from tests.browser import stage
from tests.browser.chromium import CHROMIUM, FLAGS

STUDENTS = int(os.environ.get("STUDENTS", "32"))
URL = f"https://localhost:{stage.PORT}"
LATENCY = 200  # milliseconds of a round trip
THROUGHPUT = 1.5e6 / 8  # bytes a second
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
TURNS = 3

Rows = list[tuple[str, str]]


async def slow(page: Page, *, is_cold: bool) -> tuple[float, float, int]:
    """Milliseconds to the first paint and to the open terminal, and bytes until then."""
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    if is_cold:
        await line.send("Network.clearBrowserCache")
    limits = {"latency": LATENCY, "downloadThroughput": THROUGHPUT, "uploadThroughput": THROUGHPUT, "offline": False}
    await line.send("Network.emulateNetworkConditions", limits)
    loaded = [0]
    line.on("Network.loadingFinished", lambda event: loaded.append(int(event["encodedDataLength"])))
    began = time.monotonic()
    await page.goto(URL, wait_until="commit")
    await page.wait_for_selector("#state[data-state='connected']", timeout=1000 * PATIENCE)
    ready = 1000 * (time.monotonic() - began)
    painted = float(await page.evaluate(PAINT))
    count = sum(loaded)
    await line.detach()
    return painted, ready, count


async def one_desk(name: str) -> Rows:
    """A desk on a slow line, several times; the best of each is what the pages themselves take."""
    rows = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(ignore_https_errors=True, viewport={"width": 1366, "height": 768})
        page = await context.new_page()
        await page.goto(URL)
        await page.get_by_label("User name", exact=True).fill(name)
        await page.get_by_label("Password", exact=True).fill(f"{name}-password")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.wait_for_selector("#state[data-state='connected']")
        for what, is_cold in (("nothing cached", True), ("again, cached", False)):
            found = [await slow(page, is_cold=is_cold) for _ in range(TURNS)]
            painted, ready, count = (sorted(values)[len(values) // 2] for values in zip(*found, strict=True))
            rows.append((f"1.5 Mbit/s, {LATENCY} ms, {what}: first paint", f"{painted:.0f} ms"))
            rows.append(("  terminal open", f"{ready:.0f} ms, {count / 1000:.0f} kB until then"))
        await browser.close()
    return rows


async def all_desks(names: Sequence[str]) -> Rows:
    """Everybody asks for the page and opens his terminal, at once."""
    cookies = [await sign_in(URL, name) for name in names]

    async def pages() -> None:
        async with httpx.AsyncClient(verify=TRUST, timeout=PATIENCE) as client:
            answers = await asyncio.gather(*(client.get(URL, headers={"Cookie": one}) for one in cookies))
        if not all("guide-text" in answer.text for answer in answers):
            raise SystemExit("not everybody got the guide")

    began = time.monotonic()
    await pages()
    paged = time.monotonic() - began
    async with contextlib.AsyncExitStack() as stack:
        opening = (stack.enter_async_context(terminal(URL, *one)) for one in zip(names, cookies, strict=True))
        opened = await asyncio.gather(*opening)
        await asyncio.gather(*(one.ready() for one in opened))
        took = time.monotonic() - began
    return [(f"{len(names)} desks at once: every page", f"{paged:.1f} s"), ("  and every terminal", f"{took:.1f} s")]


def main() -> None:
    """Set the stage, measure, print the table, leave nothing behind."""
    names = [f"s{number:02}" for number in range(1, STUDENTS + 1)]
    stage.PEOPLE[:] = [(name, f"Student {name}", None, "student") for name in names]
    with tempfile.TemporaryDirectory(prefix="mentor-desk-") as folder:
        try:
            stage.up(Path(folder) / "stage")
            rows = asyncio.run(one_desk(names[0]))
            rows += asyncio.run(all_desks(names))
        finally:
            stage.down()
    print(f"\n{STUDENTS} seats, {os.cpu_count()} cores\n\n| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
