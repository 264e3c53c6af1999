"""A PostgreSQL server for one run: the workshop's own image, without a network, gone afterwards.

In: SQL, dumps, the course's files, the checks' statements. Out: what the server says. Everything of the course is
loaded by the image's own command under the students' rights, and each check runs as the grader would run it.
"""

import contextlib
import io
import json
import os
import secrets
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentor.components.images import SERVICES, fingerprint
from mentor.course import grading
from mentor.host.probe import BASE_IMAGE
from ops.console import StopError

ROOT = Path(__file__).parents[1]
LABEL = "mentor.scratch"
LIFE = "3600"
"""Seconds after which a server ends by itself, should this program be killed."""
TIMEOUT = "2s"
"""More than the grader gives a check: a busy laptop must not fail one."""
START = r"""set -eu
install -d -o postgres -g postgres -m 2755 /run/postgresql /run/postgresql/mentor /tmp/scratch
as() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
as initdb -D /tmp/scratch/data -E UTF8 --locale=C.UTF-8 --locale-provider=builtin --no-sync -A trust > /dev/null
as pg_ctl -D /tmp/scratch/data -s -w -t 120 -l /tmp/scratch/log start -o "-c listen_addresses='' -c fsync=off \
  -c jit=off -c unix_socket_directories=/run/postgresql -c max_parallel_workers_per_gather=0 -c datestyle=iso,ymd"
as psql -X -q -v ON_ERROR_STOP=1 -d postgres << 'SQL'
CREATE ROLE students; CREATE ROLE provisioner; CREATE ROLE loader LOGIN IN ROLE students;
CREATE ROLE student LOGIN IN ROLE students; CREATE ROLE looker LOGIN IN ROLE student;
CREATE DATABASE course OWNER provisioner;
SQL
"""
UNKNOWN = ("08", "40", "42P10", "53", "55P03", "57", "58", "XX")
"""Errors that say nothing about a student's work, as the grader sees it."""


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

    def load(self, root: Path, sql_files: Iterable[Path]) -> None:
        """Make the template from the course's files, with the command that the workshop uses."""
        names = [str(path.relative_to(root)) for path in sql_files]
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", dereference=True) as archive:
            listed = json.dumps({"files": names}).encode()
            entry = tarfile.TarInfo("load.json")
            entry.size = len(listed)
            archive.addfile(entry, io.BytesIO(listed))
            for name in names:
                archive.add(root / name, arcname=name)
        done = self.execute("course-load", given=packed.getvalue())
        if done.returncode:
            raise StopError(done.stderr.decode(errors="replace").strip())

    def checks(self, database: str, statements: Sequence[str], *, timeout: str = TIMEOUT) -> list[Verdict]:
        """Run checks: each in a transaction of its own that can write nothing, without a way to the student's names."""
        mark = secrets.token_hex(8)
        settings = " ".join(f"-c {key}={_escaped(value)}" for key, value in grading.SESSION.items())
        answer = "SELECT pg_catalog.json_build_object('ok', v.ok, 'detail', v.detail)"
        script = "".join(
            f"{answer} FROM (\n{statement}\n) AS v (ok, detail);\n\\echo {mark} :SQLSTATE :LAST_ERROR_MESSAGE\n"
            for statement in statements
        )
        done = self.execute(
            "env", f"PGOPTIONS={settings} -c statement_timeout={timeout}",
            "psql", "-XqAt", "-U", "looker", "-d", database, given=script.encode(),
        )  # fmt: skip
        answers = done.stdout.decode(errors="replace").split(f"{mark} ")
        found, rest = [], answers[0]
        for part in answers[1:]:
            said, _, following = part.partition("\n")
            found.append(_verdict(rest, *said.split(" ", 1)))
            rest = following
        if len(found) != len(statements):
            raise StopError(f"the checks did not run: {done.stderr.decode(errors='replace').strip()}")
        return found


def _verdict(answer: str, state: str, message: str = "") -> Verdict:
    if state == "00000" and answer.strip():
        return Verdict(**json.loads(answer))
    if state == "00000" or state.startswith(UNKNOWN):
        return Verdict(ok=None, detail=f"{message.strip() or 'no answer'} ({state})")
    return Verdict(ok=False, detail=message.strip())


def _escaped(value: str) -> str:
    return value.replace(" ", "\\ ")


def docker(*arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the docker CLI."""
    try:
        return subprocess.run(
            ["docker", *arguments], input=given, capture_output=True, check=False, env=os.environ | environment
        )
    except FileNotFoundError:
        raise StopError("this needs Docker: there is no docker command") from None


def built(tag: str, folder: Path) -> str:
    """Find an image on the engine, or build it there."""
    if docker("image", "inspect", tag).returncode:
        print(f"building the image {tag}: this takes a minute, once", file=sys.stderr, flush=True)
        done = docker("build", "--quiet", "--tag", tag, str(folder), DOCKER_BUILDKIT="0")
        if done.returncode:
            raise StopError(f"{tag} cannot be built: {done.stderr.decode(errors='replace').strip()[-2000:]}")
    return tag


def image(name: str) -> str:
    """One of the workshop's own images, under the name that an `up` gives it."""
    folder = ROOT / SERVICES[name]
    # As an `up` has it without `seat.packages`, so that both find one image.
    arguments = {"PACKAGES": ""} if name == "seat" else {}
    return built(f"mentor/{name}:{fingerprint(folder, arguments, base())}", folder)


def base() -> str:
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
def server() -> Iterator[Scratch]:
    """Run a server for as long as this lasts."""
    with container(image("postgres"), "--init", "--network", "none", "--entrypoint", "sleep", command=(LIFE,)) as name:
        done = docker("exec", "-i", name, "bash", given=START.encode())
        if done.returncode:
            raise StopError(f"the scratch server does not start: {done.stderr.decode(errors='replace').strip()}")
        yield Scratch(name)
