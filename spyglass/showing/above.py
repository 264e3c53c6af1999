"""What has scrolled out of a terminal: a person in, blocks of text with colours out. A look, which changes nothing."""

import asyncio
import time
from collections.abc import Callable

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Seats, SeatUnreachableError
from spyglass.wall.control import Control, ControlError, TooMuchError, control
from spyglass.wall.picture import harmless

LINES = 500
AT_ONCE = 100  # lines of them in one answer, which is bounded
FRESH = 3.0  # seconds for which a whole class gets the same
DIGITS = 9

Failures = (SeatUnreachableError, ControlError, OSError, asyncssh.Error)
"""What a look can raise."""


class Above:
    """Asked for once, however many want it."""

    def __init__(self, seats: Seats, clock: Callable[[], float] = time.monotonic) -> None:
        self._seats = seats
        self._clock = clock
        self._asking = asyncio.Lock()
        self._last: tuple[Person, float, list[str]] | None = None

    async def of(self, person: Person) -> list[str]:
        """Oldest first, without what the terminal shows now.

        Raises:
            SeatUnreachableError, ControlError, OSError, asyncssh.Error: it does not answer.
        """
        async with self._asking:
            if self._last is not None and self._last[0] == person and self._clock() - self._last[1] < FRESH:
                return self._last[2]
            try:
                lines = await self._read(person, b"capture-pane -p -e")
            except TooMuchError:  # its colours are
                lines = await self._read(person, b"capture-pane -p")
            self._last = person, self._clock(), lines
            return lines

    async def _read(self, person: Person, question: bytes) -> list[str]:
        async with control(self._seats, person) as tmux:
            return await _blocks(tmux, question)


async def _blocks(tmux: Control, question: bytes) -> list[str]:
    ((about,),) = await tmux.ask(b"display-message -p '#{history_size}'", 1)
    size = min(int(about) if about.isdigit() and len(about) <= DIGITS else 0, LINES)
    blocks = []
    for start in range(-size, 0, AT_ONCE):
        end = min(start + AT_ONCE - 1, -1)
        (lines,) = await tmux.ask(question + f" -S {start} -E {end}".encode(), 1)
        blocks.append(harmless(b"\n".join(lines[:AT_ONCE])))
    return blocks
