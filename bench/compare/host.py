"""This machine and its Docker engine: what it is, what of the compared stack is on it, and how that goes.

In: the docker command. Out: names, ids and addresses. Everything here is named and labelled after one stack,
whichever tool makes it: only one is there at a time.
"""

import contextlib
import fcntl
import os
import platform
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

STACK = "compare"
PREFIX = f"mentor-{STACK}"
SEAT = f"{PREFIX}-seat-"
SERVER = f"{PREFIX}-postgres"
LABEL = f"label=mentor.stack={STACK}"
PATIENCE = 3600
"""Seconds for one step: Ansible takes long for a hundred."""


class FailedError(Exception):
    """A command failed, or the class is not as it should be; in words."""


def run(command: Sequence[str], *, folder: Path | None = None, environment: Mapping[str, str] | None = None,
        stdin: str = "", seconds: float = PATIENCE) -> str:  # fmt: skip
    """A command's standard output. Where it takes too long or the bench is stopped, nothing that it started goes on.

    Raises:
        FailedError: it failed, is not there or took too long; with the end of what it said.
    """
    called = " ".join(command[:3])
    try:
        process = subprocess.Popen(
            list(command), cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise FailedError(f"{called}: {error}") from error
    try:
        said, complained = process.communicate(stdin, timeout=seconds)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise FailedError(f"{called} took longer than {seconds:g} s") from error
        raise
    if process.returncode:
        end = (complained.strip() or said.strip())[-1500:]
        raise FailedError(f"{called} ended with {process.returncode}: {end}")
    return said


def docker(*arguments: str) -> str:
    """The docker command's output, stripped."""
    return run(["docker", *arguments], seconds=300).strip()


def containers() -> dict[str, str]:
    """Of each container of the stack by name: its id and when it was started."""
    ids = docker("ps", "-aq", "--filter", LABEL).split()
    if not ids:
        return {}
    lines = docker("inspect", "-f", "{{.Name}} {{.Id}} {{.State.StartedAt}}", *ids).splitlines()
    return {name.removeprefix("/"): rest for name, _, rest in (line.partition(" ") for line in lines)}


def addresses(ids: Sequence[str]) -> dict[str, str]:
    """Where each person's seat is, in its own network."""
    form = "{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    lines = docker("inspect", "-f", form, *(f"{SEAT}{each}" for each in ids)).splitlines()
    return {name.removeprefix(f"/{SEAT}"): address for name, address in (line.split() for line in lines)}


def left() -> list[str]:
    """What bears the stack's label: containers, networks, volumes."""
    found = docker("ps", "-a", "--filter", LABEL, "--format", "container {{.Names}}").splitlines()
    found += docker("network", "ls", "--filter", LABEL, "--format", "network {{.Name}}").splitlines()
    return found + docker("volume", "ls", "--filter", LABEL, "--format", "volume {{.Name}}").splitlines()


def clear() -> None:
    """Remove all of that, whoever made it."""
    orders = {"container": ("rm", "-f"), "network": ("network", "rm"), "volume": ("volume", "rm")}
    for kind, order in orders.items():
        if names := [line.split()[1] for line in left() if line.startswith(kind)]:
            docker(*order, *names)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody else compares on this machine meanwhile: he would remove what is measured here.

    Raises:
        FailedError: somebody does.
    """
    with (Path(tempfile.gettempdir()) / f"{PREFIX}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FailedError("another one runs on this machine; wait for its end") from error
        yield


def machine() -> str:
    """What makes times comparable: processors, memory, kernel, engine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    engine = docker("version", "-f", "{{.Server.Version}}")
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()} {kernel}, Docker Engine {engine}"
