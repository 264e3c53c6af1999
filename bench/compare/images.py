"""The workshop's own images, which every tool starts: those that mentor builds from this checkout.

In: the checkout and the host's Debian image. Out: the tag of each, and a fingerprint of all.
"""

import hashlib
from pathlib import Path

from bench.compare.host import docker
from mentor.components.images import BASE, SERVICES, arguments_of, tag
from mentor.host.probe import BASE_IMAGE

USED = ("directory", "postgres", "seat", "spyglass")
"""The last one only opens the probe's terminals."""


def tags(root: Path) -> dict[str, str]:
    """What mentor calls them; they may not be built yet.

    Raises:
        FailedError: Docker does not answer.
        OSError: a folder cannot be read.
    """
    debian = docker("image", "ls", "-q", "--no-trunc", BASE_IMAGE)
    base = tag("base", root / BASE, {}, debian)
    found = {}
    for service in USED:
        folder = root / SERVICES[service]
        found[service] = tag(service, folder, {"BASE": base, **arguments_of(service)}, debian)
    return found


def fingerprint(found: dict[str, str]) -> str:
    """Eight hex digits over all of them."""
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:8]


def are_there(found: dict[str, str]) -> bool:
    """Whether all have been built on this host."""
    return all(docker("image", "ls", "-q", name) for name in found.values())
