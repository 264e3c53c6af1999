"""Looking for secrets where none may be: what a workshop's secrets are, and what command lines there were.

In: a workshop's state, /proc. Out: the passwords by the name of their resource; every command line of a while.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.workshop_kit import Workshop

PAUSE = 0.05
"""Seconds between two looks: a client of the engine lives for two of them at least."""


def random_passwords(workshop: Workshop) -> dict[str, str]:
    """Every password that the program made, handed out or not, by the name of its resource."""
    exported = json.loads(workshop.pulumi("stack", "export", "--show-secrets").stdout)["deployment"]["resources"]
    return {
        one["urn"].rsplit("::", 1)[-1]: json.loads(one["outputs"]["result"]["plaintext"])
        for one in exported
        if one["type"] == "random:index/randomPassword:RandomPassword"
    }


@contextlib.contextmanager
def command_lines() -> Iterator[set[str]]:
    """Collect the command lines of all processes of this machine while the block runs."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(PAUSE):
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):  # gone
                    seen.add((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()
