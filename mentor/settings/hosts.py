"""Reader of the Docker host: where its engine is, and whether it is to be installed there.

In: an entry of ``hosts``, as the configuration holds it. Out: a `HostAddress`; `ValueError` says the rule.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mentor.settings.addresses import host_name, in_url
from mentor.settings.problems import meant
from mentor.settings.values import text

KEYS = ("url", "install")


@dataclass(frozen=True)
class HostAddress:
    """Where the engine is, as one `hosts` entry says it."""

    url: str
    name: str
    """The host's name or address as this machine knows it; 127.0.0.1 for the local engine."""
    user: str | None = None
    port: int | None = None
    install: bool = False
    """Whether Docker is to be installed there where it is missing."""

    @property
    def is_remote(self) -> bool:
        """Whether the engine is reached by SSH."""
        return self.user is not None


def host_of(url: str) -> HostAddress:
    """Read an engine's URL: ``unix:///path`` or ``ssh://user@host[:port]``."""
    if url.startswith("unix://"):
        if not re.fullmatch(r"unix:///[^\s?#]+", url):
            raise ValueError("needs the full path of the engine's socket: unix:///var/run/docker.sock")
        return HostAddress(url=url, name="127.0.0.1")
    if url.startswith("ssh://"):
        return _ssh_parts(url)
    if re.match(r"(tcp|http|https)://", url):
        inner = _inner_name(url)
        raise ValueError(
            "is refused: whoever reaches an engine's TCP port is root on that host; "
            f'write "ssh://root@{inner}" (SSH keys, nothing to open)'
        )
    if url.startswith("/"):
        raise ValueError(f'is not a host; did you mean "unix://{url}"?')
    raise ValueError("is not a host: write unix:///var/run/docker.sock or ssh://user@host[:port]")


def _inner_name(url: str) -> str:
    try:
        return in_url(urlsplit(url).hostname or "host")
    except ValueError:
        return "host"


def _ssh_parts(url: str) -> HostAddress:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        raise ValueError("has no valid port: ssh://user@host:22") from None
    if split.password is not None:
        raise ValueError("holds a password, and configuration is no place for one: use an SSH key, ssh://user@host")
    if split.path not in {"", "/"} or split.query or split.fragment:
        raise ValueError(f'is more than a host; did you mean "{split.scheme}://{split.netloc}"?')
    if not split.username:
        raise ValueError(f'names no user; did you mean "ssh://root@{split.netloc or "host"}"?')
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", split.username):
        raise ValueError("has a user name that SSH does not take: ssh://user@host")
    if port == 0:
        raise ValueError("has no valid port: ssh://user@host:22")
    return HostAddress(url=url, name=host_name(split.hostname or ""), user=split.username, port=port)


def docker_host(value: object) -> HostAddress:
    """Read an entry of ``hosts``: an engine's URL, or a mapping of ``url`` and ``install``."""
    if isinstance(value, HostAddress):
        return value
    if not isinstance(value, Mapping):
        return host_of(text(value, 1000))
    for key in value:
        if key not in KEYS:
            raise ValueError(f'has the unknown key "{key}"{meant(str(key), KEYS)}: url and install are known')
    if "url" not in value:
        raise ValueError('names no host: write {url: "ssh://root@host", install: docker}')
    found = host_of(text(value["url"], 1000))
    wanted = value.get("install")
    if wanted is not None and wanted != "docker":
        raise ValueError('has something else than "docker" to install: write install: docker, or leave it out')
    if wanted and not found.is_remote:
        raise ValueError("is this machine, where `make setup` installs Docker: install is for ssh://user@host")
    return replace(found, install=wanted is not None)
