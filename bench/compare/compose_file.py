"""The class as compose is told it: two servers, and for each person a machine, a network and two volumes.

In: people's ids, the images, a folder with what steps.sh made. Out: the content of a compose.yaml. The options are
those that mentor gives its seats and servers, but for health checks, which here are asked by the script that waits.
"""

from collections.abc import Sequence
from pathlib import Path

from bench.compare.host import PREFIX, STACK
from bench.compare.tools import Place

LABELS = {"mentor.stack": STACK}
CAPABILITIES = ["NET_ADMIN", "SETGID", "SETPCAP", "SETUID"]


def compose_file(people: Sequence[str], place: Place, root: Path) -> dict[str, object]:
    """All of it."""
    seats = {each: f"seat-{each}" for each in people}
    networks = {name: _named(name) | _subnet(each) for each, name in seats.items()}
    volumes = ["directory", "postgres", *(f"{name}-{kind}" for name in seats.values() for kind in ("home", "engine"))]
    joined = {"backplane": {"priority": 1000}} | {name: {"aliases": ["postgres"]} for name in seats.values()}
    postgres = _service("postgres", "/var/lib/postgresql/data", place) | {
        "networks": joined,
        "ports": [f"127.0.0.1:{place.port}:5432"],
        "environment": {"MAX_CONNECTIONS": "1000", "TZ": "UTC"},
        "tmpfs": ["/run/postgresql-shared"],
    }
    services: dict[str, object] = {
        "directory": _service("directory", "/var/lib/ldap", place) | {"networks": ["backplane"]},
        "postgres": postgres,
    }
    services |= {name: _seat(each, name, place, root) for each, name in seats.items()}
    return {
        "services": services,
        "networks": {"backplane": _named("backplane"), **networks},
        "volumes": {name: _named(name) for name in volumes},
    }


def _named(name: str) -> dict[str, object]:
    return {"name": f"{PREFIX}-{name}", "labels": LABELS}


def _subnet(person: str) -> dict[str, object]:
    """As steps.sh has it."""
    number = int("".join(filter(str.isdigit, person)) or 0)
    return {"ipam": {"config": [{"subnet": f"10.200.{number}.0/28"}]}}


def _service(name: str, data: str, place: Place) -> dict[str, object]:
    return {
        "container_name": f"{PREFIX}-{name}",
        "image": place.images[name],
        "pull_policy": "never",
        "hostname": name,
        "labels": LABELS,
        "restart": "unless-stopped",
        "volumes": [f"{name}:{data}", f"{place.folder / name}:/etc/mentor:ro"],
    }


def _seat(person: str, name: str, place: Place, root: Path) -> dict[str, object]:
    return {
        "container_name": f"{PREFIX}-{name}",
        "image": place.images["seat"],
        "pull_policy": "never",
        "hostname": person,
        "labels": LABELS,
        "restart": "unless-stopped",
        "stop_grace_period": "3s",
        "networks": {name: {"aliases": ["seat"]}},
        "environment": {"STUDENT": person, "TZ": "UTC"},
        "mem_limit": "1g",
        "cpus": 1.0,
        "pids_limit": 2000,
        "logging": {"driver": "json-file", "options": {"max-size": "1m", "max-file": "1"}},
        "cap_drop": ["ALL"],
        "cap_add": CAPABILITIES,
        "security_opt": [
            f"seccomp={root / 'images' / 'seat' / 'seccomp.json'}",
            "systempaths=unconfined",
            "apparmor=unconfined",
        ],
        "devices": ["/dev/net/tun"],
        "tmpfs": ["/run/user/1000:exec,uid=1000,gid=1000,mode=700"],
        "volumes": [
            f"{name}-home:/home/student",
            f"{name}-engine:/var/lib/engine",
            f"{place.folder / 'course'}:/course:ro",
            f"{place.folder / 'key.pub'}:/etc/seat/authorized_keys:ro",
        ],
    }
