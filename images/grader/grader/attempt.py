"""Attempts: statements that a student's database must carry out, or must refuse, tried there and taken back.

In: what begins a transaction that may write, as a role that may do what that student may. Out: a `Verdict`, and how
many rows were written on the way: the server counts what is taken back as well. The transaction is left to be ended.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from . import verdict
from .verdict import Verdict
from .wire import RefusedError, Row, Wire

LONGEST_SHOWN = 120
# What the server checks only at the end of a transaction it checks now: this one has no such end.
CHECK_ALL = "SET CONSTRAINTS ALL IMMEDIATE"
# What the server has not counted yet, of this transaction and of those before it in this session; while a transaction
# lasts nothing of it is counted. As pg_stat_xact_all_tables has it, whose joins take five times as long to plan. An
# operator with its schema: the session finds the student's own in the places where it looks.
PENDING = (
    "SELECT pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_inserted(oid) "
    "OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(oid) "
    "OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(oid)) "
    "FROM pg_catalog.pg_class WHERE relkind OPERATOR(pg_catalog.=) ANY ('{r,t,m,p}')"
)
# A savepoint: whatever a statement did to the session's settings ends with it, and the count can still be asked.
# AFTER is read before it is run, so with those settings: it holds no backslash and nothing but ASCII.
BEFORE = f"{PENDING}; SAVEPOINT attempt"
AFTER = f"ROLLBACK TO SAVEPOINT attempt; {PENDING}"

Wrote = Callable[[int | None], None]
"""Takes how many rows were written and taken back; None where that is not known."""
Statement = Annotated[str, Field(min_length=1, max_length=100_000)]


class Attempt(BaseModel):
    """One statement, after others that make it possible.

    ``refused_by`` are the SQLSTATEs, or their first characters, of which one is to come; without any the statement must
    work. ``refusal`` says the same in words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempt: Statement
    first: tuple[Statement, ...] = Field(default=(), max_length=20)
    refused_by: tuple[Annotated[str, Field(pattern="^[0-9A-Z]{2,5}$")], ...] = ()
    refusal: str = ""


async def tried(wire: Wire, begin: str, attempt: Attempt, seconds: float, wrote: Wrote) -> Verdict:
    """Try it, and take it back; ``begin`` are the statements that begin a transaction.

    Raises:
        OverdueError, LostError: the session is of no more use, and nobody knows how many rows were written.
    """
    *_, [before], _ = await wire.tell(f"{begin}; {BEFORE}", seconds)
    prepared, refused = False, None
    try:
        for statement in attempt.first:
            await wire.ask(statement, seconds)
        await wire.tell(CHECK_ALL, seconds)
        prepared = True
        await wire.ask(attempt.attempt, seconds)
        await wire.tell(CHECK_ALL, seconds)
    except RefusedError as error:
        refused = error
    *_, [after] = await wire.tell(AFTER, seconds)
    wrote(_number(after) - _number(before))
    return of_attempt(attempt, refused) if prepared else verdict.of_error(refused) if refused else Verdict(ok=True)


def _number(row: Row) -> int:
    return int(row[0] or 0)


def of_attempt(attempt: Attempt, refused: RefusedError | None) -> Verdict:
    """Judge what came of the statement itself."""
    if refused is None:
        if not attempt.refused_by:
            return Verdict(ok=True)
        return Verdict(ok=False, detail=f"is accepted, and must be refused: {_shown(attempt)}")
    if refused.state.startswith(attempt.refused_by):
        return Verdict(ok=True)
    found = verdict.of_error(refused)
    if found.ok is None or refused.state in verdict.MISSING:
        return found
    otherwise = f"is refused, but not {attempt.refusal}" if attempt.refused_by else "is refused, and must work"
    return Verdict(ok=False, detail=verdict.plain(f"{otherwise}: {_shown(attempt)} ({refused.message})"))


def _shown(attempt: Attempt) -> str:
    text = verdict.plain(attempt.attempt)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
