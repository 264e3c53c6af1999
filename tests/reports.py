"""What a failed test of a real workshop shows besides its own words.

In: the engine and this machine. Out: text: disk and memory, all containers, and the last lines of those concerned.
"""

import subprocess

from tests.ground import NAMES

LINES = "15"
"""The last lines of a container's log."""


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{error}\n"
    return done.stdout + done.stderr


def look() -> str:
    """Look at what is there now: at once, before anything is cleared away."""
    listed = _ask("docker", "ps", "--all", "--format", "{{.Names}}\t{{.Status}}")
    parts = [_ask("df", "-h", "/", "/var/lib/docker"), _ask("free", "-m"), listed]
    for line in listed.splitlines():
        name, _, status = line.partition("\t")
        # Of seats that are well nothing is to be learned; of services the last words may say it.
        well = status.startswith("Up") and "unhealthy" not in status
        if name.startswith(NAMES) and not ("-seat-" in name and well):
            parts.append(f"--- {name}: {status}\n{_ask('docker', 'logs', '--tail', LINES, name)}")
    return "\n".join(parts)
