"""Who holds a stack, and whether he is still there.

In: the lock files of a file backend. Out: locks, each alive or dead. Other backends keep their own locks, and Pulumi's
messages name their holder.
"""

import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Lock:
    """One lock: the process that took it, and when."""

    pid: int
    user: str
    host: str
    time: datetime
    file: Path

    def __str__(self) -> str:
        """The holder, for a message."""
        return f"{self.user}@{self.host} (pid {self.pid}) since {self.time.astimezone():%Y-%m-%d %H:%M:%S}"


def parse(text: str, file: Path) -> Lock:
    """A lock from the JSON that Pulumi writes."""
    content = json.loads(text)
    time = datetime.fromisoformat(content["timestamp"][:19] + "+00:00")
    return Lock(pid=content["pid"], user=content["username"], host=content["hostname"], time=time, file=file)


def folder(backend: str) -> Path | None:
    """The folder of a ``file://`` backend, or None for any other."""
    if not backend.startswith("file://"):
        return None
    return Path(backend.removeprefix("file://").partition("?")[0]).expanduser()


def held(backend: str, project: str, stack: str) -> list[Lock]:
    """The locks on a stack, the oldest first."""
    root = folder(backend)
    if root is None:
        return []
    locks = []
    for file in (root / ".pulumi" / "locks" / "organization" / project / stack).glob("*.json"):
        try:
            locks.append(parse(file.read_text(encoding="utf-8"), file))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # just released, or not yet written whole: Pulumi looks again by itself
    return sorted(locks, key=lambda lock: lock.time)


def mend(backend: str, project: str, stack: str) -> int:
    """Remove half-written attributes beside the stack's state; how many there were.

    The backend writes ``<file>.attrs`` in place, unlike the state itself: a run that is killed in that moment leaves it
    empty, and Pulumi then refuses a whole state with "failed to load checkpoint: EOF". Without the file it reads it.
    """
    root = folder(backend)
    if root is None:
        return 0
    mended = 0
    for file in (root / ".pulumi" / "stacks" / project).glob(f"{stack}.json*.attrs"):
        try:
            json.loads(file.read_bytes())
        except ValueError:
            file.unlink(missing_ok=True)
            mended += 1
        except OSError:
            continue
    return mended


def command_line(pid: int) -> str | None:
    """The command line of a process of this machine, or None if there is no such process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "pulumi"  # no /proc on this system: the process counts as what the lock says it is


def dead(lock: Lock, *, here: str | None = None, process: Callable[[int], str | None] = command_line) -> bool:
    """Whether the lock's process is gone for certain; of another machine nothing is certain."""
    if lock.host != (here or socket.gethostname()):
        return False
    running = process(lock.pid)
    return running is None or "pulumi" not in running  # a number that something else has by now
