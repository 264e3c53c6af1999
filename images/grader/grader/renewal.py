"""The course's database put in the place of a student's: a session with his rights in, the new one out.

The new one is made beside the old one and takes its place in one step; where that fails, the old one is as it was.
"""

import asyncio
import contextlib
import logging

from .wire import RefusedError, Wire, WireError

log = logging.getLogger(__name__)

STEP_SECONDS = 30.0
COPY_SECONDS = 120.0
BUSY_TEMPLATE = "55006"
TRIES = 20


async def disconnect(wire: Wire, student: str) -> None:
    """His own sessions, all told before any is awaited; its own workers the server ends where they are in the way."""
    his = "FROM pg_stat_activity WHERE datname = $1 AND usename = $1"
    await wire.ask("SELECT count(pg_terminate_backend(pid)) " + his, STEP_SECONDS, [student])
    await wire.ask("SELECT count(pg_terminate_backend(pid, 5000)) " + his, STEP_SECONDS, [student])


async def replace(wire: Wire, student: str) -> None:
    """No id has an underscore, so these names meet no student's."""
    new, old = f"reset_{student}", f"before_reset_{student}"
    await drop(wire, new)  # left by a reset that was killed
    await drop(wire, old)
    await _copy(wire, new, student)
    swapped = False
    try:
        await wire.tell(f'ALTER DATABASE "{student}" ALLOW_CONNECTIONS false', STEP_SECONDS)
        await disconnect(wire, student)
        names = ((student, old), (new, student))
        both = " ".join(f'ALTER DATABASE "{name}" RENAME TO "{other}";' for name, other in names)
        await wire.tell(f"BEGIN; {both} COMMIT", STEP_SECONDS)
        swapped = True
    finally:
        if not swapped:
            with contextlib.suppress(WireError):
                await wire.tell("ROLLBACK", STEP_SECONDS)
                await wire.tell(f'ALTER DATABASE "{student}" ALLOW_CONNECTIONS true', STEP_SECONDS)
                await drop(wire, new)
    try:
        # What he has set for himself would hold in the new one, too.
        await wire.tell(f'SET ROLE "{student}"', STEP_SECONDS)
        await wire.tell(f'ALTER ROLE "{student}" RESET ALL', STEP_SECONDS)
        await wire.tell("RESET ROLE", STEP_SECONDS)
        await drop(wire, old)
    except WireError as error:  # the new one is in its place: only room is lost, until the next reset
        log.warning("the old database of %s is left: %s", student, said(error))


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


async def drop(wire: Wire, name: str) -> None:
    """Its owner may have made it a template, which is not dropped."""
    if await wire.ask("SELECT FROM pg_database WHERE datname = $1", STEP_SECONDS, [name]):
        await wire.tell(f'ALTER DATABASE "{name}" IS_TEMPLATE false', STEP_SECONDS)
        await wire.tell(f'DROP DATABASE "{name}" WITH (FORCE)', STEP_SECONDS)


def said(error: WireError) -> str:
    """What the server said, for people."""
    return error.message if isinstance(error, RefusedError) else str(error).strip()
