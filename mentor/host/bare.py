"""A server before Docker is on it: whether it can be installed there, and whether the machine is large enough.

Comes in: the host, reached over SSH. Goes out: facts in the form of a host with Docker, with an empty ``version``; what
an engine would tell is read from the kernel or not known. Nothing there changes.
"""

from dataclasses import dataclass

from mentor.host.docker_host import DockerHost
from mentor.host.probe import BASE_IMAGE, Facts, ask, machine
from mentor.host.readings import places, routes

SYSTEMS = ("debian", "ubuntu")
"""Whose own packages are installed."""
DATA = "/var/lib/docker"
"""Where Docker's data will lie: on the disk of the folder, or of the nearest one above that is there."""
IS_BARE = r"""
asked() { docker "$@" 2> /dev/null || sudo -n docker "$@" 2> /dev/null; }
begun=$([ -e /var/lib/mentor-installs-docker ] && echo yes)
if asked version --format '{{.Server.Version}}' > /dev/null; then
  ours=$(asked ps -aq --filter "label=mentor.stack=$1"; asked volume ls -q --filter "label=mentor.stack=$1")
  [ -z "$ours" ] && { [ "$begun" ] || [ -z "$(asked image ls -q "$2")" ]; } && echo yes || echo no
elif { ls "$3/volumes" || sudo -n ls "$3/volumes"; } 2> /dev/null | grep -q "^mentor-$1-"; then echo no
elif [ "$begun" ]; then echo yes
elif [ -e /usr/sbin/dockerd ] || [ -e /usr/bin/dockerd ] || [ -e /snap/bin/docker ]; then echo no
elif [ ! -e "$3" ]; then echo yes
elif [ ! -r "$3" ] || ls -A "$3" | grep -qvx 'lost+found'; then echo no
else echo yes; fi
"""
"""An engine that only does not answer is none to install, and where its data lies, somebody's work may lie. One that
answers lacks something if its installation did not end, or Debian's image never came; never beside a workshop."""
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
    """Whether Docker was never there, or what this program does to bring it did not end.

    Raises:
        HostError: the machine does not answer.
    """
    question = ["sh", "-c", IS_BARE, "bare", host.stack, BASE_IMAGE, DATA]
    return ask(host, question, "the question for Docker").strip() == "yes"


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
    )
    return Bare(facts, tuple(problems))
