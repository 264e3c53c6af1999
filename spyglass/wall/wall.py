"""Pictures of the seats' terminals, taken for as long as a teacher looks, once for all teachers.

In: the class, and how often the open pages want a new picture. Out: the newest picture of each seat, each with a number
that grows, so that a page asks for what is new since its last look. With the last page that is closed, the tmux clients
in the seats end, and nothing of this costs anything any more.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import asyncssh

from spyglass.classroom import Classroom, Person
from spyglass.seats import Seats, SeatUnreachableError
from spyglass.wall.control import AbsentError, ControlError, TooMuchError, control
from spyglass.wall.picture import ANSWERS, Lens, picture

log = logging.getLogger(__name__)

PACES: Mapping[str, float] = {"2": 1.8, "5": 4.8, "15": 14.8}
"""Seconds between two pictures of a seat, by what a page asks for: its own round of a second comes on top at worst."""
LOOK = 1.0  # seconds between two looks at the class, and at who looks
PAUSES = (1.0, 2.0, 4.0)  # seconds until a seat without a picture is asked again
QUIET = 4.0  # seconds without an answer until the tile says so: a shell that has ended begins anew before that
LINGER = 5.0  # seconds: a page that is loaded again finds everything running

_Place = tuple[str, str, int]


@dataclass(eq=False)
class Look:
    """One open page: how often it wants a new picture, and which it has had."""

    pace: float
    had: int = field(default=0)


class Wall:
    """One for the app."""

    def __init__(self, classroom: Classroom, seats: Seats) -> None:
        self._classroom, self._seats = classroom, seats
        self._pictures: dict[str, tuple[int, str]] = {}
        self._number = 0
        self._looks: set[Look] = set()
        self._watched = float("-inf")
        self._gatherer: asyncio.Task[None] | None = None
        self._cameras: dict[_Place, asyncio.Task[None]] = {}

    @contextlib.contextmanager
    def open(self, pace: str) -> Iterator[Look]:
        """A page that looks at the whole class for as long as the block runs; ``pace`` is a key of :data:`PACES`."""
        look = Look(PACES[pace])
        self._looks.add(look)
        self._watched = time.monotonic()
        if self._gatherer is None or self._gatherer.done():
            self._gatherer = asyncio.create_task(self._gather())
        try:
            yield look
        finally:
            self._looks.discard(look)
            self._watched = time.monotonic()

    def news(self, look: Look) -> list[str]:
        """The pictures that this page has not had, each as JSON; at first all there are."""
        had, look.had = look.had, self._number
        return [text for number, text in self._pictures.values() if number > had]

    def put(self, seat: Person, data: Mapping[str, object]) -> None:
        """Take in what was seen; the same as before is no news."""
        text = json.dumps({"id": seat.id, **data}, ensure_ascii=False)
        if self._pictures.get(seat.id, (0, ""))[1] != text:
            self._number += 1
            self._pictures[seat.id] = self._number, text

    async def close(self) -> None:
        """Stop looking."""
        if self._gatherer is not None:
            self._gatherer.cancel()
            await asyncio.gather(self._gatherer, return_exceptions=True)

    async def _gather(self) -> None:
        try:
            while self._looks or time.monotonic() - self._watched < LINGER:
                self._aim()
                await asyncio.sleep(LOOK)
        finally:
            await self._put_away()

    def _aim(self) -> None:
        course = self._classroom.current()
        students = course.students if course is not None else ()
        places = {(seat.id, seat.host, seat.port): seat for seat in students}
        for place in self._cameras.keys() - places.keys():
            self._cameras.pop(place).cancel()
            self._pictures.pop(place[0], None)
        new = [place for place in places if place not in self._cameras]
        for index, place in enumerate(new):
            # Spread over the interval, so that nobody's keys wait for the pictures of a whole class.
            start = self._pace() * index / len(new)
            self._cameras[place] = asyncio.create_task(self._film(places[place], start))

    async def _put_away(self) -> None:
        cameras = list(self._cameras.values())
        for camera in cameras:
            camera.cancel()
        self._cameras.clear()
        self._pictures.clear()
        await asyncio.gather(*cameras, return_exceptions=True)

    def _pace(self) -> float:
        return min((look.pace for look in self._looks), default=max(PACES.values()))

    async def _film(self, seat: Person, start: float) -> None:
        await asyncio.sleep(start)
        failures, answered, lens = 0, time.monotonic(), Lens()
        while True:
            problem = "does not answer"
            try:
                async with control(self._seats, seat) as tmux:
                    while True:
                        began = time.monotonic()
                        self._show(seat, await tmux.ask(lens.question(), ANSWERS))
                        failures, answered = 0, time.monotonic()
                        await asyncio.sleep(max(0.2, self._pace() - (answered - began)))
            except AbsentError:
                problem, answered = "has no terminal open yet", float("-inf")
            except (SeatUnreachableError, ControlError, OSError, asyncssh.Error) as error:
                log.debug("no picture of %s: %s", seat.id, error)
                if isinstance(error, TooMuchError) and lens.was_too_much():
                    continue
            except Exception:
                log.exception("no picture of %s", seat.id)  # one seat never stops the others, whatever it does
            if time.monotonic() - answered > QUIET:
                self.put(seat, {"problem": problem})
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    def _show(self, seat: Person, answers: list[list[bytes]]) -> None:
        seen = picture(*answers)
        if seen is None:
            raise ControlError("no size")
        self.put(seat, seen.as_data())
