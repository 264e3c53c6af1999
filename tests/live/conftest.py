"""Real workshops for the tests: the real engine, Docker, PostgreSQL and LDAP.

In: the tools that ``make setup`` installed. Out: stacks in a copy of the project, with a state of their own, each
destroyed at the end whatever happened.
"""

import contextlib
import json
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SUMMARY = re.compile(r"\s*(?:\d+ changes?\. )?(?:\+-|[+~-])?\s*(\d+) (created|updated|deleted|replaced|unchanged)")
PROGRAM = ("__main__.py", "Pulumi.yaml", "requirements.txt", "mentor", "images", "spyglass", "workshop", "dashboards")


def run(*command: str, check: bool = True, timeout: int = 900, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command; what it printed is part of the failure."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, **options)
    if check and done.returncode:
        pytest.fail(
            f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        )
    return done


def docker(*arguments: str, check: bool = True, **options: Any) -> str:
    """The docker CLI's output, stripped."""
    return run("docker", *arguments, check=check, **options).stdout.strip()


def free_port() -> int:
    """A TCP port of this machine that nobody listens on, outside the range of outgoing connections."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def listing(stack: str) -> set[str]:
    """What of a stack is on the host: containers, networks and volumes by label."""
    label = f"label=mentor.stack={stack}"
    found = {f"container {name}" for name in docker("ps", "-a", "--filter", label, "--format", "{{.Names}}").split()}
    found |= {f"network {name}" for name in docker("network", "ls", "--filter", label, "--format", "{{.Name}}").split()}
    return found | {f"volume {name}" for name in docker("volume", "ls", "--filter", label, "-q").split()}


class Workshop:
    """One stack of the program, driven by the plain CLI as its user would."""

    def __init__(self, stack: str, folder: Path, environment: dict[str, str], **config: Any) -> None:
        self.stack, self.folder = stack, folder
        self.archives = folder / "archives"
        (folder / "state").mkdir(exist_ok=True)
        self.environment = {
            **environment,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "tests",
            "PULUMI_STACK": stack,
        }
        self.environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        self.file = folder / f"Pulumi.{stack}.yaml"
        self.pulumi("stack", "init", stack)
        self.portal_port, self.database_port = free_port(), free_port()
        self.set(
            https={"port": self.portal_port},
            database={"port": self.database_port},
            archive={"folder": str(self.archives)},
            **config,
        )

    def pulumi(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(
            "pulumi",
            "--non-interactive",
            *arguments,
            check=check,
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
        )

    def set(self, **config: Any) -> None:
        """Edit the stack's config file, as a person would."""
        text = yaml.safe_load(self.file.read_text()) if self.file.exists() else None
        content = text or {}
        content.setdefault("config", {}).update({f"mentor:{key}": value for key, value in config.items()})
        self.file.write_text(yaml.safe_dump(content))

    def up(self, *flags: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("up", "--yes", "--skip-preview", *flags, check=check, **environment)

    def destroy(self, *, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("destroy", "--yes", "--skip-preview", check=check, **environment)

    def outputs(self) -> dict[str, Any]:
        return dict(json.loads(self.pulumi("stack", "output", "--json", "--show-secrets").stdout))

    def passwords(self) -> dict[str, str]:
        """First passwords by id, teachers included."""
        found = self.outputs()
        return {each["id"]: each["password"] for each in [*found["credentials"], *found["teachers"]]}

    def container(self, thing: str) -> str:
        return f"mentor-{self.stack}-{thing}"

    def inside(self, seat: str, script: str, *, check: bool = True, timeout: int = 300) -> str:
        """Run a script as the student in his seat, in a login shell, as the terminal would."""
        return docker(
            "exec", "-u", "student", self.container(f"seat-{seat}"), "bash", "-lc", script, check=check, timeout=timeout
        )

    def running(self) -> dict[str, str]:
        """Each container's id and when it was started, by name."""
        names = docker("ps", "-a", "--filter", f"label=mentor.stack={self.stack}", "--format", "{{.Names}}").split()
        return {name: docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", name) for name in names}

    def changes(self, done: subprocess.CompletedProcess[str]) -> dict[str, int]:
        """The closing summary of an ``up`` or ``destroy``: ``{"created": 8, "unchanged": 13}``."""
        counts = {}
        for line in done.stdout.splitlines():
            found = re.fullmatch(
                r"\s*(?:\d+ changes?\. )?(?:\+-|[+~-])?\s*(\d+) (created|updated|deleted|replaced|unchanged)", line
            )
            if found:
                counts[found.group(2)] = int(found.group(1))
        return counts


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The variables under which plain ``pulumi`` works, as ``make env`` prints them."""
    exports = run("make", "-s", "env", cwd=ROOT).stdout
    found = dict(os.environ)
    for line in exports.splitlines():
        words = shlex.split(line)
        if words[:1] == ["export"]:
            found.update((word.partition("=")[0], word.partition("=")[2]) for word in words[1:] if "=" in word)
    found["PATH"] = os.path.expandvars(found["PATH"])
    return found


@pytest.fixture(scope="session")
def workshop_factory(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Workshop]]:
    """Make workshops, each in a copy of the project; all are destroyed at the end, without archives."""
    made: list[Workshop] = []

    def make(stack: str, **config: Any) -> Workshop:
        folder = tmp_path_factory.mktemp(stack)
        for name in PROGRAM:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        workshop = Workshop(stack, folder, environment, **config)
        made.append(workshop)
        return workshop

    yield make
    for workshop in made:
        workshop.pulumi("cancel", "--yes", check=False)
        workshop.destroy(check=False, MENTOR_ARCHIVE="off")
        left = listing(workshop.stack)
        for thing in sorted(left):
            kind, name = thing.split()
            docker(*(["rm", "-fv"] if kind == "container" else [kind, "rm"]), name, check=False)
