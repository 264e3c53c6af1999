"""What the host is like right now, asked before anything is touched.

Comes in: the host's URL and the stack's name. Goes out: facts, by the docker CLI and one small shell script that runs
where the engine runs (over SSH for a remote host). Nothing on the host changes.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from mentor.host import remote
from mentor.host.docker_host import DockerHost
from mentor.host.readings import Place, networks, places, published, routes

TIMEOUT_SECONDS = 30
TRIES = 3
NEEDED = ("ServerVersion", "NCPU", "MemTotal", "KernelVersion", "SwapLimit", "DockerRootDir")
"""What is read of `docker info`; something that only looks like Docker Engine may leave it out."""
BASE_IMAGE = "debian:trixie-slim"
"""What the base of all images is built on."""

SCRIPT = r"""
[ -c /dev/net/tun ] && echo tun=1 || echo tun=0
echo userns=$(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0)
echo clone=$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)
echo apparmor=$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null || echo 0)
echo available=$(awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
while [ ! -e "$1" ] && [ "${1%/*}" ]; do set -- "${1%/*}"; done
echo disk=$(df -Pm "$1" 2>/dev/null | awk 'NR == 2 {print $4}')
[ -e /etc/sysctl.d/60-mentor.conf ] && echo prepared=1 || echo prepared=0
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" {print "listen=" $2}'
awk 'NR > 1 {print "route=" $1 " " $2 " " $4 " " $8}' /proc/net/route 2>/dev/null
"""


class HostError(Exception):
    """The host cannot be asked. ``args[0]`` says what was tried and what came back, in one line."""


@dataclass(frozen=True)
class Facts:
    """A host as it is. Sizes in MiB; ``listening`` is where TCP ports are held, ``ours`` what this stack publishes.

    ``base_image`` is the id of `BASE_IMAGE` there, empty where it is missing.
    """

    version: str
    cpus: int
    memory_mib: int
    available_memory_mib: int
    disk_free_mib: int
    has_tun: bool
    has_user_namespaces: bool
    has_apparmor_switch: bool
    kernel: str
    base_image: str
    counts_swap: bool
    listening: frozenset[Place] = frozenset()
    ours: frozenset[Place] = frozenset()
    foreign_networks: tuple[tuple[str, IPv4Network], ...] = ()
    """The engine's networks that are not this stack's: name and subnet."""
    routes: tuple[tuple[str, IPv4Network], ...] = ()
    """Where the host finds other networks, by interface; without ways to everywhere and the engine's networks."""
    volumes: frozenset[str] = frozenset()
    """The names of this stack's volumes."""
    students: frozenset[str] = frozenset()
    """Who has one of them."""
    seats_running: int = 0
    services_running: bool = False
    is_prepared: bool = False
    """Whether the installation of Docker by this program has been there, with what it sets for seats."""

    @property
    def has_engine(self) -> bool:
        """Whether there is Docker at all; see `bare`."""
        return bool(self.version)


def ask(host: DockerHost, arguments: list[str], what: str, *, told: str = "", seconds: float = TIMEOUT_SECONDS) -> str:
    """Run a program where the engine runs, ``told`` on its input, and give back what it printed.

    Raises:
        HostError: it failed, or did not end in time.
    """
    try:
        if host.is_remote:  # where the shared connection has its socket, and ssh itself does not make the folder
            Path("~/.ssh").expanduser().mkdir(mode=0o700, exist_ok=True)
        done = subprocess.run(
            remote.command(host, arguments) if host.is_remote else arguments,
            env=os.environ | ({} if host.is_remote else host.environment),
            input=told,
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds,
        )
    except FileNotFoundError as error:
        raise HostError(f"{error.filename} is not installed on this machine, and {what} needs it") from None
    except OSError as error:
        raise HostError(f"{error.filename} cannot be used on this machine: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise HostError(f"no answer within {seconds:g} s to {what}; try: {_by_hand(host)}") from None
    except subprocess.CalledProcessError as error:
        if host.is_remote and error.returncode == remote.SSH_FAILED:
            raise HostError(remote.refusal(host, error.stderr)) from None
        said = " ".join((error.stderr or error.stdout or "").split()) or f"exit code {error.returncode}"
        raise HostError(f"{what} failed: {said[-300:]}; try: {_by_hand(host)}") from None
    return done.stdout


def _by_hand(host: DockerHost) -> str:
    """What a person types to see the same for himself."""
    return f"ssh {remote.target(host)} docker info" if host.is_remote else f"DOCKER_HOST={host.url} docker info"


def probe(host: DockerHost) -> Facts:
    """Ask the host everything that the preflight judges.

    Raises:
        HostError: the engine or the machine does not answer.
    """
    if not shutil.which("docker"):
        raise HostError("the docker command is not installed on this machine")
    engine = _engine(host)
    found = machine(host, engine["DockerRootDir"])
    mine = f"label=mentor.stack={host.stack}"
    who = '{{.ID}} {{.Label "mentor.student"}}'
    running = list(
        map(str.split, ask(host, ["docker", "ps", "--filter", mine, "--format", who], "docker ps").splitlines())
    )
    known = networks(_networks(host), host.stack)
    whose = '{{.Name}} {{.Label "mentor.student"}}'
    listed = ask(host, ["docker", "volume", "ls", "--filter", mine, "--format", whose], "docker volume ls")
    volumes = [line.split() for line in listed.splitlines()]
    return Facts(
        version=engine["ServerVersion"],
        cpus=engine["NCPU"],
        memory_mib=engine["MemTotal"] // 2**20,
        available_memory_mib=int(found["available"][0]),
        disk_free_mib=int((found.get("disk") or ["0"])[0] or 0),
        has_tun=found["tun"] == ["1"],
        has_user_namespaces=int(found["userns"][0]) > 0 and found["clone"] != ["0"],
        has_apparmor_switch=found["apparmor"] != ["0"],
        kernel=engine["KernelVersion"],
        base_image=ask(host, ["docker", "image", "ls", "-q", "--no-trunc", BASE_IMAGE], "docker image ls").strip(),
        counts_swap=bool(engine["SwapLimit"]),
        listening=places(found.get("listen", [])),
        ours=_published(host, [words[0] for words in running]),
        foreign_networks=tuple((name, network) for name, network, mine in known if not mine),
        routes=routes(found.get("route", []), (network for _, network, _ in known)),
        volumes=frozenset(words[0] for words in volumes),
        students=frozenset(words[1] for words in volumes if len(words) > 1),
        seats_running=sum(len(words) > 1 for words in running),
        services_running=any(len(words) == 1 for words in running),
        is_prepared=found.get("prepared") == ["1"],
    )


def _engine(host: DockerHost) -> dict[str, Any]:
    """What the engine says of itself."""
    engine = _json(ask(host, ["docker", "info", "--format", "{{json .}}"], "docker info"))
    if not isinstance(engine, dict):
        raise HostError("docker info answered what is no description of an engine")
    if engine.get("ServerErrors"):
        raise HostError("docker info failed: " + " ".join(" ".join(engine["ServerErrors"]).split())[:300])
    if missing := [key for key in NEEDED if engine.get(key) in {None, ""}]:
        raise HostError(f"docker info says nothing about {', '.join(missing)}: is this Docker Engine?")
    return engine


def machine(host: DockerHost, root: str, more: str = "") -> dict[str, list[str]]:
    """The script's answers, by key; ``root`` is where Docker's data lies, ``more`` asks for more.

    Raises:
        HostError: the machine does not answer.
    """
    text = ask(host, ["sh", "-c", SCRIPT + more, "probe", root], "the probe of the host")
    answers: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition("=")
        answers.setdefault(key, []).append(value)
    return answers


def _published(host: DockerHost, containers: list[str]) -> frozenset[Place]:
    """Where this stack's own running containers hold the host's ports."""
    if not containers:
        return frozenset()
    template = "{{range $port, $at := .HostConfig.PortBindings}}{{range $at}}{{.HostIp}} {{.HostPort}}\n{{end}}{{end}}"
    return published(ask(host, ["docker", "inspect", "-f", template, *containers], "docker inspect").splitlines())


def _networks(host: DockerHost) -> list[dict[str, Any]]:
    """The engine's networks, as it describes them."""
    for attempt in range(TRIES):
        listed = ask(host, ["docker", "network", "ls", "-q"], "docker network ls").split()
        try:
            found: list[dict[str, Any]] = _json(
                ask(host, ["docker", "network", "inspect", *listed], "docker network inspect")
            )
        except HostError:
            # One of them went away between the two questions.
            if attempt == TRIES - 1:
                raise
        else:
            return found
    raise AssertionError("the last try answers or raises")


def _json(text: str) -> Any:  # noqa: ANN401  (whatever the engine says)
    """Read what the engine printed, in one line where it is not what engines print."""
    try:
        return json.loads(text)
    except ValueError:
        raise HostError(f"the engine answered what is not JSON: {text.strip()[:200]!r}") from None
