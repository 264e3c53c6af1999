"""What the tests of faults share: a quick course, the operator's programs, runs that die at a chosen moment.

In: a workshop of the factory. Out: finished or killed runs, and what of a stack is on the host against what should be.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.workshop_kit import ROOT, Workshop, docker, listing, run

SERVICES = ("gateway", "spyglass", "directory", "postgres", "registry")
STACK_TRACE = ("Traceback", "goroutine ", "panic:", '  File "')
PATIENCE = 300
_STEP = re.compile(r"^ +[-+~]{1,2} +\S+ \S+ [a-z ]+(ing|ed)( [a-z]+)? \([0-9.ms]+\)( \[diff: [^]]*\])? *$")


def quick(workshop: Workshop) -> Workshop:
    """Give it the operator's programs, and a course without images: filling a registry takes longer than all else."""
    shutil.copytree(ROOT / "ops", workshop.folder / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    course = workshop.folder / "workshop"
    (course / "lab.yaml").write_text("title: Faults\nmaterial: material\ndatabase:\n  files: [sample.sql]\n")
    (course / "sample.sql").write_text("CREATE TABLE given AS SELECT generate_series(1, 100) AS number;\n")
    return workshop


def operate(workshop: Workshop, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the operator's programs as ``make`` does, with every question answered by yes."""
    return run(
        sys.executable, "-m", f"ops.{program}",
        check=False, cwd=workshop.folder, env=workshop.environment | {"YES": "1"} | environment,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Everything that a person saw; a stack trace is never among it."""
    text = done.stdout + done.stderr
    for mark in STACK_TRACE:
        assert mark not in text, text
    return text


def wanted(stack: str, people: Sequence[str]) -> set[str]:
    """What of a stack is on the host when it is up, in the form of `listing`."""
    things = {f"container mentor-{stack}-{service}" for service in SERVICES}
    things |= {f"volume mentor-{stack}-{name}" for name in ("course", "spyglass", "directory", "postgres", "registry")}
    things.add(f"network mentor-{stack}-backplane")
    for person in people:
        seat = f"mentor-{stack}-seat-{person}"
        things |= {f"container {seat}", f"network {seat}", f"volume {seat}-home", f"volume {seat}-engine"}
    return things


def assert_whole(workshop: Workshop, people: Sequence[str]) -> None:
    """Exactly the wanted things, each container running, and nothing that another run would change."""
    assert listing(workshop.stack) == wanted(workshop.stack, people)
    mine = f"label=mentor.stack={workshop.stack}"
    still = docker("ps", "-a", "--filter", mine, "--format", "{{.Names}} {{.State}}").splitlines()
    assert not [line for line in still if not line.endswith(" running")], still
    workshop.up("--refresh", "--expect-no-changes")


class Running:
    """A run in a process group of its own, followed by line: of ``pulumi``, or without arguments of ``make up``."""

    def __init__(self, workshop: Workshop, *arguments: str, **environment: str) -> None:
        command = ["pulumi", "--non-interactive", *arguments] if arguments else [sys.executable, "-m", "ops.up"]
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            command,
            cwd=workshop.folder, env=workshop.environment | {"YES": "1"} | environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._news:
                self.lines.append(line.rstrip())
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def steps(self) -> int:
        """How many steps the run has begun or ended."""
        return sum(_STEP.match(line) is not None for line in self.lines)

    def wait_until(self, holds: Callable[[], bool]) -> bool:
        """Wait until something holds of what was printed; False if the run ended first."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while not holds():
                if not self._reader.is_alive() or time.monotonic() > deadline:
                    return holds()
                self._news.wait(0.5)
        return True

    def kill(self) -> None:
        """Kill the CLI alone, as a crash would: its plugins are left behind."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def interrupt(self) -> None:
        """Ctrl-C once: the terminal sends it to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(10)
        return status


@contextmanager
def running(workshop: Workshop, *arguments: str, **environment: str) -> Iterator[Running]:
    """A run that does not outlive the test."""
    run_ = Running(workshop, *arguments, **environment)
    try:
        yield run_
    finally:
        if run_.process.poll() is None:
            run_.kill()


def killed(workshop: Workshop, moment: float, steps: int, chance: random.Random, *arguments: str) -> bool:
    """Kill a run of about ``steps`` steps when the share ``moment`` of them is done; False if it ended before."""
    with running(workshop, *arguments) as doomed:
        doomed.wait_until(lambda: doomed.steps() >= moment * steps)
        time.sleep(chance.uniform(0, 0.4))
        if doomed.process.poll() is not None:
            return False
        doomed.kill()
    return True


def archives(workshop: Workshop, person: str) -> list[Path]:
    """A person's archives, the oldest first."""
    return sorted((workshop.archives / workshop.stack / person).glob("*.tar.gz"))
