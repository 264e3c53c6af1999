"""What a watched seat costs the web app: seats are real sshd and tmux of this machine, no Docker and no gateway.

In: a checkout where ``make setup`` has run; sshd and tmux. Out: a Markdown table on standard output: processor time and
memory of the web app, alone in a process, while every terminal changes once a second and 0, 1 and 3 walls are open, and
while each is flooded. Usage: ``.venv/bin/python bench/watched.py``; STUDENTS (32) and SECONDS (20) say how much of it.
"""

import asyncio
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
import uvicorn

from bench.walls import CHANGES, FILL, SETTLE, seen, walls
from spyglass.seats import Seats
from tests.ports import free_port
from tests.unit.spyglass import people, seat_double
from tests.unit.spyglass.seat_double import SeatDouble
from tests.waiting import wait_for_server

STUDENTS = int(os.environ.get("STUDENTS", "32"))
SECONDS = float(os.environ.get("SECONDS", "20"))
# It ends by itself: nothing of it may be left on a machine where this was killed.
FLOOD = "exec timeout 120 yes 'a flood of text that never ends'"
NAMES = [f"s{number:02}" for number in range(1, STUDENTS + 1)]

Rows = list[tuple[str, str]]


def serve(folder: Path, port: int, key: Path, user: str, *ports: int) -> None:
    """The web app, for ever, with a class whose seats are at these ports."""
    seats = [
        {"id": name, "name": f"Student {name}", "role": "student", "host": "127.0.0.1", "port": at}
        for name, at in zip(NAMES, ports, strict=True)
    ]
    teacher = {"id": "teacher", "name": "Teacher", "role": "teacher", "host": "127.0.0.1"}
    world = people.World(folder)
    world.put(people.class_json([*seats, teacher], origins=[f"http://localhost:{port}"]))
    world.use_seats(Seats(key, user))
    uvicorn.run(world.app, host="127.0.0.1", port=port, log_level="warning")


class App:
    """The web app in a process of its own."""

    def __init__(self, stack: ExitStack, folder: Path, doubles: Sequence[SeatDouble]) -> None:
        key, user = doubles[0].key, doubles[0].user
        for double in doubles[1:]:  # all let the same one in
            Path(f"{double.key}.pub").write_text(Path(f"{key}.pub").read_text())
        port = free_port()
        self.url = f"http://localhost:{port}"
        arguments = [str(part) for part in (folder, port, key, user, *(double.port for double in doubles))]
        self._process = subprocess.Popen([sys.executable, __file__, *arguments])
        stack.callback(self._process.wait)
        stack.callback(self._process.terminate)
        wait_for_server(port, self._process)

    def cookie(self) -> str:
        """Of a session of the teacher's."""
        form = {"user_name": "teacher", "password": "teacher-password"}
        answer = httpx.post(f"{self.url}/sign-in", data=form, headers={"Origin": self.url})
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

    async def cost(self) -> str:
        """Share of one core in the time that follows, and memory after it."""
        before, began = self._used(), time.monotonic()
        await asyncio.sleep(SECONDS)
        share = 100 * (self._used() - before) / (time.monotonic() - began)
        return f"{share:.1f} % of one core, {self._memory()} MiB"

    def _memory(self) -> int:
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024

    def _used(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_in(doubles: Sequence[SeatDouble], command: str) -> None:
    """Have something run in each seat, for ever, and nothing else."""
    for double in doubles:
        double.tmux("kill-server")
        double.tmux("-u", "new-session", "-d", "-s", "main", "-x", "110", "-y", "36", f"bash -c {shlex.quote(command)}")


async def measure(app: App, doubles: Sequence[SeatDouble]) -> Rows:
    """All rows."""
    cookie = app.cookie()
    run_in(doubles, CHANGES)
    await asyncio.sleep(FILL)
    rows = [(f"{STUDENTS} terminals change every second, nobody looks", await app.cost())]
    for number in (1, 3):
        async with walls(app.url, [cookie] * number, NAMES) as opened:
            rows.append((f"the same, {number} walls open with every tile in sight", await app.cost()))
            rows += seen(opened, SECONDS)
    await asyncio.sleep(SETTLE)
    rows.append(("the walls are closed", await app.cost()))
    run_in(doubles, FLOOD)
    async with walls(app.url, [cookie] * 3, NAMES):
        rows.append((f"{STUDENTS} terminals are flooded, 3 walls open", await app.cost()))
    return rows


def main() -> None:
    """Start everything, measure, print the table, leave nothing behind."""
    if not seat_double.available():
        sys.exit(seat_double.MISSING)
    with tempfile.TemporaryDirectory(prefix="mentor-watched-") as folder, ExitStack() as stack:
        places = [Path(folder) / name for name in (*NAMES, "app")]
        for place in places:
            place.mkdir()
        doubles = [stack.enter_context(seat_double.seat(place)) for place in places[:-1]]
        rows = asyncio.run(measure(App(stack, places[-1], doubles), doubles))
    print(f"\n{STUDENTS} seats, {os.cpu_count()} cores\n\n| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    if sys.argv[1:]:
        serve(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], *map(int, sys.argv[5:]))
    else:
        main()
