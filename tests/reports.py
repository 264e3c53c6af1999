"""What a failed test of a real workshop shows besides its own words.

In: the engine and this machine. Out: text: disk and memory, all containers, and the last lines of those concerned.
"""

import subprocess

from tests.ground import NAMES, ask

LINES = "15"
"""The last lines of a container's log."""


def _said(*command: str) -> str:
    """All that a program says, or why it cannot be asked: a report does not fail."""
    try:
        done = ask(*command)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{error}\n"
    return done.stdout + done.stderr


def look() -> str:
    """Look at what is there now: at once, before anything is cleared away."""
    listed = _said("docker", "ps", "--all", "--format", "{{.Names}}\t{{.Status}}")
    parts = [_said("df", "-h", "/", "/var/lib/docker"), _said("free", "-m"), listed]
    for line in listed.splitlines():
        name, _, status = line.partition("\t")
        # Of seats that are well nothing is to be learned; of services the last words may say it.
        well = status.startswith("Up") and "unhealthy" not in status
        if name.startswith(NAMES) and not ("-seat-" in name and well):
            parts.append(f"--- {name}: {status}\n{_said('docker', 'logs', '--tail', LINES, name)}")
    return "\n".join(parts)
