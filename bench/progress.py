"""What it costs to know everybody's progress: 100 databases with 20 checks each, by the real images.

In: a checkout where ``make setup`` has run, a quiet machine. Out: a Markdown table on standard output, for a class that
has done the first section of the sample course and for one that has done all of it: the seconds of one pass in which
everything is asked, the share of one core that grader and server take, and what students' own queries lose (pgbench,
in pairs: with and without). Usage: ``.venv/bin/python bench/progress.py``; STUDENTS and CHECKS change its size.
"""

import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from docker import DockerClient

from images.grader.grader.schedule import LONGEST_GAP
from mentor.course import grading, lesson
from mentor.settings.problems import Problems
from tests.live import grader_kit
from tests.live import image_kit as kit
from tests.live.grader_kit import Class
from tests.waiting import until

ROOT = Path(__file__).parents[1]
STUDENTS = int(os.environ.get("STUDENTS", "100"))
CHECKS = int(os.environ.get("CHECKS", "20"))
WATCH = float(os.environ.get("WATCH", "60"))  # seconds of each measurement of the processor
PAIRS = int(os.environ.get("PAIRS", "120"))
ROUND_TAKES = 30  # seconds within which a round must be done, whatever it is that is slow
SERVICES = ("grader", "postgres")
EVERYBODY_WRITES = """
for student in $(psql -XqAt -d postgres -c "SELECT datname FROM pg_database WHERE datname ~ '^s[0-9]'"); do
  psql -Xq -U "$student" -d "$student" -c "UPDATE animal SET name = 'x' WHERE id = 1"
done
"""


def course(sections: int) -> tuple[str, list[grading.SqlCheck]]:
    """The sample course with so many of its sections solved: data and checks."""
    parsed = lesson.parse(ROOT / "workshop", ROOT, Problems("mentor"))
    if parsed is None:
        sys.exit("the sample course is not right")
    solved = [ROOT / "workshop/sample.sql", *sorted((ROOT / "workshop/solutions").glob("*.sql"))[:sections]]
    data = [grader_kit.SAMPLE, *(path.read_text() for path in solved)]
    return "\n".join(data), [check for task in grading.sql_checks(parsed) for check in task["checks"]]


def deliver(school: Class, checks: list[grading.SqlCheck], mark: str = "") -> None:
    """Send a plan of `CHECKS` tasks; another ``mark`` makes other checks of all of them."""
    tasks = [
        {
            "id": f"t{number}",
            "checks": [{**check, "message": mark}],
        }
        for number, check in enumerate(checks[number % len(checks)] for number in range(CHECKS))
    ]
    plan = json.dumps({"students": school.students, "tasks": tasks})
    kit.docker("exec", "-i", school.name("grader"), "checks-put", stdin=plan)


