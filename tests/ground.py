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
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

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


def _ask(*command: str) -> str:
    """What a program prints, or nothing where it fails: something may go while it is looked at."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120).stdout


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


def on_the_engine() -> set[str]:
    """Containers, networks and volumes of tests, by label and by name: ``container mentor-tests-live-postgres``."""
    found = set()
    for kind, listing in (
        ("container", ("ps", "--all", "--format", '{{.Names}}\t{{.Label "mentor.stack"}}')),
        ("network", ("network", "ls", "--format", '{{.Name}}\t{{.Label "mentor.stack"}}')),
        ("volume", ("volume", "ls", "--format", '{{.Name}}\t{{.Label "mentor.stack"}}')),
    ):
        for line in _ask("docker", *listing).splitlines():
            name, _, stack = line.partition("\t")
            if name.startswith(NAMES) or stack.startswith(STACKS):
                found.add(f"{kind} {name}")
    return found


def anonymous_volumes() -> set[str]:
    """Volumes that nobody gave a name, whoever made them."""
    return {f"volume {name}" for name in _ask("docker", "volume", "ls", "-q").split() if _ANONYMOUS.fullmatch(name)}


def processes() -> dict[int, str]:
    """What tests started and did not end, of this run or of an earlier one: command lines by process number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone, or somebody else's
            if re.search(rb"(^|\0)" + MARK.encode() + b"=", (folder / "environ").read_bytes()):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found[int(folder.name)] = command.strip()
    found.pop(os.getpid(), None)
    return found


def disks() -> dict[str, str]:
    """Loop devices over files of tests: the file by device."""
    lines = _ask("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines)
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and f"/{NAMES}" in pair[1]}


def folders() -> list[Path]:
    """Folders that tests made outside pytest's own."""
    return sorted(Path(tempfile.gettempdir()).glob(f"{NAMES}*"))


def left() -> list[str]:
    """Everything of tests that is on this machine."""
    return [
        *sorted(on_the_engine()),
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
    things = on_the_engine()
    # Containers first: they hold networks and volumes.
    for kind, how in (("container", ("rm", "-fv")), ("network", ("network", "rm")), ("volume", ("volume", "rm", "-f"))):
        names = [thing.partition(" ")[2] for thing in sorted(things) if thing.startswith(f"{kind} ")]
        if names:
            _ask("docker", *how, *names)
    for device in disks():
        _ask("losetup", "--detach", device)
    for folder in folders():
        shutil.rmtree(folder, ignore_errors=True)
    return found


def free_gib() -> float:
    """Free disk where the engine keeps its things; without limit where that is not on this machine."""
    root = Path(_ask("docker", "info", "--format", "{{.DockerRootDir}}").strip() or "/nowhere")
    return shutil.disk_usage(root).free / 2**30 if root.is_dir() else math.inf


def make_room() -> None:
    """Where the disk is short, remove images that tests built, and what unfinished builds of the workshop's left.

    Raises:
        OSError: there is still not enough.
    """
    if free_gib() >= ROOM_GIB:
        return
    named = _ask("docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={NAMES}*").split()
    unnamed = _ask("docker", "images", "--quiet", "--filter", "dangling=true", "--filter", "label=mentor.image").split()
    for image in (*named, *unnamed):
        _ask("docker", "rmi", image)
    if (free := free_gib()) < ROOM_GIB:
        raise OSError(f"the tests need {ROOM_GIB} GiB of disk where Docker keeps its things, and {free:.1f} are free")
