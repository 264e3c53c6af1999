"""tmux's control mode: a command in, its answer's lines out, over one process in the seat that stays.

The other end belongs to a student and may say anything: an answer is bounded in bytes, lines and time, what does not
follow the protocol ends the conversation, and nothing is read while nothing was asked.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Process, Seats

# Somebody who has not come yet has no session. It is his to make: a look changes nothing.
ABSENT = b"%absent"
ATTACH = (
    f"tmux -u has-session -t =main 2>/dev/null || {{ echo {ABSENT.decode()}; exit; }}; "
    "exec tmux -u -C attach-session -t =main -f ignore-size,no-output"
)
PATIENCE = 5.0  # seconds until an answer counts as missing
CHUNK = 16 * 1024  # bytes read at once
# Of everything that comes until a question is answered. A picture that keeps its colours has 128 KiB at most; a window
# of 300 x 80 full of blocks has 70 KiB without colours, and 950 when each block has two colours of its own.
MOST_BYTES = 256 * 1024
MOST_LINES = 2000
MOST_REST = 16 * 1024 * 1024  # bytes of an answer that is too much, until its client is left behind


class ControlError(Exception):
    """The seat's tmux has ended, fell silent, or says what tmux would not say."""


class TooMuchError(ControlError):
    """An answer of more than :data:`MOST_BYTES` or :data:`MOST_LINES`."""


class AbsentError(ControlError):
    """There is no terminal yet: nobody has opened one since the seat was started."""


class Control:
    """A conversation with one tmux."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ask(self, command: bytes, answers: int) -> list[list[bytes]]:
        """Give a line of commands; the lines of each command's answer."""
        try:
            async with asyncio.timeout(PATIENCE):
                self._process.stdin.write(command + b"\n")
                return await self._answers(answers)
        except TooMuchError:
            with contextlib.suppress(OSError, asyncssh.Error):
                await self._end()
            raise
        except (OSError, asyncssh.Error) as error:  # TimeoutError is an OSError
            raise ControlError(str(error) or type(error).__name__) from error

    async def _end(self) -> None:
        """Let tmux's client end: with an answer half said it would outlive its channel, and wait for ever to go on."""
        async with asyncio.timeout(PATIENCE):
            self._process.stdin.write_eof()
            left = MOST_REST
            while left > 0 and (data := await self._process.stdout.read(CHUNK)):
                left -= len(data)

    async def _answers(self, wanted: int) -> list[list[bytes]]:
        done: list[list[bytes]] = []
        block: list[bytes] | None = None
        mark = rest = b""
        size = count = 0
        while len(done) < wanted:
            data = await self._process.stdout.read(CHUNK)
            size += len(data)
            *lines, rest = (rest + data).split(b"\n")
            count += len(lines)
            if not data:
                raise ControlError("ended")
            if size > MOST_BYTES or count > MOST_LINES:
                raise TooMuchError("too much at once")
            for line in lines:
                if block is None:
                    # The flag 1 marks an answer to a command from here; notices in between say nothing of interest.
                    if line == ABSENT:
                        raise AbsentError("no terminal yet")
                    if line.startswith(b"%begin ") and line.endswith(b" 1"):
                        mark, block = line.removeprefix(b"%begin "), []
                elif line == b"%end " + mark:
                    done.append(block)
                    block = None
                elif line == b"%error " + mark:
                    raise ControlError("refused")
                else:
                    block.append(line)
        return done


@contextlib.asynccontextmanager
async def control(seats: Seats, seat: Person) -> AsyncIterator[Control]:
    """A conversation with the seat's tmux for as long as the block runs; tmux's client ends with it.

    Raises:
        SeatUnreachableError: no answer from the seat.
    """
    async with seats.process(seat, ATTACH, stdin=True) as process:
        yield Control(process)
