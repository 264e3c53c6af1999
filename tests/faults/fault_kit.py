"""What the tests of faults share: a quick course, the operator's programs, runs that are held at a known point.

In: a workshop of the factory. Out: finished, held or killed runs, and what of a stack is on the host against what
should be. No moment is hit by chance: a run is held, then broken.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.ground import listing, run
from tests.waiting import until
from tests.workshop_kit import Workshop, docker, with_the_operators_programs

SERVICES = (
    "gateway", "spyglass", "directory", "postgres", "registry", "grader", "exporter", "host-exporter", "probe-exporter",
    "prometheus",
)  # fmt: skip
VOLUMES = (
    "course", "spyglass", "directory", "postgres", "postgres-socket", "registry", "grader", "grader-socket",
    "prometheus", "saves",
)  # fmt: skip
STACK_TRACE = ("Traceback", "goroutine ", "panic:", '  File "')
PATIENCE = 300
"""Seconds that a run may take."""

# First on PATH. The program's commands say in their environment whose they are.
WAITING = """#!/bin/bash
if [[ "${STUDENT:-${ID:-}} $*" == @WORDS@ ]] && mkdir @FOLDER@/held 2> /dev/null; then
  for _ in {1..6000}; do [ -e @FOLDER@/released ] && break; sleep 0.1; done
fi
exec @DOCKER@ "$@"
"""


def with_programs(workshop: Workshop) -> Workshop:
    """Give it the operator's programs."""
    with_the_operators_programs(workshop.folder)
    return workshop


def quick(workshop: Workshop) -> Workshop:
    """Give it the operator's programs, and a course without images: filling a registry takes longer than all else."""
    course = workshop.folder / "workshop"
    workshop.teach("title: Faults\nmaterial: material\ndatabase:\n  files: [sample.sql]\n")
    (course / "sample.sql").write_text("CREATE TABLE given AS SELECT generate_series(1, 100) AS number;\n")
    return with_programs(workshop)


def operate(workshop: Workshop, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the operator's programs as ``make`` does, with every question answered by yes."""
    workshop.forget()
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
    things |= {f"volume mentor-{stack}-{name}" for name in VOLUMES}
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


class Hold:
    """Holds the first of a run's commands that calls ``docker`` with certain words, until it is released.

    Args:
        workshop: whose runs.
        words: a pattern of bash for the person whom the command is for, a space, and what it says to ``docker``.
    """

    def __init__(self, workshop: Workshop, words: str) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=workshop.folder, prefix="hold-"))
        self.words = words
        docker = shutil.which("docker")
        assert docker
        script = self._folder / "bin" / "docker"
        script.parent.mkdir()
        values = {"@WORDS@": words, "@FOLDER@": str(self._folder), "@DOCKER@": docker}
        text = WAITING
        for name, value in values.items():
            text = text.replace(name, value)
        script.write_text(text)
        script.chmod(0o755)
        self.environment = {"PATH": f"{script.parent}:{workshop.environment['PATH']}"}

    def reached(self) -> bool:
        """Whether a command waits, or waited."""
        return (self._folder / "held").exists()

    def release(self) -> None:
        """Let it go on."""
        (self._folder / "released").touch()


class Running:
    """A run in a process group of its own, followed by line: of ``pulumi``, or without arguments of ``make up``."""

    def __init__(self, workshop: Workshop, *arguments: str, **environment: str) -> None:
        command = ["pulumi", "--non-interactive", *arguments] if arguments else [sys.executable, "-m", "ops.up"]
        workshop.forget()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command,
            cwd=workshop.folder, env=workshop.environment | {"YES": "1"} | environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.lines.append(line.rstrip())

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

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
def held(workshop: Workshop, words: str, *arguments: str) -> Iterator[tuple[Running, Hold]]:
    """A run that is held where `Hold` says; it does not outlive the block."""
    hold = Hold(workshop, words)
    run_ = Running(workshop, *arguments, **hold.environment)

    def is_held() -> bool:
        assert run_.process.poll() is None, f"it ended before it came to {words!r}:\n{run_.text}"
        return hold.reached()

    try:
        until(is_held, lambda: f"the run to come to {words!r}:\n{run_.text}", PATIENCE)
        yield run_, hold
    finally:
        hold.release()
        if run_.process.poll() is None:
            run_.kill()


def killed(workshop: Workshop, words: str, *arguments: str) -> None:
    """Kill a run where `Hold` says; what it left running ends in its own time."""
    with held(workshop, words, *arguments) as (doomed, _):
        doomed.kill()


def archives(workshop: Workshop, person: str) -> list[Path]:
    """A person's archives, the oldest first."""
    return sorted((workshop.archives / workshop.stack / person).glob("*.tar.gz"))
