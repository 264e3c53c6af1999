"""What the host is like right now, asked before anything is touched.

Comes in: the host's URL and the stack's name. Goes out: facts, by the docker CLI and one small shell script that runs
where the engine runs (over SSH for a remote host). Nothing on the host changes.
"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, ip_address

from mentor import remote
from mentor.host import DockerHost

TIMEOUT_SECONDS = 30
TRIES = 3
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (compared, not bound)
BRIDGE = re.compile(r"docker\d+|docker_gwbridge|br-[0-9a-f]{12}")
"""An interface of the engine's own: its network is known by name."""
BASE_IMAGE = "debian:trixie-slim"
"""What every image is built on."""

SCRIPT = r"""
[ -c /dev/net/tun ] && echo tun=1 || echo tun=0
echo userns=$(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0)
echo clone=$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)
echo apparmor=$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null || echo 0)
echo available=$(awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
echo disk=$(df -Pm "$1" 2>/dev/null | awk 'NR == 2 {print $4}')
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" {print "listen=" $2}'
awk 'NR > 1 {print "route=" $1 " " $2 " " $8}' /proc/net/route 2>/dev/null
"""


class HostError(Exception):
    """The host cannot be asked. ``args[0]`` says what was tried and what came back, in one line."""


Place = tuple[str, int]
"""An IP address of the host, ``0.0.0.0`` and ``::`` for all of them, and a port."""


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
    foreign_networks: dict[str, IPv4Network] = field(default_factory=dict)
    """The engine's networks that are not this stack's, by name."""
    routes: dict[str, list[IPv4Network]] = field(default_factory=dict)
    """Where the host itself finds other networks, by interface; without the default route and the engine's bridges."""
    students: frozenset[str] = frozenset()


def _ask(host: DockerHost, arguments: list[str], what: str) -> str:
    """Run a program where the engine runs, and give back what it printed."""
    try:
        done = subprocess.run(
            remote.command(host, arguments) if host.is_remote else arguments,
            env=os.environ | ({} if host.is_remote else host.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=TIMEOUT_SECONDS,
        )
    except FileNotFoundError as error:
        raise HostError(f"{error.filename} is not installed on this machine, and {what} needs it") from None
    except subprocess.TimeoutExpired:
        raise HostError(f"no answer within {TIMEOUT_SECONDS} s to {what}; try: {_by_hand(host)}") from None
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
    engine = json.loads(_ask(host, ["docker", "info", "--format", "{{json .}}"], "docker info"))
    if engine.get("ServerErrors"):
        raise HostError("docker info failed: " + " ".join(" ".join(engine["ServerErrors"]).split())[:300])
    machine = _machine(host, engine["DockerRootDir"])
    mine = f"label=mentor.stack={host.stack}"
    published = _ask(host, ["docker", "ps", "-a", "--filter", mine, "-q"], "docker ps").split()
    student = '{{.Label "mentor.student"}}'
    volumes = _ask(host, ["docker", "volume", "ls", "--filter", mine, "--format", student], "docker volume ls")
    return Facts(
        version=engine["ServerVersion"],
        cpus=engine["NCPU"],
        memory_mib=engine["MemTotal"] // 2**20,
        available_memory_mib=int(machine["available"][0]),
        disk_free_mib=int((machine.get("disk") or ["0"])[0] or 0),
        has_tun=machine["tun"] == ["1"],
        has_user_namespaces=int(machine["userns"][0]) > 0 and machine["clone"] != ["0"],
        has_apparmor_switch=machine["apparmor"] != ["0"],
        kernel=engine["KernelVersion"],
        base_image=_ask(host, ["docker", "image", "ls", "-q", "--no-trunc", BASE_IMAGE], "docker image ls").strip(),
        counts_swap=bool(engine["SwapLimit"]),
        listening=frozenset(map(_place, machine.get("listen", []))),
        ours=_published(host, published),
        foreign_networks=_networks(host),
        routes=_routes(machine.get("route", [])),
        students=frozenset(volumes.split()),
    )


def _machine(host: DockerHost, root: str) -> dict[str, list[str]]:
    """The script's answers, by key."""
    text = _ask(host, ["sh", "-c", SCRIPT, "probe", root], "the probe of the host")
    answers: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition("=")
        answers.setdefault(key, []).append(value)
    return answers


def _place(line: str) -> Place:
    """Read ``0100007F:1F90``: an address in 32-bit words, each as this kind of processor keeps it, and a port."""
    words, _, port = line.partition(":")
    packed = b"".join(bytes.fromhex(words[start : start + 8])[::-1] for start in range(0, len(words), 8))
    address = ip_address(packed)
    return str(getattr(address, "ipv4_mapped", None) or address), int(port, 16)


def _routes(lines: list[str]) -> dict[str, list[IPv4Network]]:
    """Read ``eth0 000200C0 00FFFFFF``: interface, network and mask."""
    found: dict[str, list[IPv4Network]] = {}
    for interface, network, mask in map(str.split, lines):
        address, netmask = (bytes.fromhex(each)[::-1] for each in (network, mask))
        if any(netmask) and not BRIDGE.fullmatch(interface):
            found.setdefault(interface, []).append(IPv4Network((address, IPv4Address(netmask).exploded), strict=False))
    return found


def _published(host: DockerHost, containers: list[str]) -> frozenset[Place]:
    """Where this stack's own containers hold the host's ports."""
    if not containers:
        return frozenset()
    template = "{{range $port, $at := .HostConfig.PortBindings}}{{range $at}}{{.HostIp}} {{.HostPort}}\n{{end}}{{end}}"
    text = _ask(host, ["docker", "inspect", "-f", template, *containers], "docker inspect")
    pairs = [line.rpartition(" ") for line in text.splitlines() if line.strip()]
    return frozenset((each, int(port)) for address, _, port in pairs for each in ([address] if address else EVERYWHERE))


def _networks(host: DockerHost) -> dict[str, IPv4Network]:
    """Subnets of the engine's networks that are not this stack's, by name."""
    line = '{{.ID}} {{.Label "mentor.stack"}}'
    for attempt in range(TRIES):
        listed = _ask(host, ["docker", "network", "ls", "--format", line], "docker network ls")
        foreign = [words[0] for words in map(str.split, listed.splitlines()) if words[1:] != [host.stack]]
        try:
            text = _ask(host, ["docker", "network", "inspect", *foreign], "docker network inspect")
        except HostError:
            # One of them went away between the two questions.
            if attempt == TRIES - 1:
                raise
        else:
            break
    return {
        # An engine takes a subnet with host bits, 192.168.7.9/24, and keeps it like that.
        each["Name"]: IPv4Network(config["Subnet"], strict=False)
        for each in json.loads(text)
        for config in each["IPAM"]["Config"] or []
        if "." in config.get("Subnet", "")
    }
