"""Blocks of the guide done in a seat: a fence in, a sentence out. What runs there comes along over SSH.

The student owns that machine, so only an exit status is heard from it. Everything that is run or saved is text of the
course, never of the request.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from spyglass import scripts
from spyglass.classroom import Person
from spyglass.guide.fences import Fence
from spyglass.scripts import ScriptFailedError
from spyglass.seats import Seats, SeatUnreachableError

PATIENCE = 30.0  # seconds
RUN = Path(__file__).with_name("seat_run.sh")
SAVE = Path(__file__).with_name("seat_save.sh")
UNREACHABLE = "Your machine does not answer right now. Try again in a moment."
FAILED = "That did not work. Try again."
NOT_RUN = {
    3: "No terminal is open: open yours first.",
    4: "Something else is running in your terminal. Wait for it, or end it: q leaves a list, Ctrl-C stops a program.",
    5: "This is SQL, and your terminal is at the shell: type psql there first.",
    6: "This is for the shell, and your terminal is in psql: type \\q there first.",
    7: "Only the beginning was run: look at your terminal. Something is waiting there.",
}
NOT_SAVED = {5: "The file could not be written: your disk may be full, or something of that name is in the way."}


class RefusedError(Exception):
    """It was not done; the reason is for the student."""


class ThereAlreadyError(Exception):
    """There is a file of that name with another text."""


class Doing:
    """What blocks do, one at a time in each seat."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._run = RUN.read_text()
        self._save = SAVE.read_text()
        self._busy: set[str] = set()

    async def run(self, seat: Person, fence: Fence, text: str) -> str:
        """Run it in his terminal.

        Raises:
            RefusedError: nothing is waiting there for it.
        """
        if fence.needs is None:
            raise RefusedError(FAILED)
        pieces = "".join(f"{piece}\0" for piece in _pieces(fence.needs, text))
        status = await self._do(seat, self._run, fence.needs, text=pieces)
        if status:
            raise RefusedError(NOT_RUN.get(status, FAILED))
        return "Ran in your terminal."

    async def save(self, seat: Person, fence: Fence, text: str, *, replace: bool) -> str:
        """Save it in his workshop folder.

        Raises:
            ThereAlreadyError: a file of that name is there, and is not to be replaced.
            RefusedError: it cannot be written.
        """
        if fence.save_as is None:
            raise RefusedError(FAILED)
        status = await self._do(seat, self._save, fence.save_as, "replace" if replace else "new", text=f"{text}\n")
        match status:
            case 0:
                return f"Saved as {fence.save_as} in your workshop folder."
            case 3:
                return f"{fence.save_as} is there already, just like this."
            case 4:
                raise ThereAlreadyError(
                    f"You have a file {fence.save_as} with another text. Replaced, the old one stays beside it."
                )
        raise RefusedError(NOT_SAVED.get(status, FAILED))

    async def _do(self, seat: Person, script: str, *words: str, text: str) -> int:
        if seat.id in self._busy:
            raise RefusedError("The last one is not finished yet.")
        self._busy.add(seat.id)
        try:
            async with asyncio.timeout(PATIENCE):
                await scripts.run(self._seats, seat, script, *words, text=text)
        except ScriptFailedError as error:
            return error.status
        except (SeatUnreachableError, TimeoutError) as error:
            raise RefusedError(UNREACHABLE) from error
        finally:
            self._busy.discard(seat.id)
        return 0


def _pieces(needs: str, text: str) -> Iterator[str]:
    r"""What is pasted at once. A command of psql ends where its line ends, so ``\timing`` is a piece of its own."""
    piece: list[str] = []
    for line in text.split("\n"):
        piece.append(line)
        if needs == "psql" and line.lstrip().startswith("\\"):
            yield "\n".join(piece)
            piece = []
    if any(line.strip() for line in piece):
        yield "\n".join(piece)
