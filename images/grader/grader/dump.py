"""A student's database as a file: what pg_dump says in, /saves/ID/TIME-database.dump out, whole or not at all.

The disk is PostgreSQL's too, and everybody's. So a dump is bounded in size and time, and the room that is left is
looked at before each piece is written; spyglass/saves.py holds what comes from the seats to the same.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from .verdict import plain

MOST = 2 * 1024**3  # bytes of one file
FREE = 1024**3  # bytes that stay free on the disk
SECONDS = 120.0
MEMORY = 1024**3  # bytes of pg_dump itself: it remembers every object of a database
PIECE = 1024**2  # bytes written at once, outside the event loop
COMPLAINT = 10_000  # bytes of what pg_dump says against it
OPTIONS = (
    "-c role=none -c search_path=pg_catalog -c statement_timeout=0 -c lock_timeout=10000 -c transaction_timeout=0 "
    "-c idle_session_timeout=0 -c idle_in_transaction_session_timeout=0 -c client_min_messages=error "
    "-c default_transaction_isolation=read\\ committed"
)


class DumpError(Exception):
    """There is no dump, and nothing of it is left; why, for the teacher."""

    def __init__(self, message: str, status: int = 502) -> None:
        super().__init__(message)
        self.status = status


def require_room(folder: Path, free: int = FREE) -> None:
    """Say so where the disk is nearly full."""
    if shutil.disk_usage(folder).free < free:
        raise DumpError("The disk of the workshop is nearly full, so nothing more is saved on it.", 507)


async def keep(
    folder: Path, stream: AsyncGenerator[bytes], *, most: int = MOST, free: int = FREE, seconds: float = SECONDS
) -> str:
    """Write the stream to a file of its own in the student's folder; its name."""
    try:
        part, name = _prepare(folder)
        try:
            with part.open("wb") as file:
                os.fchmod(file.fileno(), 0o640)
                async with asyncio.timeout(seconds):
                    await _write(file, stream, folder, most, free)
                    await asyncio.to_thread(os.fsync, file.fileno())
            part.rename(folder / name)
        finally:
            part.unlink(missing_ok=True)
    except TimeoutError as error:
        raise DumpError(f"The dump was not done after {seconds:g} s.", 504) from error
    except OSError as error:
        raise DumpError(f"The dump cannot be written: {error.strerror or error}.", 507) from error
    return name


def _prepare(folder: Path) -> tuple[Path, str]:
    """Where to write, and what it is called once it is whole."""
    folder.mkdir(mode=0o2770, exist_ok=True)
    with contextlib.suppress(PermissionError):  # the web app made it
        folder.chmod(0o2770)
    # Left by a stop in the middle: a student is reset by one at a time.
    for left in folder.glob(".*-database.dump.part"):
        left.unlink(missing_ok=True)
    at = datetime.now(UTC)
    while (folder / (name := f"{at:%Y%m%dT%H%M%SZ}-database.dump")).exists():
        at += timedelta(seconds=1)  # two within a second
    return folder / f".{name}.part", name


async def _write(file: BinaryIO, stream: AsyncGenerator[bytes], folder: Path, most: int, free: int) -> None:
    size = 0

    def put(data: bytes) -> None:
        require_room(folder, free)
        file.write(data)
        file.flush()  # or the room that is looked at next is what it was

    async with contextlib.aclosing(stream):
        async for data in stream:
            size += len(data)
            if size > most:
                raise DumpError(f"There is more to save than {most / 1024**3:g} GiB.", 507)
            await asyncio.to_thread(put, data)


async def pg_dump(socket: str, student: str, options: list[str]) -> AsyncGenerator[bytes]:
    """The database in pg_dump's own format, read by the role that checks this student."""
    process = await asyncio.create_subprocess_exec(
        "prlimit", f"--as={MEMORY}",
        "pg_dump", "--format=custom", "--encoding=UTF8", "--no-password", "--lock-wait-timeout=10s", *options,
        f"--host={socket}", f"--username=check_{student}", f"--dbname={student}",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=PIECE,
        env={"PATH": os.environ.get("PATH", ""), "PGOPTIONS": OPTIONS, "LC_ALL": "C.UTF-8",
             "PGCONNECT_TIMEOUT": "10", "PGSSLMODE": "disable"},
    )  # fmt: skip
    if process.stdout is None or process.stderr is None:  # pragma: no cover - both are pipes
        raise DumpError("pg_dump cannot be read.")
    complaint = asyncio.create_task(_beginning(process.stderr))
    try:
        while data := await process.stdout.read(PIECE):
            yield data
        if await process.wait():
            lines = (await complaint).decode(errors="replace").strip().splitlines() or ["pg_dump failed"]
            raise DumpError(f"The database cannot be read: {plain(lines[0].removeprefix('pg_dump: '))}.")
    finally:
        if process.returncode is None:
            process.kill()
        # Or its end is never seen, when what it said filled the pipe.
        while await process.stdout.read(PIECE):
            pass
        await process.wait()
        complaint.cancel()


async def _beginning(stream: asyncio.StreamReader) -> bytes:
    """The first lines; whoever goes on is read to his end, or he would wait for a reader."""
    found = bytearray()
    while data := await stream.read(PIECE):
        found += data[: COMPLAINT - len(found)]
    return bytes(found)
