"""Where this process finds its files and its address: the environment in, one frozen value out.

Everything about the class itself comes from class.json, which may change while the app runs.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Paths and the network to listen on; the defaults are those of the image."""

    state: Path = Path("/var/lib/spyglass")
    secrets: Path = Path("/dev/shm/spyglass")  # noqa: S108 - the entry makes it for this user alone, mode 0700
    network: ipaddress.IPv4Network | None = None
    port: int = 8000
    seat_user: str = "student"

    @property
    def class_file(self) -> Path:
        """What ``class-put`` writes."""
        return self.state / "class.json"

    @property
    def database(self) -> Path:
        """Sessions and the audit log."""
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
    """Read ``SPYGLASS_NETWORK``: the backplane, the only network this app may listen on."""
    try:
        network = ipaddress.IPv4Network(environment["SPYGLASS_NETWORK"])
    except (KeyError, ValueError) as error:
        message = f"SPYGLASS_NETWORK: expected the backplane's network such as 10.64.0.0/28 ({error})"
        raise SystemExit(message) from error
    return Settings(network=network)
