"""The one camera of what is shown, for all who follow. It runs while somebody does; nothing of a follower goes back.

In: what is on the stage. Out: for each follower a source of events, ``show`` (what the page says of it, None when there
is nothing to follow) and ``picture``.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from spyglass.classroom import Person
from spyglass.seats import Seats
from spyglass.showing.stage import Showing
from spyglass.wall.camera import Camera
from spyglass.wall.latest import WITHIN, encoded

PACE = 0.4  # seconds between two pictures

Says = Callable[[], object]


class Follower:
    """One page that follows; ``says`` makes the facts that it shows."""

    def __init__(self, film: "Film", says: Says) -> None:
        self._film = film
        self._says = says
        self._told: object = film  # nothing that it could be told
        self._seen = 0
        self.news = asyncio.Event()

    async def take(self) -> str:
        """What is new, within about a second; nothing when there is nothing."""
        if self._told is not self._film:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WITHIN):
                    await self.news.wait()
        self.news.clear()
        self._film.aim()
        said, text = self._says(), ""
        if said != self._told:
            self._told, text = said, encoded("show", said)
        if self._film.number != self._seen and self._film.picture:
            self._seen = self._film.number
            text += self._film.picture
        return text


class Film:
    """The newest picture, encoded once for everybody; ``number`` counts them."""

    def __init__(self, seats: Seats, showing: Showing) -> None:
        self._seats = seats
        self._showing = showing
        self._followers: set[Follower] = set()
        self._filmed: Person | None = None
        self._task: asyncio.Task[None] | None = None
        self.picture = ""
        self.number = 0

    def __len__(self) -> int:
        """How many follow."""
        return len(self._followers)

    @contextlib.contextmanager
    def open(self, says: Says) -> Iterator[Follower]:
        """A follower inside the block."""
        follower = Follower(self, says)
        self._followers.add(follower)
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            self.aim()

    def aim(self) -> None:
        """Film what is shown, if somebody looks."""
        show = self._showing.now() if self._followers else None
        wanted = show.person if show else None
        if wanted == self._filmed:
            return
        self._filmed, self.picture = wanted, ""
        if self._task is not None:
            self._task.cancel()
        self._task = None if wanted is None else asyncio.create_task(self._camera(wanted).run())

    async def close(self) -> None:
        """Stop, when the app does."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _camera(self, person: Person) -> Camera:
        def take(data: dict[str, Any]) -> None:
            if person == self._filmed:
                self.picture, self.number = encoded("picture", data), self.number + 1
                for follower in self._followers:
                    follower.news.set()

        return Camera(self._seats, person, lambda: PACE, take)
