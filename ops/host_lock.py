"""One operator at a time on a stack's things, seen on the Docker host: two machines with a state each share no other.

In: the engine, the stack's name. Out: while a program of ours works, a container on the host that never starts and says
in its labels who works and since when. Its name can exist only once, so the engine decides who was first.
"""

import getpass
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ops.console import StopError, say
from ops.engine import Engine
from ops.locks import command_line

IMAGE = "debian:trixie-slim"
"""Any that is surely there: nothing runs."""
_WHO, _PID = "mentor.lock.who", "mentor.lock.pid"
_OURS = "ops."  # as in `python -m ops.up`


@contextmanager
def held(engine: Engine, stack: str) -> Iterator[None]:
    """Hold the stack on this host for the time of a run.

    A host that does not answer, or lacks the image, is not held: the program says better what is wrong with it.

    Raises:
        StopError: somebody else works on it, with who and since when.
    """
    name = f"mentor-{stack}-in-use"
    taken = _take(engine, name)
    try:
        yield
    finally:
        if taken:
            engine.run("container", "rm", "--force", name)


def _take(engine: Engine, name: str) -> bool:
    labels = {_WHO: f"{getpass.getuser()}@{socket.gethostname()}", _PID: str(os.getpid())}
    create = ["container", "create", "--name", name, "--pull", "never", "--network", "none"]
    create += [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    for _ in range(3):
        done = engine.run(*create, IMAGE, "true")
        if done.returncode == 0:
            return True
        if "already in use" not in done.stderr:
            return False
        holder = _holder(engine, name)
        if holder is None:
            continue  # released meanwhile
        if not left_behind(holder):
            who, since = holder.get(_WHO, "somebody"), holder["since"]
            raise StopError(
                f"The workshop on {engine.address} is in use by {who} (pid {holder.get(_PID, '?')}) since {since}: "
                f"wait for that run to end.\nOnly if it is surely dead: docker -H {engine.address} rm {name}"
            )
        say(f"a run of {holder[_WHO]} (pid {holder[_PID]}) died and left the host held: released")
        engine.run("container", "rm", "--force", name)
    return False


def _holder(engine: Engine, name: str) -> dict[str, str] | None:
    """The labels of the one who holds it, and ``since`` when; None if nobody does by now."""
    template = f'{{{{index .Config.Labels "{_WHO}"}}}}\t{{{{index .Config.Labels "{_PID}"}}}}\t{{{{.Created}}}}'
    done = engine.run("container", "inspect", "--format", template, name)
    words = done.stdout.strip().split("\t")
    if done.returncode != 0 or len(words) != 3:  # noqa: PLR2004
        return None
    return {_WHO: words[0], _PID: words[1], "since": words[2][:19].replace("T", " ") + " UTC"}


def left_behind(
    holder: Mapping[str, str], *, here: str | None = None, process: Callable[[int], str | None] = command_line
) -> bool:
    """Whether the holder ran on this machine and is gone; of another machine nothing is certain."""
    who, pid = holder.get(_WHO, ""), holder.get(_PID, "")
    if who.rpartition("@")[2] != (here or socket.gethostname()) or not pid.isdigit():
        return False
    running = process(int(pid))
    return running is None or _OURS not in running  # a number that something else has by now
