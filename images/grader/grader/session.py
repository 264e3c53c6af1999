"""A session in a student's database, and one check asked in it.

In: a connection as a role that may do what that student may. Out: a `Verdict`. Whatever the student's objects do during
a check, they do to himself, and the next check starts over with every setting that matters.
"""

import logging

from . import reference, verdict
from .judge import Expected, Rows
from .plan import Check
from .reference import NoReferenceError, References
from .verdict import Verdict
from .wire import FORMATS, RefusedError, Wire

log = logging.getLogger(__name__)

SECONDS = 1.0
"""What the server gives a statement."""
GRACE = 0.5  # seconds more for its answer
PATIENCE = SECONDS + GRACE
LOCK_MS = 300


# Settings of a connection outrank those that the owner gave his database; those of a transaction outrank what a check's
# functions set in the session, and a transaction that has begun read-only stays so.
def options(seconds: float = SECONDS) -> str:
    """What a connection for checks sets."""
    return (
        "-c role=none -c search_path=pg_catalog,pg_temp -c default_transaction_read_only=on "
        f"-c client_min_messages=error -c statement_timeout={_ms(seconds)} -c lock_timeout={LOCK_MS} "
        "-c idle_session_timeout=10000 -c idle_in_transaction_session_timeout=10000 -c transaction_timeout=0 "
        f"-c row_security=on -c jit=off {FORMATS}"
    )


def begin(seconds: float = SECONDS) -> str:
    """Begin the transaction of a check."""
    return (
        "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL role none; "
        "SET LOCAL search_path = pg_catalog, pg_temp; "
        f"SET LOCAL statement_timeout = {_ms(seconds)}; SET LOCAL lock_timeout = {LOCK_MS}; "
        "SET LOCAL client_min_messages = error; SET LOCAL row_security = on"
    )


def afresh(seconds: float = SECONDS) -> str:
    """End one transaction, and begin the next."""
    return f"ROLLBACK; {begin(seconds)}"


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


class _NoTableError(Exception):
    """What a reference query reads is not a table here."""


async def judged(
    wire: Wire, check: Check, references: References, prints: dict[str, str], seconds: float = SECONDS
) -> Verdict:
    """Ask a check's steps in order; the first that is not right decides, in the author's words where he gave some.

    ``prints`` keeps the fingerprints of this database's tables, for the checks that follow.

    Raises:
        OverdueError: the session is of no more use.
        LostError: there is none any more.
    """
    found = Verdict(ok=True)
    for number, step in enumerate(check.steps):
        if number:  # what the step before ran may have changed how this one is read
            await wire.tell(afresh(seconds), seconds + GRACE)
        try:
            rows = await wire.ask(verdict.statement(step.sql), seconds + GRACE)
            found = verdict.of_rows(rows, await _complete(wire, step.expected, references, prints, seconds))
        except RefusedError as error:
            found = verdict.of_error(error)
        except _NoTableError as error:
            found = Verdict(ok=False, detail=f"{error} is not a table any more")
        except NoReferenceError as error:
            log.warning("a reference query cannot be asked: %s", str(error).strip())
            found = verdict.unknown("reference")
        if not found.ok:
            break
    if found.ok is False and check.message:
        return Verdict(ok=False, detail=verdict.plain(check.message))
    return found


async def _complete(
    wire: Wire, expected: Expected, references: References, prints: dict[str, str], seconds: float
) -> Expected:
    """Find the rows that a reference query stands for, over this database's data."""
    if not isinstance(expected, Rows) or expected.reference is None:
        return expected
    query = expected.reference
    for table in await references.tables(query):
        if table not in prints:
            prints[table] = await _fetched(wire, reference.fingerprint(table), seconds)
        if not prints[table]:
            raise _NoTableError(table)
        if reference.is_too_large(prints[table]):
            raise NoReferenceError(f"{table} has too many rows")
    contents = {
        table: await _fetched(wire, reference.content(table), seconds)
        for table in await references.wanted(query, prints)
    }
    if "" in contents.values():
        raise NoReferenceError("the rows that were changed are too many")
    return expected.model_copy(update={"rows": await references.rows(query, prints, contents)})


async def _fetched(wire: Wire, statement: str, seconds: float) -> str:
    """One value of this database's, as text; an empty one where there is no such table."""
    await wire.tell(afresh(seconds), seconds + GRACE)
    rows = await wire.ask(verdict.statement(statement), seconds + GRACE)
    return (rows[0][0] or "") if rows else ""
