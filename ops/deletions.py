"""Finds out what a broken run had deleted before it could write that down, and finishes small deletions.

In: what the run was deleting, the Docker host. Out: whether it is gone. The plugins outlive a killed run and finish
what they were told: the next run would build on networks, joins and accounts that are in the state and nowhere else.
"""

import os
import subprocess
from pathlib import Path

from ops.engine import Engine
from ops.orphans import Going

_GONE = ("no such", "not found")


def finished(engine: Engine, one: Going, root: Path) -> bool:
    """Whether it is gone from the host; a join or an account is made so.

    An archive's script is left to the next run: only when the archive is written may the rest go.
    """
    if one.kind in {"container", "network", "volume"}:
        done = engine.run(one.kind, "inspect", one.id)
        return done.returncode != 0 and any(words in done.stderr.lower() for words in _GONE)
    if one.kind != "command" or one.name.endswith("-archive"):
        return False
    if one.script is None:
        return True
    done = subprocess.run(
        ["sh", "-c", one.script],
        cwd=root,
        env=os.environ | one.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0
