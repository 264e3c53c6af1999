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

from . import dump
from .wire import LostError, OverdueError, RefusedError, Wire, WireError
from .work import Work

log = logging.getLogger(__name__)

STEP_SECONDS = 30.0
COPY_SECONDS = 120.0
AGAIN = 5.0  # seconds
KEPT = " Nothing was reset."
TAKE_HOME = ".take-home"  # no id begins like this
LEFT = "SELECT datname, substring(datname FROM 'reset_(.*)') FROM pg_database WHERE datname ~ '^(before_)?reset_'"
BUSY_TEMPLATE = "55006"
TRIES = 20
OPTIONS = "-c search_path=public -c role=none -c statement_timeout=0 -c lock_timeout=10000 -c client_min_messages=error"


class ResetError(Exception):
    """Why a database was not reset or saved, for whoever asked."""

    def __init__(self, message: str, status: int = 502) -> None:
        super().__init__(message)
        self.status = status


class Resetter:
    """Resets databases, one of each at a time; a reset uses one of the checks' lanes."""

    def __init__(self, socket: str, saves: Path, work: Work) -> None:
        self._socket = socket
        self._saves = saves
        self._work = work
        self._running: set[str] = set()
        self._one_swap = asyncio.Lock()  # the keeper's rights are lent and taken back for one student

    async def reset(self, student: str) -> str:
        """Save, then make anew; the name of the dump."""
        try:
            async with self._alone(student):
                return await self._reset(student)
        except dump.DumpError as error:
            raise ResetError(f"{error}{KEPT}", error.status) from error
        except WireError as error:
            raise ResetError(f"the database could not be reset: {_said(error)}") from error

    async def save(self, student: str) -> str:
        """Save for its owner, who goes on working in it; the name of the dump."""
        try:
            async with self._alone(student):
                await self._engage(student)
                stream = dump.pg_dump(self._socket, student, await self._not_his(student))
                return await dump.keep(self._saves / TAKE_HOME / student, stream)
        except dump.DumpError as error:
            raise ResetError(str(error), error.status) from error
        except WireError as error:
            raise ResetError(f"The database cannot be read: {_said(error)}.") from error

    @contextlib.asynccontextmanager
    async def _alone(self, student: str) -> AsyncIterator[None]:
        """Nobody else reads or resets this database meanwhile."""
        if student in self._running:
            raise ResetError("this database is being saved or reset already", 409)
        self._running.add(student)
        schedule = self._work.schedule
        schedule.hold(student, held=True)
        try:
            await self._work.idle(student)
            async with self._work.lanes:
                yield
        finally:
            self._running.discard(student)
            schedule.hold(student, held=False)

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
            await _disconnect(wire, student)
        done, saved = False, ""
        try:
            stream = dump.pg_dump(self._socket, student, await self._not_his(student))
            saved = await dump.keep(self._saves / student, stream)
            async with self._as_student(student) as wire:
                await _replace(wire, student)
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
                    await _drop(owner, str(name))

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


async def _disconnect(wire: Wire, student: str) -> None:
    """His own sessions, all told before any is awaited; its own workers the server ends where they are in the way."""
    his = "FROM pg_stat_activity WHERE datname = $1 AND usename = $1"
    await wire.ask("SELECT count(pg_terminate_backend(pid)) " + his, STEP_SECONDS, [student])
    await wire.ask("SELECT count(pg_terminate_backend(pid, 5000)) " + his, STEP_SECONDS, [student])


async def _replace(wire: Wire, student: str) -> None:
    """No id has an underscore, so these names meet no student's."""
    new, old = f"reset_{student}", f"before_reset_{student}"
    await _drop(wire, new)  # left by a reset that was killed
    await _drop(wire, old)
    await _copy(wire, new, student)
    swapped = False
    try:
        await wire.tell(f'ALTER DATABASE "{student}" ALLOW_CONNECTIONS false', STEP_SECONDS)
        await _disconnect(wire, student)
        names = ((student, old), (new, student))
        both = " ".join(f'ALTER DATABASE "{name}" RENAME TO "{other}";' for name, other in names)
        await wire.tell(f"BEGIN; {both} COMMIT", STEP_SECONDS)
        swapped = True
    finally:
        if not swapped:
            with contextlib.suppress(WireError):
                await wire.tell("ROLLBACK", STEP_SECONDS)
                await wire.tell(f'ALTER DATABASE "{student}" ALLOW_CONNECTIONS true', STEP_SECONDS)
                await _drop(wire, new)
    try:
        # What he has set for himself would hold in the new one, too.
        await wire.tell(f'SET ROLE "{student}"', STEP_SECONDS)
        await wire.tell(f'ALTER ROLE "{student}" RESET ALL', STEP_SECONDS)
        await wire.tell("RESET ROLE", STEP_SECONDS)
        await _drop(wire, old)
    except WireError as error:  # the new one is in its place: only room is lost, until the next reset
        log.warning("the old database of %s is left: %s", student, _said(error))


async def _copy(wire: Wire, new: str, owner: str) -> None:
    create = (
        f'CREATE DATABASE "{new}" OWNER "{owner}" TEMPLATE course ENCODING \'UTF8\' ALLOW_CONNECTIONS true '
        "CONNECTION LIMIT -1 IS_TEMPLATE false"
    )
    for remaining in reversed(range(TRIES)):
        try:
            await wire.tell(create, COPY_SECONDS)
        except RefusedError as error:
            # The course is being loaded, or somebody else's copy of it is being made.
            if error.state != BUSY_TEMPLATE or not remaining:
                raise
            await asyncio.sleep(0.25)
        else:
            return


async def _drop(wire: Wire, name: str) -> None:
    """Its owner may have made it a template, which is not dropped."""
    if await wire.ask("SELECT FROM pg_database WHERE datname = $1", STEP_SECONDS, [name]):
        await wire.tell(f'ALTER DATABASE "{name}" IS_TEMPLATE false', STEP_SECONDS)
        await wire.tell(f'DROP DATABASE "{name}" WITH (FORCE)', STEP_SECONDS)


def _said(error: WireError) -> str:
    return error.message if isinstance(error, RefusedError) else str(error).strip()
