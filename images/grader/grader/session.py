"""A session in a student's database, and one check asked in it.

In: a connection as a role that may do what that student may. Out: a `Verdict`. Whatever the student's objects do during
a check, they do to himself, and the next check starts over with every setting that matters.
"""

import logging
from dataclasses import dataclass, field

from . import attempt, reference, verdict
from .attempt import Attempt, Wrote
from .judge import Expected, Rows
from .plan import Check, Step
from .reference import NoReferenceError, References
from .verdict import Verdict
from .wire import FORMATS, RefusedError, Row, Wire, WireError

log = logging.getLogger(__name__)

SECONDS = 1.0
"""What the server gives a statement."""
GRACE = 0.5  # seconds more for its answer
LOCK_MS = 300


# Settings of a connection outrank those that the owner gave his database; those of a transaction outrank what a check's
# functions set in the session, and a transaction that has begun read-only stays so.
def options(seconds: float = SECONDS) -> str:
    """What a connection for checks sets."""
    return (
        "-c role=none -c search_path=pg_catalog,pg_temp -c default_transaction_read_only=on "
        f"-c client_min_messages=error -c statement_timeout={_ms(seconds)} -c lock_timeout={LOCK_MS} "
        "-c idle_session_timeout=10000 -c idle_in_transaction_session_timeout=10000 -c transaction_timeout=0 "
        f"-c row_security=on -c jit=off -c standard_conforming_strings=on {FORMATS}"
    )


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


class _NoTableError(Exception):
    """What a reference query reads is not a table here."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A connection in which checks are asked; ``wrote`` is told what attempts write and take back.

    ``prints`` keeps the fingerprints of this database's tables, for the checks that follow.
    """

    wire: Wire
    references: References
    wrote: Wrote
    seconds: float = SECONDS
    prints: dict[str, str] = field(default_factory=dict)

    @property
    def patience(self) -> float:
        """Seconds for one answer."""
        return self.seconds + GRACE

    async def judged(self, check: Check) -> Verdict:
        """Take a check's steps in order; the first that is not right decides, in the author's words where he gave some.

        Raises:
            OverdueError: the session is of no more use.
            LostError: there is none any more.
        """
        found = Verdict(ok=True)
        for step in check.steps:
            found = await (self._attempted(step) if isinstance(step, Attempt) else self._answered(step))
            if not found.ok:
                break
        if found.ok is False and check.message:
            return Verdict(ok=False, detail=verdict.plain(check.message))
        return found

    async def _attempted(self, step: Attempt) -> Verdict:
        try:
            return await attempt.tried(self.wire, self._begun(writes=True), step, self.patience, self.wrote)
        except WireError:
            self.wrote(None)
            raise

    async def _answered(self, step: Step) -> Verdict:
        try:
            rows = await self._asked(step.sql, own_code=step.own_code)
            return verdict.of_rows(rows, await self._complete(step.expected), step.thing)
        except RefusedError as error:
            return verdict.of_error(error, step.thing)
        except _NoTableError as error:
            return Verdict(ok=False, detail=f"{error} is not a table any more")
        except NoReferenceError as error:
            log.warning("a reference query cannot be asked: %s", str(error).strip())
            return verdict.unknown("reference")

    async def _complete(self, expected: Expected) -> Expected:
        """Find the rows that a reference query stands for, over this database's data."""
        if not isinstance(expected, Rows) or expected.reference is None:
            return expected
        query, prints = expected.reference, self.prints
        for table in await self.references.tables(query):
            if table not in prints:
                prints[table] = await self._fetched(reference.fingerprint(table))
            if not prints[table]:
                raise _NoTableError(table)
            if reference.is_too_large(prints[table]):
                raise NoReferenceError(f"{table} has too many rows")
        contents = {
            table: await self._fetched(reference.content(table))
            for table in await self.references.wanted(query, prints)
        }
        if "" in contents.values():
            raise NoReferenceError("the rows that were changed are too many")
        return expected.model_copy(update={"rows": await self.references.rows(query, prints, contents)})

    async def _fetched(self, statement: str) -> str:
        """One value of this database's, as text; an empty one where there is no such table."""
        rows = await self._asked(statement)
        return (rows[0][0] or "") if rows else ""

    async def _asked(self, sql: str, *, own_code: bool = False) -> list[Row]:
        """Ask for one value in a transaction of its own: in one message, for there are many, and waiting costs most.

        The server reads a message before it runs any of it, so what comes first cannot undo how the rest is read. It is
        what comes last, or an error, that undoes what the student's own code set. That ``sql`` is one statement is the
        course's promise, not the server's.
        """
        script = f"{self._begun(own_code=own_code)}; {verdict.statement(sql)}; ROLLBACK"
        return (await self.wire.tell(script, self.patience))[-2]

    def _begun(self, *, own_code: bool = False, writes: bool = False) -> str:
        """Begin a transaction that is never committed, and end before what an error or an attempt has left.

        ``own_code``: what runs in it is the student's own, and finds what it finds when he runs it.
        """
        return (
            f"{'ROLLBACK; ' if self.wire.has_begun else ''}"
            f"BEGIN ISOLATION LEVEL READ COMMITTED READ {'WRITE' if writes else 'ONLY'}; SET LOCAL role none; "
            f"SET LOCAL search_path = {'public' if own_code or writes else 'pg_catalog'}, pg_temp; "
            f"SET LOCAL statement_timeout = {_ms(self.seconds)}; SET LOCAL lock_timeout = {LOCK_MS}; "
            "SET LOCAL client_min_messages = error; SET LOCAL row_security = on"
        )
