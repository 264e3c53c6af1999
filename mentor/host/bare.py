"""A server before Docker is on it: whether it can be installed there, and whether the machine is large enough.

Comes in: the host, reached over SSH. Goes out: facts in the form of a host with Docker, with an empty ``version``; what
an engine would tell is read from the kernel or not known. Nothing there changes.
"""

from dataclasses import dataclass

from mentor.host.docker_host import DockerHost
from mentor.host.probe import Facts, ask, machine
from mentor.host.readings import places, routes

SYSTEMS = ("debian", "ubuntu")
"""Whose own packages are installed."""
DATA = "/var/lib"
"""Where Docker's data will lie."""
IS_BARE = r"""
if [ -e /var/lib/mentor-installs-docker ]; then echo yes
elif [ -x /usr/sbin/dockerd ] || [ -x /usr/bin/dockerd ] || [ -e /var/lib/docker ]; then echo no
else echo yes; fi
"""
"""An engine that only does not answer is none to install, and where its data lies, somebody's work may lie."""
SCRIPT = r"""
echo system=$(. /etc/os-release 2> /dev/null; echo "$ID $ID_LIKE")
{ [ "$(id -u)" = 0 ] || sudo -n true 2> /dev/null; } && echo root=1 || echo root=0
command -v apt-get > /dev/null && echo apt=1 || echo apt=0
echo kernel=$(uname -r)
echo cpus=$(getconf _NPROCESSORS_ONLN)
echo memory=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
"""


@dataclass(frozen=True)
class Bare:
    """A server without Docker: what it is like, and what keeps Docker off it, a line each."""

    facts: Facts
    problems: tuple[str, ...]


def is_bare(host: DockerHost) -> bool:
    """Whether Docker was never there, or its installation by this program did not end.

    Raises:
        HostError: the machine does not answer.
    """
    return ask(host, ["sh", "-c", IS_BARE], "the question for Docker").strip() == "yes"


def look(host: DockerHost) -> Bare:
    """Ask the machine what an engine cannot be asked yet.

    Raises:
        HostError: the machine does not answer.
    """
    found = machine(host, DATA, SCRIPT)
    system, user = found["system"][0].split() or ["an unknown system"], host.address.user
    problems = []
    if not any(one in system for one in SYSTEMS) or found["apt"] != ["1"]:
        problems.append(
            f"has no Docker, and runs {system[0]}: it is installed on Debian and Ubuntu alone; install it there "
            "yourself, and leave `install` out"
        )
    if found["root"] != ["1"]:
        problems.append(
            f"has no Docker, and {user} may not install it: sign in as root, or let {user} use sudo without a password"
        )
    facts = Facts(
        version="",
        cpus=int(found["cpus"][0]),
        memory_mib=int(found["memory"][0]),
        available_memory_mib=int(found["available"][0]),
        disk_free_mib=int(found["disk"][0] or 0),
        has_tun=False,
        has_user_namespaces=False,
        has_apparmor_switch=True,
        kernel=found["kernel"][0],
        base_image="",
        counts_swap=False,
        listening=places(found.get("listen", [])),
        routes=routes(found.get("route", []), ()),
        machine=found["machine"][0],
    )
    return Bare(facts, tuple(problems))
