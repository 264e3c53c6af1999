"""Archives for people to take home: a person in, ``/saves/.take-home/ID/TIME-archive.tar.gz`` out, and how far it is.

The home and the Docker volumes come from his seat, the database from the grader, each by a login that reads nothing of
anybody else. All of it is bounded in size, time and pace, so that people who own their machines hold up nobody, and
never opened here. An archive is kept for an hour, and goes with who leaves; what was left in the middle goes, too.
"""

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

from spyglass import scripts
from spyglass.classroom import Classroom, Person
from spyglass.grader import Grader, GraderDownError, ResetRefusedError
from spyglass.saves import NAME, STAMP, Saved, SaveError, Saves
from spyglass.scripts import ScriptFailedError
from spyglass.seats import Seats, SeatUnreachableError
from spyglass.takehome import archive

log = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("seat_pack.sh")
FOLDER = ".take-home"  # no id begins like this; the grader knows it, too
ARCHIVE = "archive.tar.gz"
KEPT = 3600  # seconds
TIDY_EVERY = 60.0  # seconds
AT_ONCE = 2  # archives that are made at the same time: who makes them works for all terminals, too
PAUSE = 15.0  # seconds between two of one person
FREE = 2 * 1024**3  # bytes that stay free on the disk: more than for what is saved before a reset, which comes first
LEAST = 1024**2  # bytes that a seat must give ...
SILENCE = 30.0  # ... within so many seconds, or it has no more
TWICE = 2  # so often each part is read for the archive

WAITING, SEAT, DATABASE, PACKING, FAILED = "waiting", "seat", "database", "packing", "failed"

UNREACHABLE = "Your machine does not answer right now. Try again in a moment."
NOT_WHOLE = "Your files could not be read completely. Try again."
GRADER_DOWN = "The service that saves databases does not answer. Try again in a moment."


class _StoppedError(Exception):
    """The app ends, or nobody wants it any more."""


@dataclass(eq=False)
class Way:
    """How far an archive is: its step, and of that the bytes so far and, where it is known, in all.

    ``number``: of all that were begun, so that a page notices a second try that ends like the first.
    """

    step: str = WAITING
    number: int = 0
    size: int = 0
    total: int = 0
    message: str = ""
    is_stopped: bool = False

    def turn_to(self, step: str, total: int = 0) -> None:
        """Begin the next step."""
        self.step, self.size, self.total = step, 0, total

    def advance(self, size: int) -> None:
        """So many bytes more; from whatever thread."""
        if self.is_stopped:
            raise _StoppedError
        self.size += size


