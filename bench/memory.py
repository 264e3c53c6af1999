"""What containers hold, without the page cache that the kernel can drop.

In: names of containers that run. Out: MiB of each.
"""

import subprocess
from collections.abc import Iterable

UNITS = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}


def held(containers: Iterable[str]) -> dict[str, float]:
    """MiB of each container, as `docker stats` has it."""
    command = ["docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *containers]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = [line.split() for line in said.splitlines()]
    return {name: float(used[:-3]) * UNITS[used[-3:]] for name, used, *_ in words}
