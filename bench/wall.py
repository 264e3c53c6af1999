"""The wall under load: every student types, three teachers look, all through the real gateway.

In: a checkout whose ``make setup`` has run. Out: a Markdown table on standard output: opening all terminals, echo of
keys, age of pictures, processor time and memory of the web app. Usage: ``.venv/bin/python bench/wall.py``; STUDENTS
(32) and SECONDS (60) say how much of it.
"""

import asyncio
import contextlib
import json
import os
import random
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import websockets

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import stage

STUDENTS = int(os.environ.get("STUDENTS", "32"))
SECONDS = float(os.environ.get("SECONDS", "60"))
MOST = 100  # terminals that must hold
KEY_EVERY = 0.2  # seconds: a fast typist
ACK_EVERY = 16 * 1024  # bytes; this and the next one as in static/terminal.js
PING_EVERY = 5.0  # seconds
PATIENCE = 60.0
URL = f"https://localhost:{stage.PORT}"
TRUST = ssl.create_default_context()
TRUST.check_hostname = False
TRUST.verify_mode = ssl.CERT_NONE

Rows = list[tuple[str, str]]


def rhythm() -> float:
    """Seconds until the next key: people do not press theirs all at the same instant."""
    return KEY_EVERY * random.uniform(0.5, 1.5)  # noqa: S311 - not a secret


class Terminal:
    """One open terminal of a student, who types times of day into ``cat``."""

    def __init__(self, socket: websockets.ClientConnection, name: str) -> None:
        self.name = name
        self.echoes: list[float] = []
        self.words: dict[str, float] = {}  # what was typed, and when it was complete
        self._socket = socket
        self._heard = asyncio.Event()
        self._wanted = b""

    async def listen(self) -> None:
        """Do as the page does: acknowledge, and look for the echo that is waited for."""
        unacked = 0
        async for message in self._socket:
            if isinstance(message, str):
                if json.loads(message)["type"] == "ready":
                    self._heard.set()
                continue
            unacked += len(message)
            if unacked >= ACK_EVERY:
                await self._socket.send(json.dumps({"type": "ack", "bytes": unacked}))
                unacked = 0
            if self._wanted and self._wanted in message:
                self._heard.set()

    async def beat(self) -> None:
        """The page's sign of life."""
        while True:
            await asyncio.sleep(PING_EVERY)
            await self._socket.send(json.dumps({"type": "ping"}))

    async def ready(self) -> None:
        """The first picture is there."""
        await asyncio.wait_for(self._heard.wait(), PATIENCE)

    async def type(self, until: float) -> None:
        """Words, letter by letter, each as soon as the former one was seen and no faster than a person."""
        await self._socket.send(b"clear; exec cat > /dev/null\r")
        await asyncio.sleep(2)
        while time.monotonic() < until:
            word = f"{self.name}-{time.monotonic_ns() // 10**7 % 10**6:06}"
            for letter in word:
                await self._key(letter.encode())
            self.words[word] = time.monotonic()
            await self._socket.send(b"\r")

    async def _key(self, key: bytes) -> None:
        self._wanted = key
        self._heard.clear()
        sent = time.monotonic()
        await self._socket.send(key)
        await asyncio.wait_for(self._heard.wait(), PATIENCE)
        self.echoes.append(time.monotonic() - sent)
        await asyncio.sleep(max(0.0, rhythm() - self.echoes[-1]))


async def sign_in(name: str) -> str:
    """The cookie of a new session."""
    async with httpx.AsyncClient(verify=TRUST, timeout=PATIENCE) as client:
        form = {"user_name": name, "password": f"{name}-password"}
        answer = await client.post(f"{URL}/sign-in", data=form, headers={"Origin": URL})
        return "; ".join(f"{key}={value}" for key, value in answer.cookies.items())


