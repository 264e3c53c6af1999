"""What is known of everybody: in memory for the web app, in the database "monitor" for the exporter.

In: passes, and what the server counts. Out: the results as of now, and rows. The database is asked over a connection of
its own, which comes back by itself; while there is none, nothing is lost but what the next passes find again.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from .plan import Plan
from .visit import FRESH, Pass
from .wire import RefusedError, Row, Wire, WireError
from .writes import Writes

PATIENCE = 5.0
OPTIONS = "-c search_path=public -c synchronous_commit=off -c statement_timeout=4000 -c lock_timeout=2000"

RECORD = """
WITH found AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb)
    AS one (student text, up boolean, seconds float8, checked_at float8, tasks jsonb, errors jsonb)
), alive AS (
  INSERT INTO pulse VALUES (true, now()) ON CONFLICT (one) DO UPDATE SET at = excluded.at
), passes AS (
  INSERT INTO pass SELECT student, up, seconds, to_timestamp(checked_at), errors FROM found
  ON CONFLICT (student) DO UPDATE SET up = excluded.up, seconds = excluded.seconds, checked_at = excluded.checked_at,
    errors = excluded.errors
), gone AS (
  DELETE FROM result USING found WHERE result.student = found.student AND NOT found.tasks ? result.task
)
INSERT INTO result SELECT student, task, ok::boolean FROM found, jsonb_each_text(tasks) AS one (task, ok)
ON CONFLICT (student, task) DO UPDATE SET ok = excluded.ok WHERE result.ok IS DISTINCT FROM excluded.ok
"""
FORGET = """
WITH passes AS (DELETE FROM pass WHERE NOT $1::jsonb ? student) DELETE FROM result WHERE NOT $1::jsonb ? student
"""
LOOK = """
SELECT stats.datname, tup_inserted + tup_updated + tup_deleted, sessions, extract(epoch FROM seen.at)
FROM pg_stat_database AS stats LEFT JOIN activity() AS seen ON seen.student = stats.datname
WHERE stats.datname IS NOT NULL
"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What others than the grader did in one database, and when its owner's open sessions last did something."""

    written: int
    sessions: int
    active: float | None = None


class Ledger:
    """Everybody's results."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._wire: Wire | None = None
        self._one_at_a_time = asyncio.Lock()
        self._passes: dict[str, Pass] = {}
        self._active: dict[str, float] = {}
        self._errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._unwritten: set[str] = set()
        self._writes: defaultdict[str, Writes] = defaultdict(Writes)

    def note(self, found: Pass) -> None:
        """Take in a pass."""
        self._passes[found.student] = found
        self._errors[found.student].update(found.reasons)
        self._unwritten.add(found.student)

    def wrote(self, student: str, rows: int | None) -> None:
        """Note what a check wrote and took back."""
        self._writes[student].own(rows)

    def seen(self, student: str, at: float) -> None:
        """Note when a student last did something in his database."""
        self._active[student] = max(at, self._active.get(student, 0.0))

    def drop(self, student: str) -> None:
        """Forget what was found in one database, and counted: it is made anew."""
        self._passes.pop(student, None)
        self._writes.pop(student, None)
        self._unwritten.discard(student)

    def results(self) -> dict[str, Any]:
        """Everybody's tasks as of now."""
        oldest = time.time() - FRESH
        return {
            student: {
                "checked_at": found.checked_at,
                "active_at": self._active.get(student),
                "tasks": {
                    task: {"ok": one.ok if found.checked_at > oldest else None, "message": one.detail}
                    for task, one in found.tasks.items()
                },
            }
            for student, found in self._passes.items()
        }

    async def keep(self, plan: Plan) -> None:
        """Forget who and what is not in the plan, and the roles that looked at whom is gone."""
        for known in (self._passes, self._active, self._errors, self._writes):
            for gone in set(known) - set(plan.students):
                known.pop(gone)
        await self._ask(FORGET, json.dumps(list(plan.students)))
        await self._ask("SELECT dismiss()")

    async def record(self) -> None:
        """Write what is new, and that the grader lives."""
        passes = [self._passes[student] for student in self._unwritten if student in self._passes]
        rows = [
            {
                "student": one.student,
                "up": one.up,
                "seconds": round(one.seconds, 4),
                "checked_at": one.checked_at,
                "tasks": {task: said.ok for task, said in one.tasks.items()},
                "errors": self._errors[one.student],
            }
            for one in passes
        ]
        self._unwritten.clear()
        try:
            await self._ask(RECORD, json.dumps(rows))
        except WireError:
            self._unwritten.update(one.student for one in passes)
            raise

    async def look(self) -> dict[str, Use]:
        """Read all databases' counters, and when their owners were last seen."""
        uses = {}
        for name, written, sessions, at in await self._ask(LOOK):
            others = self._writes[str(name)].others(int(written or 0))
            uses[str(name)] = Use(written=others, sessions=int(sessions or 0), active=float(at) if at else None)
        return uses

    async def engage(self, student: str) -> bool:
        """Make sure that there is the role that looks at this student; False while he has no database."""
        return (await self._ask("SELECT engage($1)", student))[0][0] == "t"

    async def stop(self, session: int) -> None:
        """End a session that does not let go; where even that fails, the server's own limits are left."""
        try:
            await self._ask("SELECT stop_check($1::int)", str(session))
        except WireError:
            return

    async def _ask(self, statement: str, *values: str) -> list[Row]:
        """Ask over the one connection, made anew where it is gone."""
        async with self._one_at_a_time:
            if self._wire is None:
                self._wire = await Wire.open(self._socket, "monitor", "grader", PATIENCE, OPTIONS)
            try:
                return await self._wire.ask(statement, PATIENCE, values)
            except RefusedError:
                raise
            except WireError:
                self._wire.close()
                self._wire = None
                raise
