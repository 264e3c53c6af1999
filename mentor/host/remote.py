"""Asking a host by SSH: the command that runs a program there, and in plain words why SSH did not let it.

Comes in: the host from ``hosts``, what ``ssh`` printed. Goes out: argument lists and one line. Whether the host's key
is the right one is for the operator's own ``ssh`` to say; a question to somebody at a keyboard is never asked.
"""

import shlex
from collections.abc import Sequence

from mentor.host.docker_host import SSH_OPTIONS, DockerHost

SSH_FAILED = 255
"""What ``ssh`` ends with when it did not get as far as the program."""


def target(host: DockerHost) -> str:
    """Who and where, as one types it after ``ssh``."""
    address = host.address
    place = f"{address.user}@{address.name}"
    return f"-p {address.port} {place}" if address.port else place


def command(host: DockerHost, arguments: Sequence[str]) -> list[str]:
    """The argument list that runs a program on the host; all share one connection."""
    return ["ssh", *SSH_OPTIONS, *target(host).split(), shlex.join(arguments)]


def refusal(host: DockerHost, said: str) -> str:
    """Why SSH failed and what to do, from what it printed."""
    name, port = host.address.name, host.address.port
    entry = shlex.quote(f"[{name}]:{port}") if port else name
    if "IDENTIFICATION HAS CHANGED" in said:
        return (
            f"{name} shows another SSH host key than the one that this machine knows, so nothing was sent to it. "
            "Somebody sits in between, or it was installed anew: ask who runs it, and only then "
            f"ssh-keygen -R {entry} && ssh {target(host)}"
        )
    if "Host key verification failed" in said:
        return (
            f"this machine does not know the SSH host key of {name}, so nothing was sent to it: connect once by hand, "
            f"ssh {target(host)}, and compare the fingerprint that it shows"
        )
    if "Permission denied" in said:
        return f"{name} accepts no SSH key of this machine: give it one with ssh-copy-id {target(host)}"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"{lines[-1] if lines else 'ssh ended without a word'}; try: ssh {target(host)}"
