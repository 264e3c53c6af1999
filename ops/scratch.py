"""A PostgreSQL server for one run: the workshop's own image, without a network, gone afterwards.

In: SQL, the course's files, checks. Out: what the server says. Everything of the course is loaded by the image's own
command under the students' rights, and the workshop's own grader runs the checks.
"""

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentor.components.databases import LOAD
from mentor.components.images import BASE, SERVICES, arguments_of, tag
from mentor.course import grading
from mentor.host.probe import BASE_IMAGE
from ops.console import StopError

ROOT = Path(__file__).parents[1]
LABEL = "mentor.scratch"
LIFE = "3600"
"""Seconds after which a server ends by itself, should this program be killed."""
SECONDS = 3.0
"""More than a workshop's grader gives a statement: a busy laptop must not fail one."""
SOCKET = "/run/postgresql-shared"
START = r"""set -eu
install -d -o postgres -g postgres -m 2755 /run/postgresql /run/postgresql-shared /run/postgresql/mentor /tmp/scratch
as() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
as initdb -D /tmp/scratch/data -E UTF8 --locale=C.UTF-8 --locale-provider=builtin --no-sync -A trust > /dev/null
as pg_ctl -D /tmp/scratch/data -s -w -t 120 -l /tmp/scratch/log start -o "-c listen_addresses='' -c fsync=off \
  -c jit=off -c unix_socket_directories=/run/postgresql,/run/postgresql-shared -c max_parallel_workers_per_gather=0"
as psql -X -q -v ON_ERROR_STOP=1 -d postgres << 'SQL'
CREATE ROLE students; CREATE ROLE provisioner; CREATE ROLE loader LOGIN IN ROLE students;
CREATE ROLE student LOGIN IN ROLE students; CREATE ROLE looker LOGIN IN ROLE student;
CREATE ROLE grader LOGIN IN ROLE students;
CREATE DATABASE course OWNER provisioner;
SQL
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of one check. ``ok`` is None where it could not be told."""

    ok: bool | None
    detail: str


class Scratch:
    """The server. A database in it belongs to a student, and is made from the template like a student's."""

    def __init__(self, container: str) -> None:
        self.container = container

    def execute(self, *command: str, given: bytes = b"", user: str = "root") -> subprocess.CompletedProcess[bytes]:
        """Run a command in the container."""
        return docker("exec", "-i", "-u", user, self.container, *command, given=given)

    def database(self, name: str, template: str = "course") -> None:
        """Make a student's database."""
        self.sql("postgres", f'CREATE DATABASE "{name}" OWNER student TEMPLATE "{template}"', user="postgres")

    def sql(self, database: str, text: str, *, user: str = "student") -> str:
        """Run statements, as a student or as the server's owner; what they give, unaligned."""
        psql = ("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", database, "-f", "-")
        done = self.execute(*psql, given=text.encode())
        if done.returncode:
            raise StopError(done.stderr.decode(errors="replace").strip().replace("psql:<stdin>:", "line "))
        return done.stdout.decode().rstrip("\n")

    def load(self, root: Path, sql_files: Iterable[Path], seconds: float | None = None) -> None:
        """Make the template from the course's files, with the script that an `up` runs; in so many seconds at most."""
        files = json.dumps([str(path.relative_to(root)) for path in sql_files])
        given = {"POSTGRES": self.container, "COURSE": str(root), "FILES": files}
        try:
            done = subprocess.run(
                ["bash", LOAD], capture_output=True, check=False, env=os.environ | given, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            raise StopError(f"it is not loaded after {seconds:.0f} seconds") from None
        if done.returncode:
            raise StopError(done.stderr.decode(errors="replace").strip())

    def checks(
        self, databases: Sequence[str], checks: Sequence[grading.SqlCheck], seconds: float = SECONDS
    ) -> dict[str, list[Verdict]]:
        """Have the grader run checks in these databases, and compare; by database, in the checks' order."""
        trial = {"databases": dict.fromkeys(databases, "looker"), "seconds": seconds, "checks": checks}
        done = docker(
            "run", "--rm", "-i", "--network", "none", "--volumes-from", self.container, "--label", LABEL,
            "--user", "grader", "--entrypoint", "python3", image("grader"), "-m", "grader", "try",
            given=json.dumps(trial).encode(),
        )  # fmt: skip
        if done.returncode:
            raise StopError(f"the checks did not run: {done.stderr.decode(errors='replace').strip()[-2000:]}")
        found = json.loads(done.stdout)
        return {database: [Verdict(**one) for one in found[database]] for database in databases}


def docker(*arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the docker CLI."""
    try:
        return subprocess.run(
            ["docker", *arguments], input=given, capture_output=True, check=False, env=os.environ | environment
        )
    except FileNotFoundError:
        raise StopError("this needs Docker: there is no docker command") from None


def built(tag: str, folder: Path, arguments: Mapping[str, str]) -> str:
    """Find an image on the engine, or build it there."""
    if docker("image", "inspect", tag).returncode:
        print(f"building the image {tag}: this takes a minute, once", file=sys.stderr, flush=True)
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        done = docker("build", "--quiet", "--tag", tag, *given, str(folder), DOCKER_BUILDKIT="0")
        if done.returncode:
            raise StopError(f"{tag} cannot be built: {done.stderr.decode(errors='replace').strip()[-2000:]}")
    return tag


def image(service: str) -> str:
    """One of the workshop's own images, under the name that an `up` gives it."""
    folder, arguments = ROOT / BASE, {}
    if service != "base":
        # As an `up` has it without `seat.packages`, so that both find one image.
        folder, arguments = ROOT / SERVICES[service], {"BASE": image("base"), **arguments_of(service)}
    return built(tag(service, folder, arguments, debian()), folder, arguments)


def debian() -> str:
    """The id of the image that all of them begin with."""
    done = docker("image", "inspect", "--format", "{{.Id}}", BASE_IMAGE)
    if done.returncode:
        raise StopError(f"the image {BASE_IMAGE} is not on this Docker host: `make setup` brings it")
    return done.stdout.decode().strip()


@contextlib.contextmanager
def container(tag: str, *options: str, command: Sequence[str] = ()) -> Iterator[str]:
    """Run a container for as long as this lasts."""
    name = f"mentor-scratch-{secrets.token_hex(4)}"
    done = docker("run", "--detach", "--rm", "--name", name, "--label", LABEL, *options, tag, *command)
    try:
        if done.returncode:
            raise StopError(f"a container of {tag} does not start: {done.stderr.decode(errors='replace').strip()}")
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


@contextlib.contextmanager
def server(*limits: str, life: str = LIFE) -> Iterator[Scratch]:
    """Run a server for as long as this lasts, with limits as the docker CLI takes them."""
    options = ("--init", "--network", "none", "--volume", SOCKET, "--entrypoint", "sleep")
    with container(image("postgres"), *options, *limits, command=(life,)) as name:
        done = docker("exec", "-i", name, "bash", given=START.encode())
        if done.returncode:
            raise StopError(f"the scratch server does not start: {done.stderr.decode(errors='replace').strip()}")
        yield Scratch(name)
