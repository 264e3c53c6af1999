"""Runs after plain ``pulumi`` in the shell of ``make env``: tidies the stack file, explains a dead lock.

In: Pulumi's exit status as the only argument. Out: at most one line.
"""

import sys

from ops import locks, salt
from ops.console import StopError
from ops.pulumi_cli import Stack


def main(status: str) -> None:
    """Run as ``python -m ops.after STATUS``."""
    try:
        stack = Stack.from_environment()
    except StopError:
        return
    salt.tidy(stack.file)
    if status != "0" and any(locks.dead(lock) for lock in locks.held(stack.backend, stack.project, stack.name)):
        print(
            "mentor: that lock belongs to a run that died: `make recover` clears it and what it left", file=sys.stderr
        )


if __name__ == "__main__":
    main(sys.argv[1])
