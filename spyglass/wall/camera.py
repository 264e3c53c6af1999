"""Pictures of one seat for as long as somebody sees its tile: tmux's notices in, a value for the page out.

A window that does not change is not asked for, one that does once in a pace at most, however many look.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Seats, SeatUnreachableError
from spyglass.wall.control import AbsentError, Control, ControlError, TooMuchError, control
from spyglass.wall.picture import ANSWERS, Lens, picture

log = logging.getLogger(__name__)

STALE = 15.0  # seconds without a notice until the seat is asked all the same: whether it still answers
PAUSES = (1.0, 2.0, 4.0)  # seconds until a seat without a picture is asked again
QUIET = 4.0  # seconds without an answer until the tile says so: a shell that has ended begins anew before that
SILENT = {"problem": "does not answer"}
ABSENT = {"problem": "has no terminal open yet"}

Show = Callable[[dict[str, Any]], None]


class Camera:
    """One seat's. ``pace``: the seconds between two pictures, asked each time; ``show`` takes each that is new."""

    def __init__(self, seats: Seats, seat: Person, pace: Callable[[], float], show: Show) -> None:
        self._seats = seats
        self._seat = seat
        self._pace = pace
        self._show = show
        self._lens = Lens()
        self._shown: list[list[bytes]] | None = None
        self._answered = time.monotonic()
        self._failures = 0

    async def run(self, start: float = 0.0) -> None:
        """For ever, from so many seconds on."""
        await asyncio.sleep(start)
        while True:
            missing = SILENT
            try:
                async with control(self._seats, self._seat) as tmux:
                    self._shown = None
                    await self._film(tmux)
            except AbsentError:
                missing, self._answered = ABSENT, float("-inf")
            except (SeatUnreachableError, ControlError, OSError, asyncssh.Error) as error:
                log.debug("no picture of %s: %s", self._seat.id, error)
                if isinstance(error, TooMuchError) and self._lens.was_too_much():
                    continue
            except Exception:
                log.exception("no picture of %s", self._seat.id)  # whatever it does, it is tried again
            if time.monotonic() - self._answered > QUIET:
                self._show(missing)
            await asyncio.sleep(PAUSES[min(self._failures, len(PAUSES) - 1)])
            self._failures += 1

    async def _film(self, tmux: Control) -> None:
        while True:
            heard, tmux.heard = tmux.heard, False
            answers = await tmux.ask(self._lens.question(), ANSWERS)
            if answers != self._shown:
                self._take(answers)
                self._shown = answers
            self._failures, self._answered = 0, time.monotonic()
            await asyncio.sleep(self._pace())
            # tmux counts activity in whole seconds: what came later in the second of its last notice it does not tell.
            if not heard and not tmux.heard:
                await tmux.changed(STALE)

    def _take(self, answers: list[list[bytes]]) -> None:
        seen = picture(*answers)
        if seen is None:
            raise ControlError("no size")
        self._show(seen.as_data())
