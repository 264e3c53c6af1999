"""Who is busy with whom: what a teacher does about a student must not meet what another does at the same time."""

import contextlib
from collections.abc import Iterator


class BusyError(Exception):
    """Another teacher was first."""


class Alone:
    """One teacher at a time does something about one student."""

    def __init__(self) -> None:
        self._busy: set[str] = set()

    @contextlib.contextmanager
    def with_student(self, person: str) -> Iterator[None]:
        """Whoever else wants to do something about him meanwhile is refused."""
        if person in self._busy:
            raise BusyError
        self._busy.add(person)
        try:
            yield
        finally:
            self._busy.discard(person)
