"""The shell loop, docker compose and Ansible.

In: what is on this machine, or can be got onto it. Out: their commands. Ansible is installed into a folder of its own
in mentor's cache; compose, where Docker has none, is the one in the seat's image.
"""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from bench.compare.compose_file import compose_file
from bench.compare.host import STACK, FailedError, docker, run
from bench.compare.tools import HERE, ROOT, Action, Command, MissingError, Place, Scripted, digest, environment

ANSIBLE = ("ansible==12.3.0", "requests==2.34.2")
"""With the collections of modules; the second is what those for Docker ask the engine with."""
STEPS = HERE / "steps.sh"


def cache() -> Path:
    """A folder for what is got once; as in ops/setup/common.sh."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mentor"
    return Path(os.environ.get("MENTOR_CACHE") or usual) / "bench"


class Loop(Scripted):
    """The floor."""

    def version(self) -> str:
        """The docker command's, and the script's."""
        client = docker("version", "-f", "{{.Client.Version}}")
        return f"docker {client}, script {digest(STEPS, HERE / 'loop.sh')}"

    def command(self, action: Action, people: Sequence[str], place: Place) -> Command:
        """One script."""
        return Command(["bash", str(HERE / "loop.sh"), action], environment(people, place, STACK), ROOT)


class Compose(Scripted):
    """Docker compose, and a script for what it has no word for."""

    def __init__(self, images: dict[str, str]) -> None:
        self._seat = images["seat"]
        self._command: list[str] | None = None

    def version(self) -> str:
        """Compose's own, and the script's."""
        said = run([*self._words(), "version", "--short"]).strip()
        told = digest(STEPS, HERE / "compose.sh", HERE / "compose_file.py")
        return f"docker compose {said}, script {told}"

    def command(self, action: Action, people: Sequence[str], place: Place) -> Command:
        """One script, over a file for these people."""
        if action == "up":
            file = yaml.safe_dump(compose_file(people, place, ROOT))
            (place.folder / "compose.yaml").write_text(file, encoding="utf-8")
        told = environment(people, place, STACK, COMPOSE=shlex.join(self._words()))
        return Command(["bash", str(HERE / "compose.sh"), action], told, ROOT)

    def _words(self) -> list[str]:
        if self._command is None:
            try:
                docker("compose", "version")
                self._command = ["docker", "compose"]
            except FailedError:
                self._command = [str(self._from_the_seat())]
        return self._command

    def _from_the_seat(self) -> Path:
        file = cache() / f"compose-{self._seat.rpartition(':')[2]}" / "docker-compose"
        try:
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                container = docker("create", "--label", f"mentor.stack={STACK}", self._seat)
                docker("cp", f"{container}:/usr/libexec/docker/cli-plugins/docker-compose", str(file))
                docker("rm", container)
            run([str(file), "version"])
        except (FailedError, OSError) as error:
            raise MissingError(
                f"`docker compose` is not installed, and the seat's does not run here: {error}"
            ) from error
        return file


class Ansible(Scripted):
    """A playbook in which each person is a host of the inventory."""

    def version(self) -> str:
        """Ansible's own, and the playbook's."""
        core = run([str(self._folder() / "bin" / "ansible-playbook"), "--version"]).split("]", 1)[0]
        told = digest(STEPS, HERE / "playbook.yaml")
        return f"{ANSIBLE[0].replace('==', ' ')} ({core.partition('[')[2]}), playbook {told}"

    def command(self, action: Action, people: Sequence[str], place: Place) -> Command:
        """The playbook, as many people at a time as Pulumi takes resources by itself."""
        python = self._folder() / "bin" / "python"
        local = {"ansible_connection": "local", "ansible_python_interpreter": str(python)}
        hosts: dict[str, object] = {each: {} for each in people}
        inventory = {"all": {"vars": local, "hosts": {"localhost": {}}, "children": {"people": {"hosts": hosts}}}}
        file = place.folder / "inventory.yaml"
        file.write_text(yaml.safe_dump(inventory), encoding="utf-8")
        told = environment(
            people, place, STACK, ANSIBLE_FORKS=str(4 * (os.cpu_count() or 1)), ANSIBLE_PIPELINING="1",
            ANSIBLE_HOME=str(place.folder / "ansible"), LC_ALL="C.UTF-8",
        )  # fmt: skip
        tags = ["--tags", "teardown"] if action == "destroy" else []
        playbook = str(self._folder() / "bin" / "ansible-playbook")
        return Command([playbook, "-i", str(file), *tags, str(HERE / "playbook.yaml")], told, ROOT)

    def _folder(self) -> Path:
        """Where it is installed; an installation that was cut short has no mark and is made anew."""
        folder = cache() / ANSIBLE[0].replace("==", "-")
        mark = folder / "complete"
        if not mark.exists():
            try:
                run([sys.executable, "-m", "venv", "--clear", str(folder)])
                run([str(folder / "bin" / "pip"), "install", "-q", *ANSIBLE])
                mark.touch()
            except (FailedError, OSError) as error:
                raise MissingError(f"pip cannot install {' and '.join(ANSIBLE)}: {error}") from error
        return folder
