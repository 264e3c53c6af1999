"""This program, driven by plain ``pulumi`` and put away as by ``make down``, with a state of its own.

In: a shell of ``make env``, whose plugins are used: the stand-ins, or the official ones. Out: its commands. The work
of who leaves is archived or not, as is asked for.
"""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from bench.compare.host import PREFIX, STACK, docker, run
from bench.compare.tools import ROOT, Action, Command, MissingError, Place, digest
from tests.ports import free_port
from tests.workshop_kit import PROGRAM, backend, copy_of_the_project, with_the_operators_programs

PULUMI = ("pulumi", "--non-interactive")
PUT_AWAY = ("ops/down.py", "ops/shorten.py", "ops/references.py", "ops/pulumi_cli.py")
"""Of what `make down` runs, the part that decides how long it takes."""


class Mentor:
    """The program in a copy of this checkout."""

    def __init__(self, *, archives: bool) -> None:
        self._archives = archives
        self._portal = free_port()

    def version(self) -> str:
        """Pulumi's, what its plugins are, and a fingerprint of the program."""
        if not shutil.which("pulumi"):
            raise MissingError('pulumi is not on PATH: `make setup`, then `eval "$(make -s env)"`')
        files = [file for name in (*PROGRAM, *PUT_AWAY) for file in _files(ROOT / name)]
        number = run(["pulumi", "version"]).strip().removeprefix("v")
        return f"program {digest(*files)}, pulumi {number}, {plugins()}"

    def prepare(self, place: Place) -> None:
        """A copy of the program, and an empty stack."""
        place.folder.mkdir(parents=True, exist_ok=True)
        copy_of_the_project(place.folder)
        with_the_operators_programs(place.folder)
        (place.folder / "state").mkdir()
        run([*PULUMI, "stack", "init", STACK], folder=place.folder, environment=self._environment(place))

    def command(self, action: Action, people: Sequence[str], place: Place) -> Command:
        """One run of the CLI, or of what `make down` runs when everything is set up."""
        config = {
            "students": sum(each != "teacher" for each in people),
            "https": {"port": self._portal},
            "database": {"port": place.port},
            "grafana": {"enabled": False},
            "archive": {"folder": str(place.folder / "archives")},
        }
        file = place.folder / f"Pulumi.{STACK}.yaml"
        content = (yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None) or {}
        content["config"] = {f"mentor:{key}": value for key, value in config.items()}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        words = {
            "up": [*PULUMI, "up", "--yes", "--skip-preview", "--stack", STACK],
            "destroy": [sys.executable, "-m", "ops.down"],
        }
        return Command(words[action], self._environment(place), place.folder)

    def passwords(self, people: Sequence[str], place: Place) -> dict[str, str]:
        """As its cards have them."""
        said = run([*PULUMI, "stack", "output", "--json", "--show-secrets", "--stack", STACK],
                   folder=place.folder, environment=self._environment(place))  # fmt: skip
        found = json.loads(said)
        known = {one["id"]: one["password"] for one in [*found["credentials"], *found["teachers"]]}
        return {each: known[each] for each in people}

    def key(self, place: Place) -> str:  # noqa: ARG002 - the other tools keep theirs in a folder
        """The web app's."""
        return docker("exec", f"{PREFIX}-spyglass", "cat", "/etc/mentor/ssh_key") + "\n"

    def _environment(self, place: Place) -> dict[str, str]:
        own = {
            "PULUMI_BACKEND_URL": backend(place.folder / "state"),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_STACK": STACK,
            "MENTOR_ARCHIVE": "on" if self._archives else "off",
            "YES": "1",
        }
        return {key: value for key, value in os.environ.items() if key != "PULUMI_CONFIG_PASSPHRASE_FILE"} | own


def plugins() -> str:
    """Whether the plugins in use are programs that were built, or the stand-ins, which are scripts."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    found = sorted(home.glob("plugins/resource-docker-v*/pulumi-resource-docker"))
    if not found:
        return "plugins unknown"
    with found[-1].open("rb") as file:
        return "stand-ins for the plugins" if file.read(2) == b"#!" else "official plugins"


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [file for file in place.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
