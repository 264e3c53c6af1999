"""The ground that tests of real workshops stand on: one run at a time on a host, and nothing of earlier runs.

In: the Docker engine, the processes and the loop devices of this machine. Out: a lock for the length of this run, and
everything removed that bears the tests' own names. All that tests make bears them: stacks are called ``tests-…``, so
that what the program makes for them is called ``mentor-tests-…``, and what tests make by hand is called so too. A
person's workshop beside them is not touched.
"""

import contextlib
import fcntl
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

STACKS = "tests-"
NAMES = f"mentor-{STACKS}"
MARK = "MENTOR_TEST_RUN"
"""In the environment of every process that a run starts: the number of the run's own process."""

LONGEST = 90 * 60
"""Seconds that another run is waited for."""

ROOM_GIB = 3
"""Free disk that a run needs where Docker keeps its things: 1.4 for the images where none is there, and 1.3 at most for
the workshops of `make test` (used space before and during a run)."""

_ANONYMOUS = re.compile(r"[0-9a-f]{64}")


def run(*command: str, check: bool = True, timeout: int = 900, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command; what it printed is part of the failure."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, **options)
    if check and done.returncode:
        pytest.fail(
            f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        )
    return done


def ask(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that may fail: something may go while it is looked at."""
    return run(*command, check=False, timeout=120)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the host for this run. A second run waits: it would count what the first one makes.

    Raises:
        TimeoutError: the other run does not end.
    """
    path = Path(tempfile.gettempdir()) / "mentor-tests.lock"
    with path.open("a+") as lock:
        deadline = time.monotonic() + LONGEST
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            lock.seek(0)
            if time.monotonic() > deadline:
                raise TimeoutError(f"another test run is at work on this host (process {lock.read().strip()})")
            sys.stderr.write(f"tests: waiting for another run on this host (process {lock.read().strip()})\n")
            time.sleep(10)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        os.environ[MARK] = str(os.getpid())
        yield


def listing(stack: str = "") -> set[str]:
    """Containers, networks and volumes: ``container mentor-tests-live-postgres``.

    Of one stack by label; that there is nothing of it is said only by an engine that answers. Without a stack, of all
    tests by label and by name, as far as can be seen: the engine may not have been started yet.
    """
    found = set()
    for kind, listed in (
        ("container", ("ps", "--all", "--format", '{{.Names}}\t{{.Label "mentor.stack"}}')),
        ("network", ("network", "ls", "--format", '{{.Name}}\t{{.Label "mentor.stack"}}')),
        ("volume", ("volume", "ls", "--format", '{{.Name}}\t{{.Label "mentor.stack"}}')),
    ):
        done = run("docker", *listed) if stack else ask("docker", *listed)
        for line in done.stdout.splitlines():
            name, _, label = line.partition("\t")
            if label == stack if stack else name.startswith(NAMES) or label.startswith(STACKS):
                found.add(f"{kind} {name}")
    return found


def remove(things: Collection[str]) -> None:
    """Remove things of a `listing` from the engine, without asking Pulumi."""
    # Containers first: they hold networks and volumes.
    for kind, how in (("container", ("rm", "-fv")), ("network", ("network", "rm")), ("volume", ("volume", "rm", "-f"))):
        names = [thing.partition(" ")[2] for thing in sorted(things) if thing.startswith(f"{kind} ")]
        if names:
            run("docker", *how, *names, check=False)


def anonymous_volumes() -> set[str]:
    """Volumes that nobody gave a name, whoever made them."""
    return {
        f"volume {name}" for name in ask("docker", "volume", "ls", "-q").stdout.split() if _ANONYMOUS.fullmatch(name)
    }


def processes(mark: str = f"{MARK}=.*") -> dict[int, str]:
    """What tests started and did not end, of this run or of an earlier one: command lines by process number.

    Args:
        mark: a pattern for a variable of its environment, as ``NAME=value``.
    """
    wanted, found = re.compile(mark.encode(), re.DOTALL), {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone, or somebody else's
            if any(wanted.fullmatch(variable) for variable in (folder / "environ").read_bytes().split(b"\0")):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found[int(folder.name)] = command.strip()
    found.pop(os.getpid(), None)
    return found


def disks() -> dict[str, str]:
    """Loop devices over files of tests: the file by device."""
    lines = ask("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").stdout.splitlines()
    pairs = (line.split(maxsplit=1) for line in lines)
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and f"/{NAMES}" in pair[1]}


def folders() -> list[Path]:
    """Folders that tests made outside pytest's own."""
    return sorted(Path(tempfile.gettempdir()).glob(f"{NAMES}*"))


def left() -> list[str]:
    """Everything of tests that is on this machine."""
    return [
        *sorted(listing()),
        *(f"process {number}: {command[:150]}" for number, command in sorted(processes().items())),
        *(f"disk {device} {file}" for device, file in sorted(disks().items())),
        *(f"folder {folder}" for folder in folders()),
    ]


def clear() -> list[str]:
    """Remove it all; what it was. Only with the lock: then whose it is has ended."""
    found = left()
    for number in processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    remove(listing())
    for device in disks():
        ask("losetup", "--detach", device)
    for folder in folders():
        shutil.rmtree(folder, ignore_errors=True)
    return found


def free_gib() -> float:
    """Free disk where the engine keeps its things; without limit where that is not on this machine."""
    root = Path(ask("docker", "info", "--format", "{{.DockerRootDir}}").stdout.strip() or "/nowhere")
    return shutil.disk_usage(root).free / 2**30 if root.is_dir() else math.inf


def make_room() -> None:
    """Where the disk is short, remove images that tests built, and what unfinished builds of the workshop's left.

    Raises:
        OSError: there is still not enough.
    """
    if free_gib() >= ROOM_GIB:
        return
    named = ask(
        "docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={NAMES}*"
    ).stdout.split()
    unnamed = ask(
        "docker", "images", "--quiet", "--filter", "dangling=true", "--filter", "label=mentor.image"
    ).stdout.split()
    for image in (*named, *unnamed):
        ask("docker", "rmi", image)
    if (free := free_gib()) < ROOM_GIB:
        raise OSError(f"the tests need {ROOM_GIB} GiB of disk where Docker keeps its things, and {free:.1f} are free")
