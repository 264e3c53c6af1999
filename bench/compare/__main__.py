"""One command, one machine, one report: the same class made by mentor, by a shell loop, by compose and by Ansible.

In: words on the command line (``--help``), a shell of ``make env``. Out: a JSON file for each run, and over all that
are there a report (Markdown on standard output and beside them) with a picture. Exit status 1 where a run failed, 2
where the words are wrong.
"""

import argparse
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from bench.compare import host, images, measure, record, report
from bench.compare.pulumi_program import Mentor
from bench.compare.scripted import Ansible, Compose, Loop
from bench.compare.tools import ROOT, MissingError, Tool
from bench.compare.words import TOOLS

ABOUT = "The same class made by several tools on this machine, measured and reported."
SIZES = (8, 32, 64, 100)
MOST = 200
"""The seats of the other tools have networks by their number: 10.200.N.0/28."""


class Parser(argparse.ArgumentParser):
    """One whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """End the program."""
        self.exit(2, f"{self.prog}: {message}\n")


def made(tags: dict[str, str]) -> dict[str, Callable[[], Tool]]:
    """How to get each tool."""
    return {
        "loop": Loop,
        "mentor": lambda: Mentor(archives=False),
        "mentor-archives": lambda: Mentor(archives=True),
        "compose": lambda: Compose(tags),
        "ansible": Ansible,
    }


def folder() -> Path:
    """Where runs are kept unless said otherwise: beside mentor's other state, as in ops/setup/common.sh."""
    usual = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "mentor"
    return Path(os.environ.get("MENTOR_STATE") or usual) / "bench"


def number(text: str, most: int) -> int:
    """A whole number from 1.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to {most}")
    return int(text)


def sizes(text: str) -> list[int]:
    """Numbers of students, with commas between them."""
    return [number(part.strip(), MOST) for part in text.split(",")]


def chosen(text: str) -> list[str]:
    """Names of tools, with commas between them.

    Raises:
        ArgumentTypeError: one is unknown.
    """
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in TOOLS:
            raise argparse.ArgumentTypeError(f"'{name}' is no tool here; known are {', '.join(TOOLS)}")
    return names


def words(arguments: list[str]) -> argparse.Namespace:
    """What is asked for; wrong words end the program with one line and status 2."""
    parser = Parser(prog="make compare", description=ABOUT)
    parser.add_argument("--tools", type=chosen, default=list(TOOLS), help=f"which: {','.join(TOOLS)}")
    parser.add_argument("--students", type=sizes, default=list(SIZES), help="how many: 8,32,64,100")
    parser.add_argument("--runs", type=lambda text: number(text, 100), default=1, help="how often each: 1")
    parser.add_argument("--folder", type=Path, default=folder(), help="where runs are kept: %(default)s")
    parser.add_argument("--report", action="store_true", help="measure nothing, report what is there")
    parser.add_argument("--docs", action="store_true", help="put table and picture into docs/, too")
    return parser.parse_args(arguments)


def measured(asked: argparse.Namespace) -> tuple[dict[str, str], int]:
    """Measure all that is asked for, in a shuffled order; why tools are missing, and how many runs failed."""
    tags = images.tags(ROOT)
    if not images.are_there(tags):
        print("the workshop's images are built first, which does not count", flush=True)
        first = measure.measure("mentor", Mentor(archives=False), 1, tags)
        if first.error:
            raise host.FailedError(first.error)
    known = made(tags)
    tools = {name: known[name]() for name in asked.tools}
    missing: dict[str, str] = {}
    failed = 0
    for name, tool in tools.items():
        try:
            tool.version()
        except MissingError as error:
            missing[name] = str(error)
            print(f"{name} is not measured: {error}", flush=True)
    for _ in range(asked.runs):
        jobs = [(name, students) for name in tools if name not in missing for students in asked.students]
        random.shuffle(jobs)
        for name, students in jobs:
            run = measure.measure(name, tools[name], students, tags)
            record.save(run, asked.folder)
            if run.error:
                failed += 1
                print(f"{name}, {students}: {run.error}", flush=True)
    return missing, failed


def main(arguments: list[str]) -> int:
    """Measure, then report."""
    asked = words(arguments)
    missing: dict[str, str] = {}
    failed = 0
    try:
        if not asked.report:
            with host.alone():
                missing, failed = measured(asked)
        runs, problems = record.read_all(asked.folder)
        kept, older = record.newest(runs)
        text = report.write(kept, asked.folder, missing, older, problems)
        if asked.docs:
            report.into_docs(kept, ROOT / "docs", missing)
    except (host.FailedError, MissingError, OSError, ValueError) as error:
        sys.stderr.write(f"make compare: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("make compare: stopped; the runs that ended are kept, of this one nothing is left\n")
        return 130
    print(text)
    return 1 if failed else 0


if __name__ == "__main__":
    # A stop by the system clears away what is there, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
