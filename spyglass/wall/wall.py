"""Everything that the wall shows, gathered for as long as a teacher looks, once for all teachers.

With the last wall that is closed, the tmux clients in the seats end, and nothing of this costs anything any more.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from spyglass.classroom import ClassFile, Person
from spyglass.help import words
from spyglass.notices import words as notices
from spyglass.showing import words as showing
from spyglass.wall.camera import Camera
from spyglass.wall.latest import FASTEST, Latest, Reader
from spyglass.wall.tiles import class_of, tile

if TYPE_CHECKING:  # services.py holds the wall
    from spyglass.services import Services

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between two looks at what is known of everybody
AIM = 0.2  # seconds between two looks at who is in sight
LINGER = 10.0  # seconds: who scrolls to and fro, or loads the page again, finds everything running

Place = tuple[str, str, int]
"""A seat that moved is another one."""


class Wall:
    """One for the app."""

    def __init__(self) -> None:
        self.latest = Latest()
        self._gatherer: asyncio.Task[None] | None = None
        self._cameras: dict[Place, asyncio.Task[None]] = {}
        self._looked = float("-inf")
        self._in_sight: dict[str, float] = {}  # by id: when a tile was last in sight

    @contextlib.contextmanager
    def open(self, here: "Services", person: str) -> Iterator[Reader]:
        """A teacher's open wall."""
        with self.latest.reader(person) as reader:
            if self._gatherer is None or self._gatherer.done():
                self._gatherer = asyncio.create_task(self._run(here))
            yield reader

    def look_soon(self) -> None:
        """Something has changed that whoever changed it wants to see."""
        self._looked = float("-inf")

    async def close(self) -> None:
        """Stop looking."""
        if self._gatherer is not None:
            self._gatherer.cancel()
            await asyncio.gather(self._gatherer, return_exceptions=True)

    async def _run(self, here: "Services") -> None:
        await self._gather(here)
        while len(self.latest):  # somebody came while the cameras were put away
            await self._gather(here)

    async def _gather(self, here: "Services") -> None:
        watched = time.monotonic()
        self.look_soon()
        try:
            while (now := time.monotonic()) - watched < LINGER:
                if len(self.latest):
                    watched = now
                try:
                    if (course := here.classroom.current()) is not None:
                        self._aim(here, course, now)
                        if now - self._looked >= LOOK and len(self.latest):
                            self._looked = now
                            self._look(here, course)
                except Exception:
                    log.exception("the wall: this look is left out")
                await asyncio.sleep(AIM)
        finally:
            await self._put_away(list(self._cameras))
            self.latest.clear()

    def _look(self, here: "Services", course: ClassFile) -> None:
        for gone in set(self.latest.known("tile")) - {person.id for person in course.students}:
            self.latest.forget("tile", gone)
        for person in course.students:
            self.latest.put("tile", person.id, tile(here, person, course))
        self.latest.put("class", "", class_of(here, course))  # after the tiles that it names
        self.latest.put("queue", "", words.queue(here, course))
        self.latest.put("notices", "", notices.written(here, course))
        self.latest.put("shown", "", showing.teachers(here, course))

    def _aim(self, here: "Services", course: ClassFile, now: float) -> None:
        self._in_sight = {one: at for one, at in self._in_sight.items() if now - at < LINGER}
        self._in_sight |= dict.fromkeys(self.latest.seen(), now)
        places = {(one.id, one.host, one.port): one for one in course.students if one.id in self._in_sight}
        for place in self._cameras.keys() - places.keys():
            self._cameras.pop(place).cancel()
            self.latest.forget("picture", place[0])
        new = [place for place in places if place not in self._cameras]
        for number, place in enumerate(new):
            # Spread, so that nobody's keys wait for the pictures of a whole class.
            start = FASTEST * number / len(new)
            self._cameras[place] = asyncio.create_task(self._camera(here, places[place]).run(start))

    def _camera(self, here: "Services", seat: Person) -> Camera:
        return Camera(here.seats, seat, partial(self.latest.pace, seat.id), partial(self._show, seat.id))

    def _show(self, person: str, data: dict[str, Any]) -> None:
        self.latest.put("picture", person, {"id": person, **data})

    async def _put_away(self, places: list[Place]) -> None:
        cameras = [self._cameras.pop(place) for place in places]
        for camera in cameras:
            camera.cancel()
        await asyncio.gather(*cameras, return_exceptions=True)
