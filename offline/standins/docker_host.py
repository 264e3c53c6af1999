"""The Docker Engine that the docker stand-in talks to, by the address of its provider; and how it is asked.

In: the provider's settings. Out: a connected client, and the client's errors as sentences.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from requests import RequestException

from offline.standins.properties import each
from offline.standins.resource import Call, Failed, Resource
from offline.standins.values import Values

SETTINGS = each("host", "sshOpts")
_DEFAULT = "unix:///var/run/docker.sock"
_PATIENCE = 600  # seconds without a byte from the engine; a build step may be silent that long
_REMOVAL = 30  # seconds until the last container must have let go


class DockerHost:
    """A lazily connected engine: unix:// or ssh://."""

    def __init__(self) -> None:
        self._host = _DEFAULT
        self._ssh_options: list[str] = []
        self._lock = threading.Lock()

    def configure(self, settings: Values) -> None:
        """Take the provider's settings; an engine on this machine must answer at once, as with the official plugin."""
        self._host = settings.get("host", _DEFAULT)
        self._ssh_options = settings.get("sshOpts", [])
        address = urlsplit(self._host)
        if address.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(address.path)
                except OSError as error:
                    raise Failed(f"failed to connect to any docker daemon: {self._host}: {error.strerror}") from error
        elif address.scheme != "ssh":
            raise Failed(f"host '{self._host}' is not a unix:// or ssh:// address: the offline stand-in knows no other")

    @property
    def api(self) -> APIClient:
        """The client; made at first use, since most runs of a plugin only compare."""
        with self._lock:
            return self._api

    @cached_property
    def _api(self) -> APIClient:
        address = _tunnel(self._host, self._ssh_options) if self._host.startswith("ssh://") else self._host
        with explained(f"failed to connect to any docker daemon: {self._host}"):
            return APIClient(address, version="auto", timeout=_PATIENCE, max_pool_size=64)


def _tunnel(host: str, options: list[str]) -> str:
    """A local socket, each connection of which is one `docker system dial-stdio` on the far machine."""
    command = dial_command(host, options)
    base = Path(tempfile.gettempdir())
    for old in base.glob("docker-ssh-*"):  # the engine ends its plugins too abruptly to clear away
        if not Path("/proc", old.name.rsplit("-", 1)[-1]).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = base / f"docker-ssh-{os.getpid()}"
    folder.mkdir(mode=0o700)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "docker.sock"))
    listener.listen(64)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:  # the child holds its own copy
                subprocess.Popen(command, stdin=connection.fileno(), stdout=connection.fileno())

    threading.Thread(target=accept, daemon=True).start()
    return f"unix://{folder}/docker.sock"


def dial_command(host: str, options: list[str]) -> list[str]:
    """The command whose input and output are a connection to the engine at an ssh:// address."""
    address = urlsplit(host)
    if not address.hostname:
        raise Failed(f"host '{host}' names no machine")
    user = ["-l", address.username] if address.username else []
    port = ["-p", str(address.port)] if address.port else []
    return ["ssh", *options, *user, *port, "--", address.hostname, "docker", "system", "dial-stdio"]


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn the client's errors into one sentence that begins with what was tried."""
    try:
        yield
    except APIError as error:
        raise Failed(f"{what}: {error.explanation or error}") from error
    except (DockerException, RequestException) as error:
        raise Failed(f"{what}: {error}") from error


class EngineResource(Resource):
    """What all of an engine's things have in common. `what` is the engine's word for it."""

    what: ClassVar[str]

    def __init__(self, host: DockerHost) -> None:
        self.host = host

    def read(self, resource_id: str, state: Values) -> Values | None:
        inspect = getattr(self.host.api, f"inspect_{self.what}")
        with explained(f"Unable to inspect {self.what}"), contextlib.suppress(NotFound):
            return self.state(state, inspect(resource_id))
        return None

    def state(self, known: Values, found: Values) -> Values:
        """What was known, corrected by what the engine tells."""
        raise NotImplementedError


def removed(what: str, remove: Callable[[], None], call: Call) -> None:
    """Remove a thing that containers may still hold for a moment; one that is gone is fine."""
    end = time.monotonic() + _REMOVAL
    while True:
        with explained(what):
            try:
                return remove()
            except NotFound:
                return None
            except APIError as error:
                held = "has active endpoints" in str(error) or "volume is in use" in str(error)
                if not held or time.monotonic() >= end:
                    raise
        if call.cancelled.wait(0.5):
            raise Failed(f"{what}: cancelled while it was still in use")


def engine_labels(inputs: Values) -> dict[str, str]:
    """A resource's labels as the engine takes them."""
    return {entry["label"]: entry["value"] for entry in inputs.get("labels", [])}


def label_state(found: dict[str, str] | None) -> list[Values]:
    """The engine's labels as a resource has them."""
    return [{"label": label, "value": value} for label, value in sorted((found or {}).items())]
