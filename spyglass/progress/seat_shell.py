"""One shell in a seat that stays open: checks in, exit codes out, for as long as the seat is looked at.

A process over SSH for each check would cost both sides many times as much. The shell belongs to the student, like all
of his seat: what it answers is about himself alone, is bounded in size and time, and when it does not follow the
protocol it is closed and everything is unknown.
"""

import asyncio
import contextlib
import math
import shlex
from collections.abc import AsyncIterator, Mapping, Sequence

import asyncssh

from spyglass.classroom import Person, SeatCheck
from spyglass.seats import Process, Seats

MOST_BYTES = 32 * 1024  # of all answers to one question
SLACK = 15.0  # seconds more than the checks may take, for a seat that is busy
TIMED_OUT = 124  # timeout's exit code
LEAST_SIGNAL = 128  # exit codes from here on: ended by a signal, so nobody knows
LONGEST_NUMBER = 9  # digits

PROLOGUE = r"""
check() {
  timeout -k 2 "$3" nice -n 5 bash -c "$4" </dev/null >/dev/null 2>&1
  echo "$1 check $2 $?"
}
exec 2>/dev/null
"""

Results = Mapping[int, bool]
"""By the check's place in the question; what is missing is unknown."""


class NotFollowedError(Exception):
    """The shell ended, was too slow, or said too much."""


class SeatShell:
    """An open shell; one question at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._asked = 0
        self._rest = b""
        self._write(PROLOGUE)

    async def ask(self, checks: Sequence[SeatCheck]) -> Results:
        """Have checks run one after the other.

        Raises:
            NotFollowedError: the shell is of no more use.
        """
        self._asked += 1
        number = self._asked
        lines = [
            f"check {number} {place} {max(1, math.ceil(check.timeout))} {shlex.quote(check.command)}"
            for place, check in enumerate(checks)
        ]
        results: dict[int, bool] = {}
        try:
            self._write("\n".join([*lines, f"echo {number} end", ""]))
            async with asyncio.timeout(SLACK + sum(check.timeout + 2 for check in checks)):
                await self._read(str(number).encode(), results)
        except (OSError, asyncssh.Error) as error:
            raise NotFollowedError(str(error) or type(error).__name__) from error
        return results

    def _write(self, text: str) -> None:
        self._process.stdin.write(text.encode())

    async def _read(self, number: bytes, results: dict[int, bool]) -> None:
        budget = MOST_BYTES
        while True:
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                words = line.split()
                if words == [number, b"end"]:
                    return
                if words[:2] == [number, b"check"]:
                    understand(words[2:], results)
            data = await self._process.stdout.read(4096)
            budget -= len(data)
            if not data or budget < 0:
                raise NotFollowedError("the shell ended" if not data else "too much output")
            self._rest += data


@contextlib.asynccontextmanager
async def opened(seats: Seats, seat: Person) -> AsyncIterator[SeatShell]:
    """A shell in the seat for as long as the block runs.

    Raises:
        SeatUnreachableError: its sshd does not answer.
    """
    async with seats.process(seat, "exec sh", stdin=True) as process:
        yield SeatShell(process)


def understand(words: Sequence[bytes], results: dict[int, bool]) -> None:
    """The place and the exit code of one check; what makes no sense changes nothing."""
    if len(words) != 2 or not all(word.isdigit() and len(word) <= LONGEST_NUMBER for word in words):  # noqa: PLR2004
        return
    place, code = map(int, words)
    if code != TIMED_OUT and code < LEAST_SIGNAL:
        results[place] = code == 0
