"""Ports for what the tests start: nobody else takes them between the choice and the start.

Out: numbers below the range that the kernel gives to outgoing connections, each held by this process with a lock on a
file, so that other test processes of this machine choose others.
"""

import contextlib
import fcntl
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

RANGE = range(20000, 32000)  # outgoing connections begin at 32768
HELD: list[IO[bytes]] = []
"""The locks: they end with the process."""


def free_port() -> int:
    """A TCP port of this machine that is nobody's, and is given to nobody else while this process lives."""
    folder = Path(tempfile.gettempdir()) / "mentor-test-ports"
    folder.mkdir(exist_ok=True)
    for port in random.sample(RANGE, len(RANGE)):
        lock = (folder / str(port)).open("ab")
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            probe.bind(("", port))
            HELD.append(lock)
            return port
        lock.close()
    raise AssertionError("no port is free")
