"""What each seat takes of its host, as of its last look: put here by the rounds through the seats.

None is "not known", never "no" and never 0: of a seat where nobody has been nothing is known.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One seat. ``cpu_seconds``: since it was started; ``memory``: without what the kernel would give back at once."""

    answers: bool | None = True  # its sshd
    engine: bool | None = None  # whether its Docker engine runs; it starts by itself when it is used
    memory: int | None = None  # bytes
    memory_limit: int | None = None  # bytes
    cpu_seconds: float | None = None
    disk: int | None = None  # bytes in home and engine


NOTHING_KNOWN = Machine(answers=None)


class Machines:
    """By person id."""

    def __init__(self) -> None:
        self._known: dict[str, Machine] = {}

    def of(self, person: str) -> Machine:
        """What is known of one seat."""
        return self._known.get(person, NOTHING_KNOWN)

    def put(self, person: str, machine: Machine) -> None:
        """Take in what was found out."""
        self._known[person] = machine
