"""Runs after plain ``pulumi`` in the shell of ``make env``: tidies the stack file, explains what a dead run left.

In: Pulumi's exit status as the only argument. Out: at most one line.
"""

import sys

from ops import locks, salt
from ops.console import StopError
from ops.orphans import State
from ops.pulumi_cli import Stack


def main(status: str) -> None:
    """Run as ``python -m ops.after STATUS``."""
    try:
        stack = Stack.from_environment()
    except StopError:
        return
    salt.tidy(stack.file)
    if status == "0":
        return
    held = locks.held(stack.backend, stack.project, stack.name)
    if any(locks.dead(lock) for lock in held):
        print(
            "mentor: that lock belongs to a run that died: `make recover` clears it and what it left", file=sys.stderr
        )
    elif not held and _unfinished(stack):
        print("mentor: a run that died left things half made: `make recover` clears them", file=sys.stderr)


def _unfinished(stack: Stack) -> bool:
    """Whether the state names unfinished operations; only where reading it is quick."""
    return locks.folder(stack.backend) is not None and stack.exists() and State.of(stack.export()).unfinished > 0


if __name__ == "__main__":
    main(sys.argv[1])
