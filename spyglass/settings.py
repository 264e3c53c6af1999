"""Where this process finds its files and its address: the environment in, one frozen value out.

Everything about the class itself comes from class.json, which may change while the app runs.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Paths, the network to listen on and the workshop's name; the defaults are those of the image."""

    state: Path = Path("/var/lib/spyglass")
    secrets: Path = Path("/dev/shm/spyglass")  # noqa: S108 - the entry makes it for this user alone, mode 0700
    network: ipaddress.IPv4Network | None = None
    stack: str = "dev"
    port: int = 8000
    seat_user: str = "student"
    material: Path = Path("/course")  # what ``course-put`` unpacks
    saves: Path = Path("/saves")  # what is saved before a teacher resets something, a folder per student

    @property
    def class_file(self) -> Path:
        """What ``class-put`` writes."""
        return self.state / "class.json"

    @property
    def database(self) -> Path:
        """Sessions, known browsers, the audit log, and who has done what."""
        return self.state / "spyglass.db"

    @property
    def ssh_key(self) -> Path:
        """The private key that every seat accepts."""
        return self.secrets / "ssh_key"

    @property
    def directory(self) -> Path:
        """Where the directory is and how to search it."""
        return self.secrets / "directory.json"

    @property
    def directory_ca(self) -> Path:
        """Who signed the directory's certificate."""
        return self.secrets / "directory_ca.crt"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read what only the workshop knows.

    ``SPYGLASS_NETWORK`` is the backplane, the only network this app may listen on; ``SPYGLASS_STACK`` is the workshop's
    name, which tells its cookies from those of another one under the same host name.
    """
    try:
        network = ipaddress.IPv4Network(environment["SPYGLASS_NETWORK"])
    except (KeyError, ValueError) as error:
        message = f"SPYGLASS_NETWORK: expected the backplane's network such as 10.64.0.0/28 ({error})"
        raise SystemExit(message) from error
    stack = environment.get("SPYGLASS_STACK", "")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", stack):
        message = f"SPYGLASS_STACK: expected the stack's name: at most 40 of a-z, 0-9 and -, not {stack!r}"
        raise SystemExit(message)
    return Settings(network=network, stack=stack)
