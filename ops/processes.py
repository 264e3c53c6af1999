"""Ends what a killed Pulumi leaves running: plugins that still finish their last call, and the language host.

In: /proc. Out: no such process. A process counts only if it is the person's own, of this PULUMI_HOME, and has no living
`pulumi` among its ancestors.
"""

import contextlib
import os
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30.0
"""Seconds that a plugin gets to finish what it was told before the run died."""

_PLUGIN = re.compile(r"(^|/)(pulumi-resource-[a-z]+|offline/plugin\.py)(\s|$)")
_LANGUAGE = re.compile(r"(^|/)pulumi-language-python(-exec)?(\s|$)")
_ENGINE = re.compile(r"^(\S*/)?pulumi(\s|$)")


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process: its parent, and how it was called."""

    pid: int
    parent: int
    command: str


def orphans(processes: Mapping[int, Process]) -> list[Process]:
    """The plugins and language hosts without a living engine above them."""

    def led(process: Process) -> bool:
        above = processes.get(process.parent)
        while above is not None and above.pid > 1:
            if _ENGINE.search(above.command):
                return True
            above = processes.get(above.parent)
        return False

    named = [one for one in processes.values() if _PLUGIN.search(one.command) or _LANGUAGE.search(one.command)]
    return sorted((one for one in named if not led(one)), key=lambda one: one.pid)


def settle(patience: float = PATIENCE) -> int:
    """Wait for orphaned plugins, end what does not end by itself; the number that were found."""
    seen: set[int] = set()
    deadline = time.monotonic() + patience
    while True:
        left = orphans(_mine())
        seen |= {one.pid for one in left}
        plugins = [one for one in left if _PLUGIN.search(one.command)]
        if not plugins or time.monotonic() > deadline:
            break
        time.sleep(0.25)
    for one in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(one.pid, signal.SIGTERM)
    return len(seen)


def _mine() -> dict[int, Process]:
    """The processes of this user; none on a system without /proc."""
    home = os.environ.get("PULUMI_HOME", "").encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid != os.getuid():
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if (_PLUGIN.search(command) or _LANGUAGE.search(command)) and home:
                environment = (folder / "environ").read_bytes().split(b"\0")
                if b"PULUMI_HOME=" + home not in environment:
                    continue
        except (OSError, ValueError):
            continue  # gone while we looked
        pid = int(folder.name)
        found[pid] = Process(pid=pid, parent=parent, command=command)
    return found
