"""What the tests of single images share: building them, and containers of their own that vanish afterwards.

In: an image's folder and the files it expects. Out: running containers on a network of their own, everything labelled
`mentor.stack=tests-images`.
"""

import contextlib
import fcntl
import functools
import hashlib
import io
import json
import os
import secrets
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mentor.components.certificates import subject_names
from ops import scratch
from tests.ground import NAMES, STACKS
from tests.waiting import until

ROOT = Path(__file__).parents[2]
LABEL = f"mentor.stack={STACKS}images"
Completed = subprocess.CompletedProcess[str]


def docker(
    *args: str, stdin: str | bytes | None = None, check: bool = True, env: Mapping[str, str] | None = None
) -> Completed:
    """Run the docker CLI; a failure shows what it said."""
    return run("docker", *args, stdin=stdin, check=check, env=env)


def run(
    *command: str, stdin: str | bytes | None = None, check: bool = True, env: Mapping[str, str] | None = None
) -> Completed:
    """Run a program on this machine; ``env`` is added to this process's own environment."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        command,
        input=given if given is not None else b"",
        capture_output=True,
        check=False,
        env=os.environ | (env or {}),
    )
    text = Completed(
        done.args, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )
    if check:
        assert text.returncode == 0, f"{' '.join(command[:6])}: {text.stderr or text.stdout}"
    return text


def run_binary(*command: str) -> bytes:
    """Run a program for its output as bytes."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout


def need_engine() -> None:
    """Skip where there is no Docker engine to ask."""
    try:
        answer = docker("version", "--format", "{{.Server.Version}}", check=False)
    except FileNotFoundError:
        pytest.skip("there is no docker command")
    if answer.returncode:
        pytest.skip(f"there is no Docker engine: {answer.stderr.strip()}")


