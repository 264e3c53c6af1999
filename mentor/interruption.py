"""How the program ends when its run is cancelled.

Comes in: SIGINT, from Ctrl-C or from an engine whose run failed. Goes out: the process, without a stack trace: the
engine finishes what it began and says what happened.
"""

import os
import signal

ALREADY_SAID = 32
"""The exit status by which Pulumi's Python host tells its engine that nothing needs to be added."""


def end_quietly() -> None:
    """From here on an interrupted program prints nothing."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(ALREADY_SAID))
