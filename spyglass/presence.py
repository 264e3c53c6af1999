"""Who has which terminal open right now, who watches it and who types: in memory, for as long as the sockets live.

Every open terminal is one :class:`Line`. The student's lines hear who watches and who types; a line is cut when its
session ends or its person leaves the class.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from spyglass.classroom import ClassFile, Person

MOST_LINES = 24  # open terminals of one person


class Close(IntEnum):
    """Why a websocket was closed; static/terminal.js says the same in words."""

    SIGNED_OUT = 4001
    UNREACHABLE = 4002
    ENDED = 4003
    TOO_MANY = 4004


@dataclass(eq=False, kw_only=True)
class Line:
    """One open terminal: whose eyes, whose seat, and how to reach it."""

    viewer: Person
    seat: Person
    session: str
    tell: Callable[[dict[str, Any]], None]
    cut: Callable[[Close], None]
    typing: bool = field(default=False)
    is_aside: bool = field(default=False)  # who looks whether all is well; nobody sits there

    @property
    def is_own(self) -> bool:
        """Whether somebody sits at his own seat."""
        return self.viewer.id == self.seat.id


class TooManyLinesError(Exception):
    """This person has :data:`MOST_LINES` terminals open."""


class Presence:
    """All open terminals."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._lines: set[Line] = set()
        self._clock = clock
        self._keys: dict[str, float] = {}
        self._pages: Counter[str] = Counter()

    @contextmanager
    def line(self, line: Line) -> Iterator[None]:
        """Count the terminal as open inside the block."""
        if sum(other.viewer.id == line.viewer.id for other in self._lines) >= MOST_LINES:
            raise TooManyLinesError
        self._lines.add(line)
        self._tell_seat(line.seat.id)
        try:
            yield
        finally:
            self._lines.discard(line)
            self._tell_seat(line.seat.id)

    @contextmanager
    def page(self, person: str) -> Iterator[None]:
        """Count a page that is told what goes on as open inside the block."""
        self._pages[person] += 1
        try:
            yield
        finally:
            self._pages[person] -= 1

    def open_pages(self, person: str) -> int:
        """How many of these pages somebody has open."""
        return self._pages[person]

    def set_typing(self, line: Line, *, typing: bool) -> None:
        """A teacher takes a seat over, or gives it back."""
        line.typing = typing
        self._tell_seat(line.seat.id)

    def note_key(self, person: str) -> None:
        """Somebody typed in his own terminal."""
        self._keys[person] = self._clock()

    def last_key(self, person: str) -> float | None:
        """When that was, in seconds since 1970; None when he has not typed since the app started."""
        return self._keys.get(person)

    def open_terminals(self, person: str) -> int:
        """How many terminals somebody has open at his own seat."""
        return sum(line.is_own and not line.is_aside and line.seat.id == person for line in self._lines)

    def watchers(self, seat: str) -> list[str]:
        """The names of those who look at somebody else's seat."""
        return sorted({line.viewer.name for line in self._lines if line.seat.id == seat and not line.is_own})

    def typists(self, seat: str) -> list[str]:
        """The names of those who type in somebody else's seat."""
        return sorted({line.viewer.name for line in self._lines if line.seat.id == seat and line.typing})

    def end_sessions(self, sessions: Collection[str]) -> None:
        """Cut what was opened in sessions that have ended."""
        self._cut(lambda line: line.session in sessions)

    def follow(self, course: ClassFile) -> None:
        """Cut what the class as it is now no longer allows; a seat that moved is opened anew."""

        def changed(line: Line) -> bool:
            viewer, seat = course.find(line.viewer.id), course.find(line.seat.id)
            if viewer is None or seat is None or viewer.role != line.viewer.role:
                return True
            return (seat.host, seat.port) != (line.seat.host, line.seat.port)

        self._cut(changed)

    def _cut(self, condition: Callable[[Line], bool]) -> None:
        for line in [line for line in self._lines if condition(line)]:
            line.cut(Close.SIGNED_OUT)

    def _tell_seat(self, seat: str) -> None:
        message = {"type": "watched", "by": self.watchers(seat), "typing": self.typists(seat)}
        for line in self._lines:
            if line.seat.id == seat and line.is_own:
                line.tell(message)
