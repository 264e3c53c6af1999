"""The stack's Docker host as its labels show it.

In: the engine's address, a stack's name. Out: the containers, networks and volumes that carry the stack's label.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from ops.console import StopError

STACK_LABEL = "mentor.stack"
_AVAILABLE = 3  # the column of df -P


@dataclass(frozen=True, kw_only=True, order=True)
class Found:
    """One thing on the host."""

    kind: str
    name: str
    id: str
    created: datetime | None = None


class Engine:
    """One Docker Engine, by way of the docker CLI, which also speaks ssh."""

    def __init__(self, address: str) -> None:
        self.address = address

    def run(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a docker command."""
        return subprocess.run(
            ["docker", *arguments],
            env={**os.environ, "DOCKER_HOST": self.address},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def answers(self) -> bool:
        """Whether there is an engine to be asked."""
        return self.run("version", "--format", "{{.Server.Version}}").returncode == 0

    def read(self, *arguments: str) -> str:
        """What a docker command prints."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise StopError(f"docker {arguments[0]} at {self.address}: {done.stderr.strip()}")
        return done.stdout

    @contextmanager
    def printing(self, *arguments: str) -> Iterator[IO[bytes]]:
        """What a docker command prints, while it prints it: for what does not fit into memory.

        Raises:
            StopError: at the end, when the command failed.
        """
        environment = {**os.environ, "DOCKER_HOST": self.address}
        with (
            TemporaryFile() as errors,
            subprocess.Popen(["docker", *arguments], env=environment, stdout=subprocess.PIPE, stderr=errors) as process,
        ):
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            yield process.stdout
            if process.wait() != 0:
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip()
                raise StopError(f"docker {arguments[0]} at {self.address}: {said}")

    def labelled(self, stack: str) -> list[Found]:
        """Everything that carries the stack's label, images excepted."""
        filters = ("--filter", f"label={STACK_LABEL}={stack}", "--format")
        found = []
        ids = self.read("container", "ls", "--all", "--no-trunc", *filters, "{{.ID}}").split()
        found += [
            Found(kind="container", id=one["Id"], name=one["Name"].removeprefix("/"), created=_time(one["Created"]))
            for one in self._inspect("container", ids)
        ]
        ids = self.read("network", "ls", "--no-trunc", *filters, "{{.ID}}").split()
        found += [
            Found(kind="network", id=one["Id"], name=one["Name"], created=_time(one["Created"]))
            for one in self._inspect("network", ids)
        ]
        names = self.read("volume", "ls", *filters, "{{.Name}}").split()
        found += [Found(kind="volume", id=name, name=name) for name in names]
        return sorted(found, key=lambda thing: (thing.kind, thing.name))

    def states(self, stack: str) -> dict[str, str]:
        """The state of each of the stack's containers, by id: running, exited and so on."""
        mine = ("--filter", f"label={STACK_LABEL}={stack}")
        listed = self.read("container", "ls", "--all", "--no-trunc", *mine, "--format", "{{.ID}} {{.State}}")
        return {words[0]: words[1] for words in map(str.split, listed.splitlines())}

    def volumes(self) -> set[str]:
        """The names of all volumes, whoever's they are: one that the engine itself made anew has no label."""
        return set(self.read("volume", "ls", "--quiet").split())

    def troubled(self, stack: str) -> dict[str, str]:
        """The stack's containers that do not run or are not healthy, each with the last line that it wrote."""
        mine = ("--filter", f"label={STACK_LABEL}={stack}")
        listed = self.read("container", "ls", "--all", *mine, "--format", "{{.Names}}\t{{.State}}\t{{.Status}}")
        found = {}
        for name, state, status in (line.split("\t") for line in listed.splitlines()):
            if state != "running" or "unhealthy" in status or "health: starting" in status:
                logs = self.run("container", "logs", "--tail", "5", name)
                words = [line.strip() for line in (logs.stdout + logs.stderr).splitlines() if line.strip()]
                found[name] = f"{status}; its last words: {words[-1][:300]}" if words else status
        return dict(sorted(found.items()))

    def free_mib(self, stack: str) -> int | None:
        """The room on the disk of the engine's data, as a container of the stack sees it; None if none can tell."""
        running = self.read("container", "ls", "--filter", f"label={STACK_LABEL}={stack}", "--format", "{{.Names}}")
        for name in running.split():
            done = self.run("container", "exec", name, "df", "-Pm", "/")
            words = done.stdout.splitlines()[-1].split() if done.returncode == 0 and done.stdout else []
            if len(words) > _AVAILABLE and words[_AVAILABLE].isdigit():
                return int(words[_AVAILABLE])
        return None

    def remove(self, thing: Found) -> None:
        """Remove a container or a network, whatever still uses it."""
        if thing.kind == "network":
            for one in self._inspect("network", [thing.id]):
                for container in one.get("Containers") or {}:
                    self.run("network", "disconnect", "--force", thing.id, container)
            done = self.run("network", "rm", thing.id)
        elif thing.kind == "container":
            done = self.run("container", "rm", "--force", thing.id)
        else:
            raise ValueError(f"a {thing.kind} is never removed here")
        if done.returncode != 0 and "No such" not in done.stderr and "not found" not in done.stderr:
            raise StopError(f"cannot remove {thing.kind} {thing.name}: {done.stderr.strip()}")

    def _inspect(self, kind: str, ids: list[str]) -> list[dict[str, Any]]:
        if not ids:
            return []
        done = self.run(kind, "inspect", *ids)  # what went between the list and here is simply not shown
        shown = json.loads(done.stdout or "[]")
        return shown if isinstance(shown, list) else []


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:19] + "+00:00") if text.endswith("Z") else datetime.fromisoformat(text)
    except ValueError:
        return None
