"""How the operator's programs speak: lines on the terminal, one question, and an orderly stop.

In: texts. Out: standard output, standard error and the exit status.
"""

import os
import sys
from collections.abc import Callable

REFUSED = 3
"""The exit status of a run that needed a yes and had nobody to ask."""


class StopError(Exception):
    """Ends a program with one message; ``status`` becomes the exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def say(text: str) -> None:
    """Print one finished line at once, also into a pipe."""
    print(text, flush=True)


def confirm(question: str) -> None:
    """Return when the person (or ``YES=1``) agrees; otherwise stop without having changed anything."""
    if os.environ.get("YES", "") not in {"", "0", "no"}:
        return
    if not sys.stdin.isatty():
        raise StopError(
            f"{question}\nNobody is here to say yes; nothing was changed. Run it again with YES=1.", REFUSED
        )
    if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
        raise StopError("Nothing was changed.", REFUSED)


def run(main: Callable[[], int]) -> None:
    """Run a program to its exit status."""
    try:
        status = main()
    except StopError as stop:
        print(stop, file=sys.stderr)
        status = stop.status
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        status = 130
    sys.exit(status)
