"""A second machine with an address of its own: a container with an sshd and a Docker engine inside.

In: the seat's image, which has all the packages. Out: a `Node`, and an `Operator` who knows its host key: a folder with
an `ssh` that comes first on PATH, so that nobody's real ``~/.ssh`` is read or written.
"""

import contextlib
import io
import os
import secrets
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mentor.components.images import SERVICES
from ops import scratch
from tests.ground import NAMES, run
from tests.waiting import until
from tests.workshop_kit import ROOT, Workshop, docker

FOLDER = Path(__file__).parent / "node"
RIGHTS = [
    "--cap-add=ALL", "--cap-drop=SYS_RESOURCE", "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined", "--security-opt=systempaths=unconfined",
    "--device-cgroup-rule=a *:* rwm", "--device=/dev/net/tun",
]  # fmt: skip
"""What an engine inside a container needs where ``--privileged`` is not to be had."""

# Engines from 25 on use only images that they built themselves as a build's cache; this mark says that they did.
MARK = r"""cd /var/lib/docker/image/overlay2/imagedb/metadata/sha256
for image in ../../content/sha256/*; do
  mkdir -p "${image##*/}" && printf '\001' > "${image##*/}/builtLocally"
done"""


def _key(folder: Path, name: str) -> str:
    """Make a key pair and return its public part."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name))
    return (folder / f"{name}.pub").read_text()


class Operator:
    """Somebody at his own machine, with his own SSH configuration."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{NAMES}operator-"))
        self.public_key = _key(self.folder, "key")
        (self.folder / "known_hosts").touch()
        (self.folder / "config").write_text(
            f"IdentityFile {self.folder}/key\nIdentitiesOnly yes\n"
            f"UserKnownHostsFile {self.folder}/known_hosts\nGlobalKnownHostsFile /dev/null\n"
        )
        shim = self.folder / "bin" / "ssh"
        shim.parent.mkdir()
        path = os.environ.get("PATH", "").split(os.pathsep)
        real = shutil.which("ssh", path=os.pathsep.join(each for each in path if Path(each) != ROOT / "ops" / "ssh"))
        # The first value of an option counts; a socket's path has to be short.
        other = f'set -- -o ControlPath={self.folder}/mentor-%C "$@"'
        shim.write_text(
            f'#!/bin/sh\ncase "$*" in *ControlPath=*{self.folder}/*) ;; *) {other} ;; esac\n'
            f'exec {real} -F {self.folder}/config "$@"\n'
        )
        shim.chmod(0o755)

    @property
    def ssh(self) -> str:
        """His ssh command."""
        return str(self.folder / "bin" / "ssh")

    def knows(self, address: str, host_key: str) -> None:
        """Write down a host's key in place of the one known so far."""
        (self.folder / "known_hosts").write_text(f"{address} {host_key}")

    def sits_at(self, workshop: Workshop) -> Workshop:
        """Make a workshop's commands use his ssh."""
        # Behind the one that lets docker's calls share connections, as his own would be.
        workshop.environment["PATH"] = f"{ROOT / 'ops' / 'ssh'}:{self.folder / 'bin'}:{workshop.environment['PATH']}"
        workshop.environment["XDG_RUNTIME_DIR"] = str(self.folder)  # where shared connections have their sockets
        return workshop

    def leaves(self) -> None:
        """Close his connections and remove his folder."""
        for socket in self.folder.iterdir():
            if socket.is_socket():
                run("ssh", "-o", f"ControlPath={socket}", "-O", "exit", "any", check=False)
        shutil.rmtree(self.folder)


