"""Runs the Pulumi CLI on this checkout's stack.

In: the environment of ``make -s env``. Out: documents, exit statuses, and a stack file without a salt.
"""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ops import locks, salt, stack_file
from ops.console import StopError

KNOWN = 3
"""The version of a state whose file and whose export hold the same."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack of the project, as the CLI sees it."""

    name: str
    project: str
    root: Path
    backend: str

    @classmethod
    def from_environment(cls) -> "Stack":
        """The stack that the environment selects."""
        name = os.environ.get("PULUMI_STACK")
        if not name:
            raise StopError('Run this through make, or in a shell with: eval "$(make -s env)"')
        return cls(
            name=name,
            project=stack_file.project(),
            root=stack_file.ROOT,
            backend=os.environ.get("PULUMI_BACKEND_URL", ""),
        )

    @property
    def prefix(self) -> str:
        """What the names of everything on the Docker host start with."""
        return f"{self.project}-{self.name}"

    @property
    def engine(self) -> str:
        """The address of the stack's Docker Engine."""
        return stack_file.engine(self.file, self.project)

    @property
    def installs(self) -> bool:
        """Whether Docker is to be installed on the host where it is missing."""
        return stack_file.installs(self.file, self.project)

    @property
    def file(self) -> Path:
        """The stack's settings file."""
        return stack_file.path(self.name, self.root)

    def exists(self) -> bool:
        """Whether the backend knows the stack."""
        folder = locks.folder(self.backend)
        if folder is not None:
            stacks = folder / ".pulumi" / "stacks" / self.project
            return any((stacks / f"{self.name}.json{packed}").exists() for packed in ("", ".gz"))
        listed = json.loads(self.read("stack", "ls", "--json"))
        return any(stack["name"].rsplit("/", 1)[-1] == self.name for stack in listed)

    def create(self) -> None:
        """Make the stack in the backend."""
        folder = locks.folder(self.backend)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.read("stack", "init", self.name)
        salt.tidy(self.file)

    def read(self, *arguments: str, given: str | None = None) -> str:
        """What a quick command prints; its own message, if it fails, ends the program."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.root,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        salt.tidy(self.file)
        if done.returncode != 0:
            raise StopError(done.stderr.strip().removeprefix("error: ") or f"pulumi {arguments[0]} failed")
        return done.stdout

    def preview(self, *flags: str) -> dict[str, Any]:
        """The preview as a document; a program that stops with errors still gives one, with its diagnostics."""
        done = subprocess.run(
            ["pulumi", "preview", "--json", "--non-interactive", *flags],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        salt.tidy(self.file)
        try:
            document = json.loads(done.stdout)
        except ValueError:
            message = (done.stderr or done.stdout).strip().removeprefix("error: ")
            raise StopError(message or "pulumi preview failed") from None
        if not isinstance(document, dict):
            raise StopError("pulumi preview printed something else than a document")
        if done.returncode != 0 and not document.get("diagnostics"):
            raise StopError(done.stderr.strip().removeprefix("error: ") or "pulumi preview failed")
        return document

    def show(self, *arguments: str) -> int:
        """Run a long command on the person's terminal; Ctrl-C lets it finish what it began."""
        process = subprocess.Popen(["pulumi", *arguments], cwd=self.root)

        def pass_on(number: int, _frame: FrameType | None) -> None:
            # Ctrl-C reached Pulumi already. A closed terminal or a dropped ssh line is to end the run as orderly.
            if number != signal.SIGINT and process.poll() is None:
                process.send_signal(signal.SIGINT)

        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            return process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            salt.tidy(self.file)

    def export(self) -> dict[str, Any]:
        """The state's deployment: resources and pending operations, secrets still encrypted."""
        deployment = self._document().get("deployment")
        return deployment if isinstance(deployment, dict) else {}

    def _document(self) -> dict[str, Any]:
        """What `pulumi stack export` prints."""
        folder = locks.folder(self.backend)
        if folder is not None:  # the file itself, because the CLI takes a second to print it
            try:
                file = folder / ".pulumi" / "stacks" / self.project / f"{self.name}.json"
                written = json.loads(file.read_text(encoding="utf-8"))
                if written["version"] == KNOWN:
                    return {"version": KNOWN, "deployment": written["checkpoint"].get("latest")}
            except (OSError, ValueError, KeyError, AttributeError, TypeError):
                pass  # packed, or of another version: the CLI knows
        document: dict[str, Any] = json.loads(self.read("stack", "export"))
        return document

    def opened(self) -> dict[str, Any]:
        """The same, secrets decrypted."""
        deployment = json.loads(self.read("stack", "export", "--show-secrets")).get("deployment")
        return deployment if isinstance(deployment, dict) else {}

    def edit(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Replace the deployment by what ``change`` makes of it; the deployment as it was.

        By export and import, not by a targeted refresh: this works while Docker, the plugins or the program do not.
        """
        document = self._document()
        before: dict[str, Any] = document["deployment"] or {}
        self.read("stack", "import", given=json.dumps(document | {"deployment": change(before)}))
        return before

    def output(self, name: str) -> str | None:
        """One output that is plain text."""
        for resource in self.export().get("resources") or []:
            if resource.get("type") == "pulumi:pulumi:Stack":
                value = (resource.get("outputs") or {}).get(name)
                return value if isinstance(value, str) else None
        return None

    def secrets(self) -> dict[str, Any]:
        """All outputs, the secret ones decrypted."""
        shown = json.loads(self.read("stack", "output", "--json", "--show-secrets"))
        return shown if isinstance(shown, dict) else {}
