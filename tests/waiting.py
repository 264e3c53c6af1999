"""Waiting in tests: until a state, bounded, and a failure says what was seen.

In: a question. Out: its answer, once it is yes. No test depends on how fast the machine is: what is slow is waited for,
and only what never comes fails.
"""

import socket
import subprocess
import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which something is not slow any more, but wrong."""


def until(holds: Callable[[], object], says: str | Callable[[], str], seconds: float = PATIENCE) -> None:
    """Wait until something holds; ``says`` is what was waited for, or a look at what is there instead."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {says if isinstance(says, str) else says()}"
        time.sleep(0.1)


def wait_for_server(port: int, process: "subprocess.Popen[bytes]", said: Callable[[], str] = str) -> None:
    """Wait until a program that was started accepts connections on its port of the loopback."""

    def accepts() -> bool:
        assert process.poll() is None, f"it ended with {process.returncode}: {said()}"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(accepts, said)
