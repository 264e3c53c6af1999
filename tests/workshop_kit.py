"""Real workshops for the tests: the real engine, Docker, PostgreSQL and LDAP.

In: a copy of the project, and the environment of plain ``pulumi``. Out: stacks with a state of their own, and what of
them is on the host.
"""

import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.ground import STACKS, listing, processes, remove, run
from tests.ports import free_port

ROOT = Path(__file__).parents[1]
PROGRAM = ("__main__.py", "Pulumi.yaml", "requirements.txt", "mentor", "images", "spyglass", "workshop", "dashboards")


def docker(*arguments: str, check: bool = True, **options: Any) -> str:
    """The docker CLI's output, stripped."""
    return run("docker", *arguments, check=check, **options).stdout.strip()


def backend(folder: Path) -> str:
    """A state in this folder, kept as ``make env`` has it kept."""
    return f"file://{folder}?metadata=skip"


def copy_of_the_project(folder: Path) -> None:
    """Put into a folder what ``pulumi`` needs: what a test edits there is nobody else's."""
    for name in PROGRAM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")


def with_the_operators_programs(folder: Path) -> None:
    """Put what ``make`` runs beside such a copy: it works on the one that it is in."""
    shutil.copytree(ROOT / "ops", folder / "ops", ignore=shutil.ignore_patterns("__pycache__"))


class Workshop:
    """One stack of the program, driven by the plain CLI as its user would."""

    def __init__(self, stack: str, folder: Path, environment: dict[str, str], **config: Any) -> None:
        self.stack, self.folder = stack, folder
        self._outputs: dict[str, Any] | None = None
        self.archives = folder / "archives"
        (folder / "state").mkdir(exist_ok=True)
        self.environment = {
            **environment,
            "PULUMI_BACKEND_URL": backend(folder / "state"),
            "PULUMI_CONFIG_PASSPHRASE": "tests",
            "PULUMI_STACK": stack,
            "MENTOR_TEST_STACK": stack,  # by which the processes of its runs are known
        }
        self.environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        self.file = folder / f"Pulumi.{stack}.yaml"
        self.pulumi("stack", "init", stack)
        self.portal_port, self.database_port = free_port(), free_port()
        given: dict[str, Any] = {
            "https": {"port": self.portal_port},
            "database": {"port": self.database_port},
            "archive": {"folder": str(self.archives)},
            # Whether a machine has Grafana's image, or could pull it, is no part of what the other tests look at.
            "grafana": {"enabled": False},
        }
        self.set(**given | config)

    def pulumi(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        if arguments[0] in {"up", "destroy", "refresh"}:
            self.forget()
        return run(
            "pulumi",
            "--non-interactive",
            *arguments,
            check=check,
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
        )

    def teach(self, lab: str) -> None:
        """Another course than the sample one, whose pages then name none of the sample's tasks."""
        course = self.folder / "workshop"
        (course / "lab.yaml").write_text(lab)
        for page in (course / "material").glob("*.md"):
            page.write_text(re.sub(r"^ *:::(task|quiz) .*$", "", page.read_text(), flags=re.MULTILINE))

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

    def forget(self) -> None:
        """What was read of the stack may be otherwise now."""
        self._outputs = None

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, read once after each run."""
        if self._outputs is None:
            self._outputs = dict(json.loads(self.pulumi("stack", "output", "--json", "--show-secrets").stdout))
        return self._outputs

    def passwords(self) -> dict[str, str]:
        """First passwords by id, teachers included."""
        found = self.outputs()
        return {each["id"]: each["password"] for each in [*found["credentials"], *found["teachers"]]}

    def container(self, thing: str) -> str:
        return f"mentor-{self.stack}-{thing}"

    def log(self, name: str) -> str:
        """All that a container said."""
        said = run("docker", "logs", name)
        return said.stdout + said.stderr

    def sql(self, user: str, statement: str, **options: Any) -> list[tuple[object, ...]]:
        """Run a statement as a person with a desktop tool does: over TLS, in his own database."""
        parameters: dict[str, Any] = {"dbname": user, "sslmode": "require", "password": self.passwords()[user]}
        with psycopg.connect(
            host="127.0.0.1", port=self.database_port, user=user, autocommit=True, **parameters | options
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def inside(self, seat: str, script: str, *, check: bool = True, timeout: int = 300) -> str:
        """Run a script as the student in his seat, in a login shell, as the terminal would."""
        return docker(
            "exec", "-u", "student", self.container(f"seat-{seat}"), "bash", "-lc", script, check=check, timeout=timeout
        )

    def running(self) -> dict[str, str]:
        """The id of each container that runs and when it was started, by name."""
        names = docker("ps", "--filter", f"label=mentor.stack={self.stack}", "--format", "{{.Names}}").split()
        return {name: docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", name) for name in names}

    def processes(self) -> dict[int, str]:
        """What of its runs is still at work on this machine: command lines by process number."""
        return processes(re.escape(f"MENTOR_TEST_STACK={self.stack}"))

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


@contextlib.contextmanager
def workshops(environment: dict[str, str], new_folder: Callable[[str], Path]) -> Iterator[Callable[..., Workshop]]:
    """Make workshops, each in a copy of the project; none outlives the block."""
    made: list[Workshop] = []

    def make(name: str, **config: Any) -> Workshop:
        folder = new_folder(name)
        copy_of_the_project(folder)
        made.append(Workshop(f"{STACKS}{name}", folder, environment, **config))
        return made[-1]

    try:
        yield make
    finally:
        for workshop in made:
            remove(listing(workshop.stack))
