"""A student's database made anew from the course's template, after it was saved; or only saved, for him to take home.

In: an id. Out: the name of the dump in /saves/ID, or in /saves/.take-home/ID, or a `ResetError` that says what is as it
was. The new database is made beside the old one and takes its place in one step. While it lasts, the role "keeper" has
the rights of this one student; the dump is read by the role that checks him, so that nothing of his runs with more
rights than his own.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from . import dump, renewal
from .renewal import STEP_SECONDS, said
from .wire import LostError, OverdueError, Wire, WireError
from .work import Work

log = logging.getLogger(__name__)

AGAIN = 5.0  # seconds
KEPT = " Nothing was reset."
LOCKED = " End your transactions that are open, with COMMIT or ROLLBACK, and try again."
BUSY = "This database is being saved or reset already."
TAKE_HOME = ".take-home"  # no id begins like this
SAVE_LANES = 2
LEFT = "SELECT datname, substring(datname FROM 'reset_(.*)') FROM pg_database WHERE datname ~ '^(before_)?reset_'"
OPTIONS = "-c search_path=public -c role=none -c statement_timeout=0 -c lock_timeout=10000 -c client_min_messages=error"


class ResetError(Exception):
    """Why a database was not reset or saved, for whoever asked."""

    def __init__(self, message: str, status: int = 502) -> None:
        super().__init__(message)
        self.status = status


class Resetter:
    """Resets and saves databases, one of each at a time. A reset uses one of the checks' lanes.

    A save does not: whoever has his tables locked lets it wait, and everybody's checks would wait with it. It makes way
    for a reset.
    """

    def __init__(self, socket: str, saves: Path, work: Work) -> None:
        self._socket = socket
        self._saves = saves
        self._work = work
        self._running: set[str] = set()
        self._saving: dict[str, asyncio.Task[str]] = {}
        self._save_lanes = asyncio.Semaphore(SAVE_LANES)
        self._one_swap = asyncio.Lock()  # the keeper's rights are lent and taken back for one student

    async def reset(self, student: str) -> str:
        """Save, then make anew; the name of the dump."""
        if saving := self._saving.get(student):
            saving.cancel()
            await asyncio.wait({saving})
        try:
            async with self._alone(student, self._work.lanes, anew=True):
                return await self._reset(student)
        except dump.DumpError as error:
            raise ResetError(f"{error}{KEPT}", error.status) from error
        except WireError as error:
            raise ResetError(f"the database could not be reset: {said(error)}") from error

    async def save(self, student: str) -> str:
        """Save for its owner, who goes on working in it; the name of the dump."""
        if student in self._saving:
            raise ResetError(BUSY, 409)
        self._saving[student] = task = asyncio.create_task(self._save(student))
        try:
            return await task
        except dump.DumpError as error:
            # pg_dump waits for locks with this timeout, and no other is set.
            helps = LOCKED if "statement timeout" in str(error) else ""
            raise ResetError(f"{error}{helps}", error.status) from error
        except WireError as error:
            raise ResetError(f"The database cannot be read: {said(error)}.") from error
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if own is not None and own.cancelling():
                raise
            raise ResetError("Your database is being reset.", 409) from None
        finally:
            del self._saving[student]

    async def _save(self, student: str) -> str:
        async with self._alone(student, self._save_lanes, anew=False):
            await self._engage(student)
            stream = dump.pg_dump(self._socket, student, await self._not_his(student))
            return await dump.keep(self._saves / TAKE_HOME / student, stream)

    @contextlib.asynccontextmanager
    async def _alone(self, student: str, lanes: asyncio.Semaphore, *, anew: bool) -> AsyncIterator[None]:
        """Nobody else reads or resets this database meanwhile; ``anew``: then it is looked at at once."""
        if student in self._running:
            raise ResetError(BUSY, 409)
        self._running.add(student)
        schedule = self._work.schedule
        schedule.hold(student)
        try:
            await self._work.idle(student)
            async with lanes:
                yield
        finally:
            self._running.discard(student)
            schedule.release(student, anew=anew)

    async def _engage(self, student: str) -> None:
        if not await self._work.ledger.engage(student):
            raise ResetError(f'there is no database "{student}"', 404)

    async def _reset(self, student: str) -> str:
        dump.require_room(self._saves)  # before anybody's session is ended for it
        await self._engage(student)
        async with self._as_student(student) as wire:
            # The owner may have closed it for everybody, the dump included. What he writes while it is saved would be
            # in neither: who connects again by himself, as psql does, is told so.
            for change in ("CONNECTION LIMIT -1", "ALLOW_CONNECTIONS true", "SET default_transaction_read_only = on"):
                await wire.tell(f'ALTER DATABASE "{student}" {change}', STEP_SECONDS)
            await renewal.disconnect(wire, student)
        done, saved = False, ""
        try:
            stream = dump.pg_dump(self._socket, student, await self._not_his(student))
            saved = await dump.keep(self._saves / student, stream)
            async with self._as_student(student) as wire:
                await renewal.replace(wire, student)
            done = True
        except (LostError, OverdueError) as error:
            if not saved:
                raise
            raise ResetError(f"It is not known whether the database was reset. It was saved as {saved}.") from error
        finally:
            if not done:
                with contextlib.suppress(WireError):
                    async with self._as_student(student) as wire:
                        await wire.tell(f'ALTER DATABASE "{student}" RESET default_transaction_read_only', STEP_SECONDS)
        self._work.forget(student)
        return saved

    async def tidy(self) -> None:
        """Clear away what a reset that was cut short has left: at the start, as soon as PostgreSQL answers."""
        while True:
            try:
                return await self._tidy()
            except WireError as error:
                log.info("PostgreSQL is asked again: %s", str(error).strip())
            await asyncio.sleep(AGAIN)

    async def _tidy(self) -> None:
        wire = await self._keeper()
        try:
            await wire.ask("SELECT take_back(), reopen()", STEP_SECONDS)
            found = await wire.ask(LEFT, STEP_SECONDS)
        finally:
            wire.close()
        for name, student in found:
            log.warning("%s is left by a reset that was cut short", name)
            with contextlib.suppress(ResetError):  # of somebody who has left: it goes with the server
                async with self._as_student(str(student)) as owner:
                    await renewal.drop(owner, str(name))

    async def _keeper(self) -> Wire:
        return await Wire.open(self._socket, "monitor", "keeper", STEP_SECONDS, OPTIONS)

    @contextlib.asynccontextmanager
    async def _as_student(self, student: str) -> AsyncIterator[Wire]:
        """A session that has this student's rights for a while."""
        async with self._one_swap:
            wire = await self._keeper()
            try:
                if (await wire.ask("SELECT lend($1)", STEP_SECONDS, [student]))[0][0] != "t":
                    raise ResetError(f'"{student}" is no student', 404)
                try:
                    yield wire
                finally:
                    with contextlib.suppress(WireError):
                        await wire.ask("SELECT take_back()", STEP_SECONDS)
            finally:
                wire.close()

    async def _not_his(self, student: str) -> list[str]:
        """Schema lab, where it is the server's own: it is not the student's work, and he cannot read it."""
        wire = await Wire.open(self._socket, student, f"check_{student}", STEP_SECONDS, dump.OPTIONS)
        try:
            found = await wire.ask("SELECT FROM pg_namespace WHERE nspname = 'lab' AND nspowner = 10", STEP_SECONDS)
        finally:
            wire.close()
        return ["--exclude-schema=lab"] if found else []
