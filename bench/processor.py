"""Whose processor time it was: of what a bench started, and of the container engine.

In: this machine's /proc. Out: seconds since the start of each, of which two readings make a difference.
"""

import os
import resource
from pathlib import Path

ENGINE = frozenset({"containerd", "docker-containerd", "dockerd"})


def processor_seconds() -> tuple[float, float]:
    """Processor time so far: of this program's ended children, and of the container engine's processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    engine = 0.0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                name = (process / "comm").read_text().strip()
                fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if name in ENGINE:
                ticks = sum(int(field) for field in fields[11:15])  # its own and its ended children's
                engine += ticks / os.sysconf("SC_CLK_TCK")
    return usage.ru_utime + usage.ru_stime, engine
