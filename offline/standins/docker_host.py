"""The Docker Engine that the docker stand-in talks to, by the address of its provider."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound

from offline.standins.resource import Failed
from offline.standins.values import Values

_DEFAULT = "unix:///var/run/docker.sock"
_PATIENCE = 600  # seconds without a byte from the engine; a build step may be silent that long


class DockerHost:
    """A lazily connected engine: unix://, tcp:// or ssh://."""

    def __init__(self) -> None:
        self._host = _DEFAULT
        self._ssh_options: list[str] = []
        self._lock = threading.Lock()

    def configure(self, settings: Values) -> None:
        """Take the provider's settings; an engine on this machine must answer at once, as with the official plugin."""
        self._host = settings.get("host") or os.environ.get("DOCKER_HOST") or _DEFAULT
        self._ssh_options = settings.get("sshOpts") or os.environ.get("DOCKER_SSH_OPTS", "").split()
        address = urlsplit(self._host)
        if address.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(address.path)
                except OSError as error:
                    raise Failed(f"failed to connect to any docker daemon: {self._host}: {error.strerror}") from error
        elif address.scheme not in ("tcp", "ssh"):
            raise Failed(f"host '{self._host}' is not a unix://, tcp:// or ssh:// address")

    @property
    def api(self) -> APIClient:
        """The client; made at first use, since most runs of a plugin only compare."""
        with self._lock:
            return self._api

    @cached_property
    def _api(self) -> APIClient:
        address = _tunnel(self._host, self._ssh_options) if self._host.startswith("ssh://") else self._host
        try:
            return APIClient(address, version="auto", timeout=_PATIENCE, max_pool_size=64)
        except DockerException as error:
            raise Failed(f"failed to connect to any docker daemon: {self._host}: {error}") from error


def _tunnel(host: str, options: list[str]) -> str:
    """A local socket, each connection of which is one `docker system dial-stdio` on the far machine."""
    command = dial_command(host, options)
    path = _private_folder() / "docker.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:  # the child holds its own copy
                subprocess.Popen(command, stdin=connection.fileno(), stdout=connection.fileno())

    threading.Thread(target=accept, daemon=True).start()
    return f"unix://{path}"


def dial_command(host: str, options: list[str]) -> list[str]:
    """The command whose input and output are a connection to the engine at an ssh:// address."""
    address = urlsplit(host)
    if not address.hostname:
        raise Failed(f"host '{host}' names no machine")
    user = ["-l", address.username] if address.username else []
    port = ["-p", str(address.port)] if address.port else []
    return ["ssh", *options, *user, *port, "--", address.hostname, "docker", "system", "dial-stdio"]


def _private_folder() -> Path:
    """A folder of this process; those of plugins that the engine has ended are removed."""
    base = Path(tempfile.gettempdir())
    for old in base.glob("docker-ssh-*"):
        if not Path("/proc", old.name.rsplit("-", 1)[-1]).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = base / f"docker-ssh-{os.getpid()}"
    folder.mkdir(mode=0o700)
    return folder


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn the client's errors into one sentence that begins with what was tried."""
    from docker.errors import DockerException  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    try:
        yield
    except APIError as error:
        raise Failed(f"{what}: {error.explanation or error}") from error
    except (DockerException, RequestException) as error:
        raise Failed(f"{what}: {error}") from error


def gone(error: Exception) -> bool:
    """Whether the client's error says that there is no such thing (any more)."""
    return isinstance(error, NotFound) or "is already in progress" in str(error)
