"""Tries a course's checks for its author: each in every database that he names, without a budget.

In, as JSON on standard input: ``{"databases": {name: the role that looks}, "seconds": for each statement, "checks":
[check, …]}``. Out, as JSON on standard output: ``{database: [{"ok": …, "detail": …}, …]}``, in the checks'
order. No message takes the place of what was found.
"""

import asyncio
import json
import sys
from typing import Any

from pydantic import BaseModel

from . import session, verdict
from .plan import Check
from .reference import References
from .session import Session
from .verdict import Verdict
from .wire import Wire, WireError

CONNECT = 10.0


class Trial(BaseModel):
    """What is to be tried."""

    databases: dict[str, str]
    seconds: float
    checks: tuple[Check, ...]


async def run(trial: Trial, socket: str) -> dict[str, list[dict[str, Any]]]:
    """Try everything, one after the other."""
    references = References(socket)
    found: dict[str, list[dict[str, Any]]] = {}
    for database, role in trial.databases.items():
        prints: dict[str, str] = {}
        verdicts = []
        for check in trial.checks:
            try:
                verdicts.append(await _tried(socket, (database, role), check, references, prints, trial.seconds))
            except WireError as error:
                verdicts.append(verdict.of_error(error))
        found[database] = [{"ok": one.ok, "detail": one.detail} for one in verdicts]
    references.close()
    return found


async def _tried(
    socket: str, where: tuple[str, str], check: Check, references: References, prints: dict[str, str], seconds: float
) -> Verdict:
    """A session for each check: one that does not let go takes no other along."""
    wire = await Wire.open(socket, *where, CONNECT, session.options(seconds))
    try:
        asked = Session(wire=wire, references=references, wrote=_untold, seconds=seconds, prints=prints)
        return await asked.judged(check.model_copy(update={"message": ""}))
    finally:
        wire.close()


def _untold(rows: int | None) -> None:
    """Nobody watches who writes here."""
    del rows


def main(socket: str) -> int:
    """``python3 -m grader try``."""
    trial = Trial.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(asyncio.run(run(trial, socket))))
    return 0
