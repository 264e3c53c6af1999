"""Brings the workshop up: recover if a run died, preview, ask before anybody loses something, then ``pulumi up``.

In: the stack's settings. Out: a running workshop and the text that says how to open it.
"""

import os

from ops import recover
from ops.console import StopError, confirm, run, say
from ops.down import archive_folder
from ops.preview import Summary, summarise
from ops.pulumi_cli import Stack


def main() -> int:
    """Run as ``python -m ops.up``."""
    stack = Stack.from_environment()
    if not stack.exists():
        stack.create()
        say(f"up: made the stack {stack.name}")
    recover.ready(stack)
    say("up: looking at what would change")
    summary = summarise(stack.preview())
    if summary.errors:
        raise StopError("\n".join(summary.errors))
    say(f"up: {summary.headline()}")
    ask(summary, stack)
    status = stack.show("up", "--yes", "--skip-preview", "--suppress-outputs")
    if status != 0:
        raise StopError(
            "up: not finished; mend what the messages above name, then `make up` goes on from there", status
        )
    steps = stack.output("nextSteps")
    if steps:
        say(f"\n{steps.rstrip()}")
    return 0


def ask(summary: Summary, stack: Stack) -> None:
    """Ask before a person's things are deleted or replaced."""
    if not summary.losses:
        return
    say("up: this takes something from people:")
    for line in summary.warnings():
        say(f"  {line}")
    if os.environ.get("MENTOR_ARCHIVE") == "off":
        say("up: MENTOR_ARCHIVE=off: volumes and databases among these go without an archive")
    else:
        folder = archive_folder(stack, stack.export().get("resources") or [])
        say(f"up: volumes and databases among these are archived first, in {folder}/PERSON")
    confirm("Go on?")


if __name__ == "__main__":
    run(main)