@contextlib.contextmanager
def building(name: str) -> Iterator[None]:
    """Build an image alone: of two test processes that need it, one builds it and the other finds it."""
    with (Path(tempfile.gettempdir()) / f"mentor-test-build-{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def scratch_images() -> None:
    """Build what a scratch server takes, under the names that an `up` gives them."""
    for name in ("base", "postgres", "grader"):
        with building(name):
            scratch.image(name)


@functools.cache
def image(name: str) -> str:
    """Build ``images/<name>``; the tag is its content, so that a second run builds nothing. Older ones go."""
    arguments = () if name == "base" else ("--build-arg", f"BASE={image('base')}")
    with building(name):
        return _built(name, ROOT / "images" / name, arguments)


def _built(name: str, folder: Path, arguments: tuple[str, ...]) -> str:
    """Build an image unless it is there."""
    content = hashlib.sha256(repr(arguments).encode())
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        content.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    repository = f"{NAMES}{name}"
    tag = f"{repository}:{content.hexdigest()[:12]}"
    if docker("image", "inspect", tag, check=False).returncode:
        docker("build", "--quiet", "--tag", tag, *arguments, str(folder), env={"DOCKER_BUILDKIT": "0"})
    known = docker("images", "--format", "{{.Repository}}:{{.Tag}}", repository).stdout.split()
    for older in set(known) - {tag}:
        docker("rmi", older, check=False)
    return tag


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, PEM."""

    certificate: str
    key: str


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a folder of its own."""

    folder: Path
    certificate: str

    @classmethod
    def new(cls, folder: Path) -> "Authority":
        """Make one."""
        folder.mkdir()
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=image tests", "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.crt")  # fmt: skip
        return cls(folder, (folder / "ca.crt").read_text())

    def issue(self, name: str) -> Pair:
        """Issue a certificate for one DNS name or IP address."""
        base, names = self.folder / name, f"subjectAltName={subject_names([name])}"
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-addext", names, "-keyout", f"{base}.key", "-out", f"{base}.csr")  # fmt: skip
        run("openssl", "x509", "-req", "-in", f"{base}.csr", "-CA", f"{self.folder}/ca.crt", "-CAkey",
            f"{self.folder}/ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy",
            "-out", f"{base}.crt")  # fmt: skip
        return Pair(Path(f"{base}.crt").read_text(), Path(f"{base}.key").read_text())


def tar_of(files: Mapping[str, str | bytes], *, mode: int = 0o644) -> bytes:
    """Pack a tar archive of files that belong to root."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(raw), mode
            archive.addfile(entry, io.BytesIO(raw))
    return packed.getvalue()


@dataclass
class Ground:
    """A network, and what was started on it. Names carry a token: two runs side by side do not meet."""

    token: str = field(default_factory=lambda: f"{NAMES}image-{secrets.token_hex(3)}")
    containers: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)

    def volume(self, name: str) -> str:
        """Make a volume that goes with the ground."""
        self.volumes.append(f"{self.token}-{name}")
        docker("volume", "create", "--label", LABEL, self.volumes[-1])
        return self.volumes[-1]

    def container(
        self,
        name: str,
        tag: str,
        files: Mapping[str, str],
        *options: str,
        alias: str | None = None,
        command: Sequence[str] = (),
    ) -> str:
        """Start one with its files in /etc/mentor, uploaded between create and start as the product does it."""
        full = f"{self.token}-{name}"
        self.containers.append(full)
        docker("create", "--name", full, "--label", LABEL, "--network", self.token, "--network-alias", alias or name,
               *options, tag, *command)  # fmt: skip
        docker("cp", "-", f"{full}:/etc", stdin=tar_of({f"mentor/{k}": v for k, v in files.items()}, mode=0o400))
        docker("start", full)
        return full

    def remove(self, container: str) -> None:
        """Remove one container, as by hand."""
        docker("rm", "--force", "--volumes", container)
        self.containers.remove(container)

    def clean(self) -> None:
        """Remove all that was made here."""
        for container in self.containers:
            docker("rm", "--force", "--volumes", container, check=False)
        for volume in self.volumes:
            docker("volume", "rm", "--force", volume, check=False)
        docker("network", "rm", self.token, check=False)


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """Give a network for one module's containers, and clean up whatever happens."""
    need_engine()
    made = Ground()
    docker("network", "create", "--label", LABEL, made.token)
    try:
        yield made
    finally:
        made.clean()


def wait_healthy(container: str) -> None:
    """Wait until the image's own health command agrees; what the container logged otherwise."""

    def healthy() -> bool:
        if docker("exec", container, "healthy", check=False).returncode == 0:
            return True
        assert shown(container, "{{.State.Status}}") == "running", logs(container)
        return False

    until(healthy, lambda: logs(container))


def wait_exited(container: str) -> int:
    """Wait for a container that is expected to give up; its exit code."""
    until(lambda: shown(container, "{{.State.Status}}") == "exited", lambda: logs(container))
    return int(shown(container, "{{.State.ExitCode}}"))


def shown(container: str, template: str) -> str:
    """Ask the engine for one of a container's facts."""
    return docker("container", "inspect", "--format", template, container).stdout.strip()


def wait_logged(container: str, words: str) -> None:
    """Wait for words in a container's log, which come a moment after what they tell of."""
    until(lambda: words in logs(container), lambda: logs(container))


def logs(container: str) -> str:
    """Read all that a container said."""
    said = docker("logs", container)
    return said.stdout + said.stderr


def published(container: str, port: int) -> int:
    """Find the port of this machine that leads to one of the container's."""
    return int(docker("port", container, f"{port}/tcp").stdout.splitlines()[0].rsplit(":", 1)[1])


def directory_files(
    authority: Authority, reader: str, name: str = "directory", keeper: str = "keeper-password"
) -> dict[str, str]:
    """What the directory image expects in /etc/mentor."""
    pair = authority.issue(name)
    return {
        "tls.crt": pair.certificate,
        "tls.key": pair.key,
        "ca.crt": authority.certificate,
        "reader_password": reader,
        "keeper_password": keeper,
    }


def postgres_files(
    authority: Authority, reader: str, provisioner: str, **directory: str | int | bool
) -> dict[str, str]:
    """What the postgres image expects in /etc/mentor; ``directory`` changes how the accounts are asked."""
    pair = authority.issue("postgres")
    way = {
        "host": "directory",
        "port": 636,
        "tls": "ldaps",
        "base": "ou=people,dc=mentor",
        "bind_dn": "cn=reader,dc=mentor",
        "bind_password": reader,
        "attribute": "uid",
        "bundled": True,
    }
    return {
        "tls.crt": pair.certificate,
        "tls.key": pair.key,
        "directory_ca.crt": authority.certificate,
        "provisioner_password": provisioner,
        "directory.json": json.dumps(way | directory),
    }


def put_account(directory: str, person: str, password: str, **fields: str | None) -> Completed:
    """Put one account as the program does it."""
    entry = {"id": person, "name": f"Person {person}", "email": None, "group": "students", "password": password}
    return docker("exec", "-i", directory, "account", "put", stdin=json.dumps(entry | fields), check=False)