class TakeHome:
    """Everybody's archives, one at a time of each person."""

    def __init__(
        self,
        seats: Seats,
        grader: Grader,
        folder: Path,
        stack: str,
        classroom: Classroom,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._seats = seats
        self._grader = grader
        self._folder = folder / FOLDER
        self._parts = Saves(self._folder, free=FREE)
        self._stack = stack
        self._classroom = classroom
        self._now = now
        self._script = SCRIPT.read_text()
        self._ways: dict[str, Way] = {}
        self._going: dict[str, asyncio.Task[None]] = {}
        self._ended: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._places = asyncio.Semaphore(AT_ONCE)

    def begin(self, person: Person) -> None:
        """Make his archive, unless it is being made; the one before stays until the new one is whole."""
        if person.id in self._going:
            return
        self._ways.pop(person.id, None)  # who begins again stands at the end
        self._ways[person.id] = way = Way(number=next(self._numbers))
        self._going[person.id] = asyncio.create_task(self._make(person, way))

    def way(self, person: str) -> Way | None:
        """How far he is, or why there is none; None where nothing was begun, or it is done."""
        return self._ways.get(person)

    def place(self, person: str) -> int:
        """While he waits: how many are before him, with those that are being made."""
        before = list(itertools.takewhile(lambda one: one != person, self._ways))
        way = self._ways.get(person)
        return sum(self._ways[one].step != FAILED for one in before) if way and way.step == WAITING else 0

    def archive(self, person: str) -> tuple[Path, Saved] | None:
        """The newest one that he can load down."""
        for saved in self._parts.of(person):
            path = self._folder / person / saved.name
            if saved.name.endswith(ARCHIVE) and saved.at.timestamp() > self._now() - KEPT:
                return path, saved
        return None

    async def run(self) -> None:
        """Clear away what is old until the app ends; then end what is being made."""
        for folder in self._folder.glob("*"):
            self._clear(folder.name)  # nothing is being made yet
        try:
            while True:
                try:
                    await asyncio.to_thread(self._remove_old)
                except OSError:
                    log.exception("archives that are old could not be removed")
                await asyncio.sleep(TIDY_EVERY)
        finally:
            for task in self._going.values():
                task.cancel()
            await asyncio.gather(*self._going.values(), return_exceptions=True)

    async def _make(self, person: Person, way: Way) -> None:
        try:
            await asyncio.sleep(self._ended.get(person.id, -PAUSE) + PAUSE - time.monotonic())
            async with self._places:
                await self._fetch_and_pack(person, way)
            del self._ways[person.id]
            log.info("%s has an archive to take home", person.id)
        except (
            ScriptFailedError,
            SeatUnreachableError,
            ResetRefusedError,
            GraderDownError,
            SaveError,
            OSError,
        ) as error:
            way.step, way.message = FAILED, _reason(error)
            log.warning("no archive to take home for %s: %s", person.id, error)
        finally:
            way.is_stopped = True
            await asyncio.to_thread(self._clear, person.id)
            self._ended[person.id] = time.monotonic()
            del self._going[person.id]

    async def _fetch_and_pack(self, person: Person, way: Way) -> None:
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o2770)  # whatever the umask: the grader writes here, too
        way.turn_to(SEAT)
        async with contextlib.aclosing(self._seat(person, way)) as stream:
            home = await self._parts.keep(person.id, "seat.tar", stream)
        if home is None:
            raise ScriptFailedError(0)
        way.turn_to(DATABASE)
        database = await self._grader.dump(person.id)
        parts = {"seat.tar": self._part(person.id, home), "database.dump": self._part(person.id, database)}
        way.turn_to(PACKING, TWICE * sum(path.stat().st_size for path in parts.values()))
        await asyncio.to_thread(self._pack, person.id, way, parts)

    async def _seat(self, person: Person, way: Way) -> AsyncGenerator[bytes]:
        async with contextlib.aclosing(scripts.output(self._seats, person, self._script)) as stream:
            came, until = 0, asyncio.get_running_loop().time() + SILENCE
            while True:
                try:
                    async with asyncio.timeout_at(until):
                        data = await anext(stream)
                except StopAsyncIteration:
                    return
                except TimeoutError as error:
                    raise SeatUnreachableError(person.id) from error
                came += len(data)
                if came >= LEAST:
                    came, until = 0, asyncio.get_running_loop().time() + SILENCE
                way.advance(len(data))
                yield data

    def _part(self, person: str, name: str) -> Path:
        path = self._parts.find(person, name)
        if path is None:
            raise GraderDownError(f"there is no {name}")
        return path

    def _pack(self, person: str, way: Way, parts: dict[str, Path]) -> None:
        def advance(size: int) -> None:
            way.advance(size)
            self._parts.require_room()

        at = time.strftime(STAMP, time.gmtime(self._now()))
        made = self._folder / person / f"{at}-{ARCHIVE}"
        part = made.with_name(f"{made.name}.part")
        archive.pack(part, {"student": person, "stack": self._stack, "time": at}, parts, advance)
        part.replace(made)
        for older in made.parent.glob(f"*-{ARCHIVE}"):
            if older != made:
                older.unlink()

    def _clear(self, person: str) -> None:
        """Leave nothing of a person's folder but archives."""
        for path in (self._folder / person).glob("*"):
            if not (NAME.fullmatch(path.name) and path.name.endswith(ARCHIVE)):
                path.unlink(missing_ok=True)

    def _remove_old(self) -> None:
        """What is older than an hour, whatever it is, and all of those who have left: somebody else may get that id."""
        course = self._classroom.current()
        here = {person.id for person in course.people} if course else set()
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                is_old = path.stat().st_mtime < self._now() - KEPT
                if is_old or (course is not None and path.parent.name not in here):
                    path.unlink()


def _reason(error: Exception) -> str:
    match error:
        case ScriptFailedError():
            return NOT_WHOLE
        case SeatUnreachableError():
            return UNREACHABLE
        case GraderDownError():
            return GRADER_DOWN
        case SaveError() | ResetRefusedError():
            return str(error)
    return f"The archive could not be written: {getattr(error, 'strerror', None) or error}."
