"""The files of a seat's home folder over SFTP: paths below it in; listings, contents and what was stored out.

The student owns the other end, which may say anything: names are shown as text, numbers are bounded, nothing is
followed that leads out of the home. An upload comes in pieces into a file beside its place, and takes its name when all
is there; what it replaces stays beside it.
"""

import asyncio
import contextlib
import posixpath
import re
import stat
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Seats, SeatUnreachableError

PATIENCE = 20.0  # seconds for one step
MOST_ENTRIES = 1000  # of one folder that a page shows
LONGEST_PATH = 1000  # characters
LARGEST = 200 * 1024 * 1024  # bytes of an upload
PIECE = 512 * 1024  # bytes of an upload that come at once: the gateway lets no more than 1 MB pass
CHUNK = 64 * 1024  # bytes of a download at once
AT_ONCE = 3  # downloads and uploads of one person
FORGOTTEN = 86400  # seconds after which an upload that was broken off is not taken up again
MOST_KEPT = 100  # of what was replaced under one name
HIDDEN = (b".seat", b".upload-")

UNREACHABLE = "Your machine does not answer right now. Try again in a moment."
GONE = "There is no such file or folder any more."
OUTSIDE = "That is outside your home folder."
DENIED = "This file cannot be read or written: look at its rights with ls -l."
FAILED = "It could not be done: your disk may be full, or something of that name is in the way."
BUSY = "Wait until one of your other transfers is finished."
NO_FILE = "This is not a file that can be loaded down."
TOO_LARGE = f"Files of more than {LARGEST // 1024 // 1024} MiB cannot be uploaded here."


class FilesError(Exception):
    """It was not done; the reason is for the student."""


class ThereAlreadyError(Exception):
    """Something of that name is there."""


@dataclass(frozen=True)
class Entry:
    """One line of a folder; ``size`` in bytes, ``modified`` in seconds since 1970."""

    name: str
    is_folder: bool
    size: int
    modified: int


@dataclass(frozen=True)
class Folder:
    """What lies in a folder, folders first; ``is_all``: nothing was left out."""

    entries: tuple[Entry, ...]
    is_all: bool


