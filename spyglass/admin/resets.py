"""The resets: a student in; his terminal, database or engine as on the first day, and the name of what was saved, out.

Each saves first, and stops where that fails. What happens in the seat is done by seat_reset.sh, sent there over
SSH; the student owns that machine, so only the script's exit status is heard, and what it prints is stored unread.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from spyglass import scripts
from spyglass.classroom import Person
from spyglass.grader import Grader, GraderDownError, ResetRefusedError
from spyglass.saves import SaveError, Saves
from spyglass.scripts import ScriptFailedError
from spyglass.seats import Seats, SeatUnreachableError

SCRIPT = Path(__file__).with_name("seat_reset.sh")
PATIENCE = 180.0  # seconds for a step that saves nothing
KEPT = " Nothing was reset."
STOPPED = " The student's containers were stopped for it."
REASONS = {  # the script's exit status
    3: "The engine does not stop. Try again, or restart the student's machine.",
    4: "The course's material could not be written: the student's disk may be full.",
    5: "The engine's data could not be removed completely. Try again.",
}
FAILED = "It failed in the student's machine. Try again."
GRADER_DOWN = (
    "The service that resets databases does not answer. What it was asked for may have happened, or happen still: look "
    "at this page again in a minute."
)
UNREACHABLE = "The student's machine does not answer."


class ResetError(Exception):
    """The reset did not happen, or not completely; the reason is for the teacher."""


@dataclass(frozen=True)
class Outcome:
    """What to tell: the teacher, the student, and which file was written (None: there was nothing to save)."""

    teacher: str
    student: str
    saved: str | None


class Resets:
    """All resets of all students; who keeps two teachers apart is not decided here."""

    def __init__(self, seats: Seats, saves: Saves, grader: Grader) -> None:
        self._seats = seats
        self._saves = saves
        self._grader = grader
        self._script = SCRIPT.read_text()

    async def soft(self, person: Person) -> Outcome:
        """The material again beside his files, and a new terminal; what stood in the old one is saved."""
        saved = await self._save(person, "terminal-text", "terminal.txt")
        await self._run(person, "soft")
        return Outcome(
            "The course's material is complete again, and the terminal has started anew.",
            "Your terminal was started anew, and the course's material is complete again. Programs that ran in the "
            "terminal have ended. Your files are as they were; where you had changed one, the course's version lies "
            "beside it as “.new”.",
            saved,
        )

    async def engine(self, person: Person) -> Outcome:
        """An empty Docker engine; the volumes of the old one are saved."""
        try:
            saved = await self._save(person, "engine-volumes", "engine.tar.gz")
        except ResetError as error:
            raise ResetError(f"{error}{STOPPED}") from error
        await self._run(person, "engine")
        return Outcome(
            "The Docker engine is empty. It starts again by itself when it is used.",
            "Your Docker engine was emptied: its containers, images and volumes are gone. It starts again by itself "
            "when you use it. Your home folder and your database are as they were."
            + (" The content of the volumes was saved; ask if you need something of it." if saved else ""),
            saved,
        )

    async def database(self, person: Person) -> Outcome:
        """The course's database again; the old one is saved, by who makes the new one."""
        try:
            saved = await self._grader.reset(person.id)
        except ResetRefusedError as error:
            raise ResetError(str(error)) from error
        except GraderDownError as error:
            raise ResetError(GRADER_DOWN) from error
        return Outcome(
            "The database is the course's again.",
            "Your database was made anew from the course's. What you had changed in it was saved; ask if you need "
            "something of it. Connect again in psql with \\c.",
            saved,
        )

    async def _save(self, person: Person, step: str, file: str) -> str | None:
        stream = scripts.output(self._seats, person, self._script, step)
        try:
            return await self._saves.keep(person.id, file, stream)
        except SaveError as error:
            raise ResetError(f"{error}{KEPT}") from error
        except ScriptFailedError as error:
            raise ResetError(f"Saving failed. {REASONS.get(error.status, FAILED)}{KEPT}") from error
        except SeatUnreachableError as error:
            raise ResetError(UNREACHABLE + KEPT) from error
        finally:
            await stream.aclose()

    async def _run(self, person: Person, step: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await scripts.run(self._seats, person, self._script, step)
        except ScriptFailedError as error:
            raise ResetError(REASONS.get(error.status, FAILED)) from error
        except TimeoutError as error:
            raise ResetError(f"It was not finished after {PATIENCE / 60:g} minutes. Try again.") from error
        except SeatUnreachableError as error:
            raise ResetError(UNREACHABLE) from error