async def plain_ssh(address: str, key: Path, until: float) -> list[float]:
    """The echo of keys as somebody has it who uses OpenSSH and tmux, with no browser, gateway or app between."""
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    ssh = await asyncio.create_subprocess_exec(
        "ssh", "-tt", "-p", "2222", "-i", str(key), *options, f"student@{address}", "TERM=xterm tmux new -A -s plain",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if not ssh.stdin or not ssh.stdout:
        raise OSError("no pipes")
    echoes: list[float] = []
    while b"$" not in await asyncio.wait_for(ssh.stdout.read(65536), PATIENCE):
        pass  # what is typed before the prompt is lost
    ssh.stdin.write(b"clear; exec cat > /dev/null\r")
    await asyncio.sleep(1)
    with contextlib.suppress(TimeoutError):
        while await asyncio.wait_for(ssh.stdout.read(65536), 0.5):
            pass
    while time.monotonic() < until:
        # One letter of its own each time: tmux answers with other things, too.
        letter, heard = bytes([97 + len(echoes) % 26]), b""
        sent = time.monotonic()
        ssh.stdin.write(letter)
        while letter not in heard:
            heard = await asyncio.wait_for(ssh.stdout.read(65536), PATIENCE)
            if not heard:
                raise OSError("plain ssh has ended")
        echoes.append(time.monotonic() - sent)
        await asyncio.sleep(rhythm())
    ssh.kill()
    await ssh.wait()
    return echoes


@asynccontextmanager
async def terminal(name: str, cookie: str) -> AsyncIterator[Terminal]:
    """A student's terminal, listened to."""
    address = f"{URL.replace('https', 'wss')}/seats/{name}/terminal?columns=110&rows=36"
    headers = {"Cookie": cookie, "Origin": URL}
    async with websockets.connect(
        address, ssl=TRUST, additional_headers=headers, open_timeout=PATIENCE, compression=None
    ) as socket:
        opened = Terminal(socket, name)
        tasks = [asyncio.create_task(opened.listen()), asyncio.create_task(opened.beat())]
        try:
            yield opened
        finally:
            for task in tasks:
                task.cancel()


async def look(cookie: str, terminals: list[Terminal], ages: list[float]) -> None:
    """A teacher's wall: for each word that a student has typed, how long until a tile shows it."""
    timeout = httpx.Timeout(PATIENCE, read=None)
    by_name = {terminal.name: terminal for terminal in terminals}
    shown: set[str] = set()
    async with (
        httpx.AsyncClient(verify=TRUST, timeout=timeout) as client,
        client.stream("GET", f"{URL}/events?of=class,pictures", headers={"Cookie": cookie}) as answer,
    ):
        kind = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if kind != "picture" or not line.startswith("data: "):
                continue
            data = json.loads(line.removeprefix("data: "))
            now = time.monotonic()
            for word, at in list(by_name[data["id"]].words.items())[-8:] if data["id"] in by_name else ():
                if word not in shown and word in data.get("text", ""):
                    shown.add(word)
                    ages.append(now - at)


def processor_seconds(container: str) -> float:
    """What the processes of a container have used so far."""
    pid = int(stage.run("docker", "inspect", "-f", "{{.State.Pid}}", container))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for process in (str(pid), *children):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def memory(container: str) -> str:
    """As the engine counts it."""
    return stage.run("docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", container).split(" / ")[0].strip()


async def share_of(container: str, work: Callable[[], Awaitable[object]]) -> float:
    """The share of one core that a container takes while something runs, in percent."""
    before, started = processor_seconds(container), time.monotonic()
    await work()
    return 100 * (processor_seconds(container) - before) / (time.monotonic() - started)


async def measure(names: list[str], teachers: list[str], key: Path) -> Rows:
    """Everything, in the order of a class's first minutes."""
    app = f"{stage.PREFIX}-spyglass"
    where = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = stage.run("docker", "inspect", "-f", where, f"{stage.PREFIX}-seat-{names[0]}").strip()
    cookies = {name: await sign_in(name) for name in (*names, *teachers)}
    rows: Rows = [("nothing open, memory", memory(app))]
    rows.append(("nothing open, of one core", f"{await share_of(app, lambda: asyncio.sleep(10)):.1f} %"))
    async with AsyncExitStack() as stack:
        started = time.monotonic()
        opened = await asyncio.gather(*(stack.enter_async_context(terminal(name, cookies[name])) for name in names))
        await asyncio.gather(*(one.ready() for one in opened))
        rows.append((f"opening {len(opened)} terminals at once", f"{time.monotonic() - started:.1f} s"))

        plain: list[float] = []

        async def typing() -> None:
            until = time.monotonic() + SECONDS
            ssh = asyncio.create_task(plain_ssh(address, key, until))
            await asyncio.gather(*(one.type(until) for one in opened))
            plain[:] = await ssh

        rows.append(("all type, nobody looks, of one core", f"{await share_of(app, typing):.1f} %"))
        rows.append(("  echo of a key, p50 / p95 / most", spread([echo for one in opened for echo in one.echoes])))
        rows.append(("  the same by plain ssh and tmux, beside them", spread(plain)))
        for one in opened:
            one.echoes.clear()
        ages: list[float] = []
        walls = [asyncio.create_task(look(cookies[name], opened, ages)) for name in teachers]
        await asyncio.sleep(10)  # cameras are set up
        ages.clear()
        rows.append((f"all type, {len(teachers)} teachers look, of one core", f"{await share_of(app, typing):.1f} %"))
        rows.append(("  echo of a key, p50 / p95 / most", spread([echo for one in opened for echo in one.echoes])))
        rows.append(("  the same by plain ssh and tmux, beside them", spread(plain)))
        rows.append(("  age of a picture, p50 / p95 / most", spread(ages)))
        rows.append(("  memory", memory(app)))
        quiet = await share_of(app, lambda: asyncio.sleep(SECONDS / 2))
        rows.append((f"nobody types, {len(teachers)} teachers look, of one core", f"{quiet:.1f} %"))
        more = [names[number % len(names)] for number in range(min(MOST, 4 * len(names)) - len(opened))]
        others = await asyncio.gather(*(stack.enter_async_context(terminal(name, cookies[name])) for name in more))
        await asyncio.gather(*(one.ready() for one in others))
        rows.append((f"{len(opened) + len(others)} terminals and the walls, memory", memory(app)))
        for wall in walls:
            wall.cancel()
        await asyncio.gather(*walls, return_exceptions=True)
    return rows


def spread(values: list[float]) -> str:
    """Three numbers in milliseconds."""
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two
        return "not seen"
    middle, high, most = (
        1000 * value for value in (statistics.median(values), statistics.quantiles(values, n=20)[-1], max(values))
    )
    return f"{middle:.0f} / {high:.0f} / {most:.0f} ms, of {len(values)}"


def main() -> None:
    """Set the stage, measure, print the table, leave nothing behind."""
    names = [f"s{number:02}" for number in range(1, STUDENTS + 1)]
    teachers = ["teacher", "teacher2", "teacher3"]
    stage.PEOPLE[:] = [(name, f"Student {name}", None, "student") for name in names]
    stage.PEOPLE += [(name, name.title(), None, "teacher") for name in teachers]
    folder = Path(tempfile.mkdtemp(prefix="mentor-wall-"))
    try:
        stage.up(folder / "stage")
        load = Path("/proc/loadavg").read_text().split()[0]
        rows = asyncio.run(measure(names, teachers, folder / "stage/key"))
    finally:
        stage.down()
        subprocess.run(["rm", "-rf", str(folder)], check=False)
    print(f"{STUDENTS} seats, {len(teachers)} teachers, {os.cpu_count()} cores, load at the start {load}\n")
    print("| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