class Home:
    """Everybody's own home, one conversation for each step."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._busy: dict[str, int] = {}

    async def look(self, seat: Person, path: str) -> Folder:
        """What lies in a folder.

        Raises:
            FilesError: it is not there, or not below the home.
        """
        async with self._step(seat) as sftp:
            found: list[Entry] = []
            is_all = True
            async for one in sftp.scandir(await _inside(sftp, path)):
                entry = _entry(one)
                if entry is None:
                    continue
                if len(found) >= MOST_ENTRIES:
                    is_all = False
                    break
                found.append(entry)
        return Folder(tuple(sorted(found, key=lambda one: (not one.is_folder, one.name.casefold()))), is_all)

    async def read(self, seat: Person, path: str) -> AsyncGenerator[bytes]:
        """A file: first its size in bytes, as digits, then its content.

        Raises:
            FilesError: it is not there, no file, or not below the home.
        """
        with self._turn(seat):
            async with self._talk(seat) as sftp:
                async with asyncio.timeout(PATIENCE):
                    place = await _inside(sftp, path)
                    about = await sftp.stat(place)  # a pipe, say, would never end
                    if not stat.S_ISREG(about.permissions or 0) or about.size is None:
                        raise FilesError(NO_FILE)
                    file = await sftp.open(place, "rb", encoding=None)
                async with file:
                    yield b"%d" % about.size
                    left = about.size
                    while left > 0:
                        async with asyncio.timeout(PATIENCE):
                            data: bytes = await file.read(min(CHUNK, left))
                        if not data:
                            break
                        left -= len(data)
                        yield data

    async def put_piece(self, seat: Person, path: str, upload: str, at: int, data: bytes) -> None:
        """Store a piece of what will be the file at ``path``; ``upload`` names this one upload.

        Raises:
            FilesError: it cannot be stored.
        """
        if at + len(data) > LARGEST:
            raise FilesError(TOO_LARGE)
        async with self._step(seat) as sftp:
            part = await _part(sftp, path, upload)
            if at == 0:
                await _clear(sftp, posixpath.dirname(part))
            flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | (asyncssh.FXF_TRUNC if at == 0 else 0)
            async with sftp.open(part, flags, encoding=None) as file:
                await file.write(data, at)

    async def finish(self, seat: Person, path: str, upload: str, size: int, *, replace: bool) -> str | None:
        """Give the upload its name; the name under which what was there is kept, if something was.

        Raises:
            ThereAlreadyError: something is there, and is not to be replaced.
            FilesError: not all of it is there.
        """
        async with self._step(seat) as sftp:
            part = await _part(sftp, path, upload)
            target = posixpath.join(posixpath.dirname(part), posixpath.basename(path).encode())
            if (await sftp.stat(part)).size != size:
                raise FilesError("Not all of it has arrived. Upload it again.")
            kept = None
            if await sftp.lexists(target):
                if not replace:
                    raise ThereAlreadyError
                kept = await _free_name(sftp, target)
                await sftp.rename(target, kept)
            try:
                await sftp.rename(part, target)  # refuses what is there, if something has come just now
            except asyncssh.SFTPError:
                if kept and not await sftp.lexists(target):
                    await sftp.rename(kept, target)
                raise
        return posixpath.basename(kept).decode(errors="replace") if kept else None

    async def abandon(self, seat: Person, path: str, upload: str) -> None:
        """Remove the pieces of an upload that is not to be."""
        async with self._step(seat) as sftp:
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await sftp.remove(await _part(sftp, path, upload))

    @contextlib.asynccontextmanager
    async def _step(self, seat: Person) -> AsyncIterator[asyncssh.SFTPClient]:
        with self._turn(seat):
            async with self._talk(seat) as sftp, asyncio.timeout(PATIENCE):
                yield sftp

    @contextlib.asynccontextmanager
    async def _talk(self, seat: Person) -> AsyncIterator[asyncssh.SFTPClient]:
        try:
            async with self._seats.files(seat) as sftp:
                yield sftp
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
            raise FilesError(GONE) from error
        except asyncssh.SFTPPermissionDenied as error:
            raise FilesError(DENIED) from error
        except asyncssh.SFTPError as error:
            raise FilesError(FAILED) from error
        except (SeatUnreachableError, OSError, asyncssh.Error) as error:  # TimeoutError is an OSError
            raise FilesError(UNREACHABLE) from error

    @contextlib.contextmanager
    def _turn(self, seat: Person) -> Iterator[None]:
        if self._busy.get(seat.id, 0) >= AT_ONCE:
            raise FilesError(BUSY)
        self._busy[seat.id] = self._busy.get(seat.id, 0) + 1
        try:
            yield
        finally:
            self._busy[seat.id] -= 1


def is_path(path: str) -> bool:
    """Whether this can be a path below the home: no way up, nothing absolute."""
    parts = path.split("/")
    return len(path) <= LONGEST_PATH and "\0" not in path and not path.startswith("/") and ".." not in parts


async def _inside(sftp: asyncssh.SFTPClient, path: str) -> bytes:
    if not is_path(path):
        raise FilesError(OUTSIDE)
    home = _bytes(await sftp.realpath(b"."))
    found = _bytes(await sftp.realpath(posixpath.join(home, path.encode())))
    if found != home and not found.startswith(home.rstrip(b"/") + b"/"):
        raise FilesError(OUTSIDE)
    return found


async def _part(sftp: asyncssh.SFTPClient, path: str, upload: str) -> bytes:
    name = posixpath.basename(path)
    if not is_path(path) or not name or name == "." or not re.fullmatch("[0-9a-f]{16,32}", upload):
        raise FilesError(OUTSIDE)
    return posixpath.join(await _inside(sftp, posixpath.dirname(path)), b".upload-" + upload.encode())


async def _clear(sftp: asyncssh.SFTPClient, folder: bytes) -> None:
    """Remove what uploads left that were broken off: nothing but pieces, and only old ones."""
    looked = 0
    async for one in sftp.scandir(folder):
        name, looked = _bytes(one.filename), looked + 1
        if looked > MOST_ENTRIES:
            return
        is_piece = re.fullmatch(rb"\.upload-[0-9a-f]{16,32}", name) and stat.S_ISREG(one.attrs.permissions or 0)
        if is_piece and time.time() - (one.attrs.mtime or 0) > FORGOTTEN:
            await sftp.remove(posixpath.join(folder, name))


async def _free_name(sftp: asyncssh.SFTPClient, target: bytes) -> bytes:
    for number in range(1, MOST_KEPT):
        name = b"%s.~%d~" % (target, number)
        if not await sftp.lexists(name):
            return name
    raise FilesError("Too many older versions of this file are kept: remove some.")


def _entry(one: asyncssh.SFTPName) -> Entry | None:
    name, about = _bytes(one.filename), one.attrs
    if name in {b".", b".."} or name.startswith(HIDDEN):
        return None
    try:
        shown = name.decode()
    except UnicodeDecodeError:
        return None  # no address could name it
    mode = about.permissions or 0
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode) or stat.S_ISLNK(mode)) or "/" in shown:
        return None
    return Entry(shown, stat.S_ISDIR(mode), _bounded(about.size), _bounded(about.mtime))


def _bounded(number: int | None) -> int:
    return min(max(int(number or 0), 0), 2**53)  # as much as a page can count


def _bytes(text: bytes | str | None) -> bytes:
    return text.encode() if isinstance(text, str) else text or b""
