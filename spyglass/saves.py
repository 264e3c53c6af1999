"""What is saved of a student: a stream in, a file ``/saves/<student>/<UTC time>-<what>`` out, whole or not at all.

The folder is shared with the service that saves databases (group ``saves``), and `make down` archives it. What comes in
was made by a student: it is bounded in size and time, and never opened here.
"""

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

MOST = 2 * 1024**3  # bytes of one file
FREE = 1024**3  # bytes that stay free on the disk, which everybody's database shares
TIME = 600.0  # seconds for one file
PIECE = 1024**2  # bytes written at once, outside the event loop
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z]+(\.[a-z0-9]+){1,2}")


class SaveError(Exception):
    """It could not be saved; the reason is for the teacher, and nothing may be reset."""


@dataclass(frozen=True)
class Saved:
    """One file of a student."""

    name: str
    size: int
    at: datetime


class Saves:
    """The folder with a folder per student."""

    def __init__(self, folder: Path, *, most: int = MOST, free: int = FREE, time: float = TIME) -> None:
        self._folder = folder
        self._most = most
        self._free = free
        self._time = time

    def of(self, person: str) -> list[Saved]:
        """What is saved of one student, newest first; nothing where the folder cannot be read."""
        found = []
        with contextlib.suppress(OSError):
            for path in (self._folder / person).iterdir():
                if NAME.fullmatch(path.name):
                    at = datetime.strptime(path.name[:16], STAMP).replace(tzinfo=UTC)
                    found.append(Saved(path.name, path.stat().st_size, at))
        return sorted(found, key=lambda saved: saved.name, reverse=True)

    def find(self, person: str, name: str) -> Path | None:
        """The file with this name, which comes from a browser."""
        return self._folder / person / name if name in {saved.name for saved in self.of(person)} else None

    async def keep(self, person: str, what: str, stream: AsyncIterable[bytes]) -> str | None:
        """Write the stream to a file of its own; its name, or None when nothing came. Raises :class:`SaveError`."""
        folder = self._folder / person
        try:
            name = self._prepare(folder, what)
            part = folder / f"{name}.part"
            try:
                async with asyncio.timeout(self._time):
                    size = await self._write(part, stream)
                if not size:
                    return None
                part.chmod(0o640)
                part.replace(folder / name)
            finally:
                part.unlink(missing_ok=True)
        except TimeoutError as error:
            raise SaveError(f"Saving took longer than {self._time / 60:g} minutes.") from error
        except OSError as error:
            raise SaveError(f"The folder for saved work cannot be written: {error.strerror or error}.") from error
        return name

    @staticmethod
    def _prepare(folder: Path, what: str) -> str:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o2770)  # whatever the umask: the services share it through the group
        for left in folder.glob(f"*-{what}.part"):  # by a stop in the middle; a student is reset by one at a time
            left.unlink(missing_ok=True)
        at = datetime.now(UTC)
        while (folder / (name := f"{at:{STAMP}}-{what}")).exists():
            at += timedelta(seconds=1)  # two within a second
        return name

    async def _write(self, part: Path, stream: AsyncIterable[bytes]) -> int:
        size, waiting = 0, bytearray()
        file = part.open("xb")
        try:
            async for chunk in stream:
                size += len(chunk)
                if size > self._most:
                    raise SaveError(f"There is more to save than {self._most / 1024**3:g} GiB.")
                waiting += chunk
                if len(waiting) >= PIECE:
                    await asyncio.to_thread(self._put, file, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(self._put, file, bytes(waiting))
        finally:
            file.close()
        return size

    def require_room(self) -> None:
        """Raises :class:`SaveError` where less is free than must stay free."""
        if shutil.disk_usage(self._folder).free < self._free:
            raise SaveError("The disk of the workshop is nearly full, so nothing more is saved on it.")

    def _put(self, file: BinaryIO, data: bytes) -> None:
        self.require_room()
        file.write(data)