class Node:
    """The second machine. Its host key is in ``host_key``; ``remove`` leaves nothing of it.

    A ``bare`` one has no Docker yet, and a second user ``anna`` who may use sudo.
    """

    def __init__(self, *, bare: bool = False) -> None:
        self.bare = bare
        self.name = f"{NAMES}node-{secrets.token_hex(3)}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{NAMES}node-"))
        self.host_key = _key(self.folder, "host_key")
        self.image = ""
        self.address = ""

    def start(self, *authorized: str) -> None:
        """Build it, start it, and wait until its engine answers, or its sshd."""
        if self.bare:
            made, data = ["-f", str(FOLDER / "bare.Dockerfile")], "/var/lib"
        else:
            made, data = ["--build-arg", f"SEAT={scratch.image('seat')}"], "/var/lib/docker"
        self.image = docker("build", "-q", *made, str(FOLDER), env=os.environ | {"DOCKER_BUILDKIT": "0"}).splitlines()[
            -1
        ]
        docker("volume", "create", self.name)
        docker(
            "create",
            "--name",
            self.name,
            "--hostname",
            "node",
            *(["--init"] if self.bare else []),
            *RIGHTS,
            "-v",
            f"{self.name}:{data}",
            self.image,
        )
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            keys, own = "".join(authorized), (self.folder / "host_key").read_text()
            files = {"root/.ssh/authorized_keys": keys, "etc/node/host_key": own}
            files |= {"home/anna/.ssh/authorized_keys": keys} if self.bare else {}
            for path, text in files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(text), 0o600
                archive.addfile(entry, io.BytesIO(text.encode()))
        subprocess.run(
            ["docker", "cp", "-", f"{self.name}:/"], input=packed.getvalue(), check=True, capture_output=True
        )
        docker("start", self.name)
        self.address = docker("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", self.name)
        until(
            lambda: "Server listening" in self.log() and (self.bare or self.has_docker()),
            lambda: run("docker", "logs", "--tail", "30", self.name).stderr,
        )

    def has_docker(self) -> bool:
        """Whether an engine answers on it."""
        return run("docker", "exec", self.name, "docker", "info", check=False).returncode == 0

    def give_base_and_cache(self, *, but: str) -> None:
        """Copy Debian's image there, and this machine's builds as the cache of its own, ``but`` one."""
        names = [scratch.image(service) for service in SERVICES if service != but]
        names += docker(
            "images", "--filter", "reference=mentor/course-*", "--format", "{{.Repository}}:{{.Tag}}"
        ).split()
        steps = {"debian:trixie-slim"}
        for name in names:
            steps |= {
                step for step in docker("history", "-q", "--no-trunc", name).split() if step.startswith("sha256:")
            }
        pipe = f"docker save {shlex.join(sorted(steps))} | docker exec -i {self.name} docker load -q"
        run("bash", "-o", "pipefail", "-c", pipe)
        docker("exec", self.name, "bash", "-c", MARK)

    def run(self, script: str) -> str:
        """Run a script on it, as somebody who sits there."""
        return docker("exec", self.name, "bash", "-c", script)

    def docker(self, *arguments: str) -> str:
        """Run its own docker CLI."""
        return docker("exec", self.name, "docker", *arguments)

    def holds(self) -> set[str]:
        """Everything on it that a workshop could leave behind."""
        return {
            *(f"container {name}" for name in self.docker("ps", "-a", "--format", "{{.Names}}").split()),
            *(f"network {name}" for name in self.docker("network", "ls", "--format", "{{.Name}}").split()),
            *(f"volume {name}" for name in self.docker("volume", "ls", "-q").split()),
        }

    def log(self) -> str:
        """What its sshd and its engine said."""
        done = run("docker", "logs", self.name)
        return done.stdout + done.stderr

    def visits(self) -> int:
        """How often somebody came in by SSH."""
        return self.log().count("Accepted publickey")

    def remove(self) -> None:
        """Remove the machine with everything on it."""
        docker("rm", "-f", "-v", self.name, check=False)
        docker("volume", "rm", "-f", self.name, check=False)
        if self.image:
            docker("rmi", self.image, check=False)
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def known_node(operator: Operator, *, bare: bool = False) -> Iterator[Node]:
    """Give a second machine that lets him in and whose key he knows, for as long as this lasts."""
    node = Node(bare=bare)
    try:
        node.start(operator.public_key)
        operator.knows(node.address, node.host_key)
        yield node
    finally:
        node.remove()
