"""Bash scripts in a seat: one of ours and a person in, its exit status or what it prints out.

A script comes along over SSH, so a seat that was made before behaves as today's. The student owns the machine that runs
it: nothing that is printed there is believed, and nothing at all is heard of a script that is only run.
"""

import shlex
from collections.abc import AsyncGenerator

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Seats, SeatUnreachableError

CHUNK = 64 * 1024  # bytes read at once


class ScriptFailedError(Exception):
    """It ended with another status than 0, or was killed (-1)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


async def run(seats: Seats, seat: Person, script: str, *words: str, text: str | None = None) -> None:
    """Run it as the student, with the text as its standard input.

    Raises:
        ScriptFailedError: it did not succeed.
        SeatUnreachableError: the seat does not answer, or not any more: it may have succeeded.
    """
    try:
        async with seats.process(seat, _command(script, words), stdin=text is not None) as process:
            if text is not None:
                process.stdin.write(text.encode())
                process.stdin.write_eof()
            # Not wait(), which takes in whatever the seat says. Unread, its window fills, and it waits.
            await process.wait_closed()
            status = process.exit_status
    except (OSError, asyncssh.Error) as error:
        raise SeatUnreachableError(str(error)) from error
    _expect_success(status)


async def output(seats: Seats, seat: Person, script: str, *words: str) -> AsyncGenerator[bytes]:
    """What it prints, piece by piece; how much, and for how long, is bounded by who reads.

    Raises:
        ScriptFailedError: it did not succeed.
        SeatUnreachableError: the seat does not answer, or not any more.
    """
    try:
        async with seats.process(seat, _command(script, words)) as process:
            while data := await process.stdout.read(CHUNK):
                yield data
            status = (await process.wait()).exit_status
    except (OSError, asyncssh.Error) as error:
        raise SeatUnreachableError(str(error)) from error
    _expect_success(status)


def _command(script: str, words: tuple[str, ...]) -> str:
    return f"exec bash -c {shlex.quote(script)} seat {shlex.join(words)}"


def _expect_success(status: int | None) -> None:
    if status != 0:
        raise ScriptFailedError(-1 if status is None else status)