def processor(school: Class) -> dict[str, float]:
    """Processor seconds of each service so far."""
    containers = DockerClient.from_env().containers
    stats = {name: cast("dict[str, Any]", containers.get(school.name(name)).stats(stream=False)) for name in SERVICES}
    return {name: one["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9 for name, one in stats.items()}


def share(school: Class, during: float, write_every: float | None = None) -> dict[str, float]:
    """The share of one core that each service took, in percent."""
    before, began = processor(school), time.monotonic()
    while time.monotonic() - began < during:
        if write_every is None:
            time.sleep(1)
            continue
        round_began = time.monotonic()
        write(school)
        time.sleep(max(0.0, write_every - (time.monotonic() - round_began)))
    seconds = time.monotonic() - began
    after = processor(school)
    return {name: (after[name] - before[name]) / seconds * 100 for name in SERVICES}


def write(school: Class) -> None:
    """Let every student write once."""
    kit.docker("exec", "-i", "-u", "postgres", school.name("postgres"), "bash", stdin=EVERYBODY_WRITES)


def looked_at(school: Class) -> list[float]:
    """When each database was looked at, in seconds since 1970."""
    return sorted(one["checked_at"] for one in school.results().values())


def settle(school: Class) -> None:
    """Wait until nobody has been looked at for so long that nobody has to wait for having been looked at."""
    while time.time() - looked_at(school)[-1] < LONGEST_GAP:
        time.sleep(2)


def one_pass(school: Class, checks: list[grading.SqlCheck]) -> float:
    """Seconds from the first to the last database of a round in which all are looked at.

    While it runs nothing is asked: asking takes processor time.
    """
    settle(school)
    began = time.time()
    deliver(school, checks, str(began))
    time.sleep(ROUND_TAKES)
    seen = [at for at in looked_at(school) if at > began]
    if len(seen) < STUDENTS:
        sys.exit(f"{STUDENTS - len(seen)} were not looked at within {ROUND_TAKES} s")
    unknown = {task for one in school.results().values() for task, said in one["tasks"].items() if said["ok"] is None}
    if unknown:
        sys.exit(f"it is not known whether these hold: {sorted(unknown)}")
    return seen[-1] - seen[0]


def held(school: Class) -> int:
    """How many checks hold, of everybody's the same."""
    number: int
    [number] = {sum(said["ok"] for said in one["tasks"].values()) for one in school.results().values()}
    return number


def pgbench(school: Class) -> float:
    """Transactions per second of one student; the disk's moods are kept out."""
    command = ["pgbench", "-n", "-c", "1", "-T", "1", "-U", "s001", "s001"]
    asynchronous = ("-e", "PGOPTIONS=-c synchronous_commit=off")
    said = kit.docker("exec", *asynchronous, "-u", "postgres", school.name("postgres"), *command).stdout
    return float(next(line.split()[2] for line in said.splitlines() if line.startswith("tps")))


def pairs(school: Class) -> tuple[float, float]:
    """What the student keeps of his speed while everybody is measured: geometric mean of pairs, and its error.

    Short turns, one after the other: a virtual machine's own speed changes threefold within ten seconds. What the
    grader would do in both turns it does in one, so it counts twice. The processor is kept awake in both by programs
    that get only what nobody else wants: waking it up takes longer than what the grader takes away, so that a student
    would be quicker with a grader that keeps it awake than without.
    """
    initialise = ["pgbench", "-i", "-q", "-s", "1", "-U", "s001", "s001"]
    kit.docker("exec", "-u", "postgres", school.name("postgres"), *initialise)
    settle(school)
    kept: list[float] = []
    is_on = True
    with awake():
        for number in range(PAIRS):
            speed = {}
            for on in (number % 2 == 0, number % 2 == 1):
                if on != is_on:
                    kit.docker("unpause" if on else "pause", school.name("grader"))
                    is_on = on
                speed[on] = pgbench(school)
            kept.append(math.log(speed[True] / speed[False]))
    if not is_on:
        kit.docker("unpause", school.name("grader"))
    return math.exp(statistics.mean(kept)), statistics.stdev(kept) / math.sqrt(PAIRS)


@contextlib.contextmanager
def awake() -> Iterator[None]:
    """No core sleeps meanwhile."""
    spin = "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"
    spinning = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for each in spinning:
            each.kill()
            each.wait()


def percent(shares: dict[str, float]) -> str:
    """All of them, and each."""
    return f"{sum(shares.values()):.1f} % ({', '.join(f'{name} {value:.1f}' for name, value in shares.items())})"


@dataclass(frozen=True)
class Measured:
    """One class."""

    held: int
    passes: list[float]
    idle: dict[str, float]
    busy: dict[str, float]
    every: float  # seconds in which everybody wrote once
    speed: tuple[float, float]


def measure(sections: int) -> Measured:
    """Measure a class that has done so many sections, and clean up."""
    data, checks = course(sections)
    with tempfile.TemporaryDirectory() as folder, grader_kit.school(Path(folder), data) as school:
        school.enrol(*(f"s{number:03d}" for number in range(1, STUDENTS + 1)))
        deliver(school, checks)
        until(lambda: len(school.results()) == STUDENTS, "everybody is known", 300)
        print(f"{STUDENTS} databases x {CHECKS} checks, {sections} sections", file=sys.stderr)
        passes = [one_pass(school, checks) for _ in range(3)]
        settle(school)
        idle = share(school, WATCH)
        began = time.monotonic()
        write(school)
        every = max(10.0, (time.monotonic() - began) * 1.2)
        # What the writing itself takes must not count: once without who looks.
        kit.docker("pause", school.name("grader"))
        alone = share(school, WATCH, every)
        kit.docker("unpause", school.name("grader"))
        busy = share(school, WATCH, every)
        cost = {name: max(0.0, busy[name] - alone[name]) for name in SERVICES}
        return Measured(held(school), passes, idle, cost, every, pairs(school))


def main() -> None:
    """Measure two classes."""
    first, last = (measure(sections) for sections in (1, len(list((ROOT / "workshop/solutions").glob("*.sql")))))

    def row(what: str, of: Callable[[Measured], str]) -> str:
        return f"| {what} | {of(first)} | {of(last)} |"

    print(
        f"| {STUDENTS} databases x {CHECKS} checks | {first.held} hold | {last.held} hold |",
        "|---|---|---|",
        row("one pass that asks for everything, median of 3", lambda one: f"{statistics.median(one.passes):.1f} s"),
        row("one core, nobody works", lambda one: percent(one.idle)),
        row(
            f"one core, everybody writes every {first.every:.0f} s, beyond the writing itself",
            lambda one: percent(one.busy),
        ),
        row(
            f"a student's own speed, with to without, {PAIRS} pairs",
            lambda one: f"{one.speed[0]:.2f} ± {one.speed[1]:.2f}",
        ),
        sep="\n",
    )


if __name__ == "__main__":
    main()
