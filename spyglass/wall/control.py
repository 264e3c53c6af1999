"""tmux's control mode: a command in, its answer's lines out, over one process in the seat that stays.

Between two questions tmux says when something has changed (a subscription). The other end belongs to a student and may
say anything: what comes is bounded in bytes, lines and time, what does not follow the protocol ends the conversation,
and nothing is read but while somebody waits for it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Process, Seats

# Somebody who has not come yet has no session. It is his to make: a look changes nothing. ``no-output``: what a program
# prints is not repeated to this client, so that one `yes` floods nothing.
ABSENT = b"%absent"
ATTACH = (
    f"tmux -u has-session -t =main 2>/dev/null || {{ echo {ABSENT.decode()}; exit; }}; "
    "exec tmux -u -C attach-session -t =main -f ignore-size,no-output"
)
# tmux compares the text once a second, and says when it is another one. Activity is in whole seconds.
SUBSCRIBE = b"refresh-client -B 'wall::#{window_activity} #{pane_id} #{pane_width}x#{pane_height}'"
ATTACHED = b"%session-changed "
NOTICE = b"%subscription-changed "
PATIENCE = 5.0  # seconds until an answer counts as missing
CHUNK = 16 * 1024  # bytes read at once
# Of everything that comes until a question is answered. A picture that keeps its colours has 128 KiB at most; a window
# of 300 x 80 full of blocks has 70 KiB without colours, and 950 when each block has two colours of its own.
MOST_BYTES = 256 * 1024
MOST_LINES = 2000
MOST_REST = 16 * 1024 * 1024  # bytes that are heard of a client at its end, until it is left behind


class ControlError(Exception):
    """The seat's tmux has ended, fell silent, or says what tmux would not say."""


class TooMuchError(ControlError):
    """More than :data:`MOST_BYTES` or :data:`MOST_LINES` at once."""


class RefusedError(ControlError):
    """Of the commands of one question tmux refuses one, and has not done those after it; the conversation goes on."""


class AbsentError(ControlError):
    """There is no terminal yet: nobody has opened one since the seat was started."""


class Control:
    """A conversation with one tmux. ``heard``: it has said since this was set to False that the window has changed."""

    def __init__(self, process: Process) -> None:
        self.heard = False
        self._process = process
        self._rest = b""
        self._read = self._lines = 0  # since the last answer

    async def ask(self, command: bytes, answers: int) -> list[list[bytes]]:
        """Give a line of commands; the lines of each command's answer.

        Raises:
            ControlError: the conversation is over.
        """
        self._read = self._lines = 0
        try:
            async with asyncio.timeout(PATIENCE):
                self._process.stdin.write(command + b"\n")
                return await self._answers(answers)
        except (OSError, asyncssh.Error) as error:  # TimeoutError is an OSError
            raise ControlError(str(error) or type(error).__name__) from error

    async def subscribe(self, to: bytes = SUBSCRIBE) -> None:
        """Have tmux say from now on when what is looked at changes.

        Raises:
            AbsentError: there is no window.
            ControlError: the conversation is over.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                # Before it has attached this client it knows no window of his to look after.
                lines: list[bytes] = []
                while not any(line.startswith(ATTACHED) for line in lines):
                    lines = await self._more()
                    if ABSENT in lines:
                        raise AbsentError("no terminal yet")
        except (OSError, asyncssh.Error) as error:
            raise ControlError(str(error) or type(error).__name__) from error
        await self.ask(to, 1)

    async def changed(self, patience: float) -> None:
        """Wait until the window has changed, or for so long.

        Raises:
            ControlError: the conversation is over.
        """
        self._read = self._lines = 0
        try:
            async with asyncio.timeout(patience):
                while not self.heard:
                    for line in await self._more():
                        self._listen(line)
        except TimeoutError:
            return
        except (OSError, asyncssh.Error) as error:
            raise ControlError(str(error) or type(error).__name__) from error

    async def _answers(self, wanted: int) -> list[list[bytes]]:
        done: list[list[bytes]] = []
        block: list[bytes] | None = None
        mark = b""
        while len(done) < wanted:
            for line in await self._more():
                if block is None:
                    # The flag 1 marks an answer to a command from here.
                    if line.startswith(b"%begin ") and line.endswith(b" 1"):
                        mark, block = line.removeprefix(b"%begin "), []
                    else:
                        self._listen(line)
                elif line == b"%end " + mark:
                    done.append(block)
                    block = None
                elif line == b"%error " + mark:
                    raise RefusedError(b" ".join(block).decode(errors="replace")[:200] or "refused")
                else:
                    block.append(line)
        return done

    async def _more(self) -> list[bytes]:
        """The lines that come next."""
        data = await self._process.stdout.read(CHUNK)
        if not data:
            raise ControlError("ended")
        self._read += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines += len(lines)
        if self._read > MOST_BYTES or self._lines > MOST_LINES:
            raise TooMuchError("too much at once")
        return lines

    def _listen(self, line: bytes) -> None:
        """Notices of anything else say nothing of interest."""
        if line.startswith(NOTICE):
            self.heard = True

    async def end(self) -> None:
        """Let tmux's client end, as far as it does.

        One that has something to say when its channel closes, an answer or a notice, outlives it: it waits for ever to
        say the rest. So it is told first, and heard out.
        """
        with contextlib.suppress(OSError, asyncssh.Error):
            async with asyncio.timeout(PATIENCE):
                self._process.stdin.write_eof()
                left = MOST_REST
                while left > 0 and (data := await self._process.stdout.read(CHUNK)):
                    left -= len(data)


@contextlib.asynccontextmanager
async def control(seats: Seats, seat: Person, to: bytes = SUBSCRIBE) -> AsyncIterator[Control]:
    """A conversation with the seat's tmux for as long as the block runs; tmux's client ends with it.

    ``to``: the command that has it say when something changes; without it, when the window does.

    Raises:
        SeatUnreachableError: its sshd does not answer.
        AbsentError: nobody has opened a terminal there yet.
        ControlError: its tmux does not answer.
    """
    async with seats.process(seat, ATTACH, stdin=True) as process:
        opened = Control(process)
        try:
            await opened.subscribe(to)
            yield opened
        finally:
            await opened.end()
