"""What the author's queries give: asked in a database of the grader's own, where no student can read or change them.

In: a query of the author's, and how a student's tables differ from those that everybody began with. Out: its rows. The
database "reference" is a copy of the course's without its keys and constraints. Where a student has other rows in a
table that the query reads, they take the table's place for the length of one transaction, which is rolled back.
"""

import asyncio
import contextlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import judge
from .wire import FORMATS, RefusedError, Wire, WireError

DATABASE, ROLE = "reference", "grader"
PATIENCE = 5.0
OPTIONS = (
    "-c search_path=pg_catalog -c statement_timeout=3000 -c lock_timeout=2000 -c client_min_messages=error -c jit=off "
    f"-c synchronous_commit=off {FORMATS}"
)
MOST_ROWS = 50_000
"""Of a table that a query reads; with more of them nothing is compared."""
LARGEST = 900_000  # characters of a student's rows, which have to fit into one answer (`wire.LARGEST_ANSWER`)
MOST_KEPT = 1000
COLUMNS = """
SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' ORDER BY attnum)
FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
IDENTITY = "SELECT oid::pg_catalog.text FROM pg_catalog.pg_database WHERE datname = 'reference'"

Rows = tuple[tuple[Any, ...], ...]


class NoReferenceError(Exception):
    """The author's query cannot be asked."""


def fingerprint(table: str) -> str:
    """Write a statement of one value: what tells two contents of a table apart, whatever the order of the rows.

    Not of a view, which would run; what stands there is told instead.
    """
    return _of_table(
        table,
        "SELECT pg_catalog.jsonb_build_array(pg_catalog.count(*), "
        "pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.to_jsonb(each)::pg_catalog.text, 0)::pg_catalog.numeric)"
        f"::pg_catalog.text) FROM (SELECT * FROM {table} LIMIT {MOST_ROWS + 1}) AS each",
    )


def content(table: str) -> str:
    """Write a statement of one value: all rows of a table, as a list of objects; NULL where they are too much."""
    return _of_table(
        table,
        f"SELECT CASE WHEN pg_catalog.length(all_rows::pg_catalog.text) <= {LARGEST} THEN all_rows END FROM ("
        "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(each)), '[]') AS all_rows "
        f"FROM (SELECT * FROM {table} LIMIT {MOST_ROWS}) AS each) AS listed",
    )


def is_too_large(print_of: str) -> bool:
    """Whether a fingerprint is one of a table with more than `MOST_ROWS`."""
    return print_of.startswith(f"[{MOST_ROWS + 1},")


def _of_table(table: str, answer: str) -> str:
    name = table.replace("'", "''")
    kind = f"(SELECT c.relkind FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('{name}'))"
    return f"SELECT CASE WHEN {kind} = ANY ('{{r,p}}') THEN ({answer}) END"


@dataclass
class Known:
    """What was found out about one state of the database; all of it is void when that is made anew."""

    identity: str | None = None
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each query reads."""
    pristine: dict[str, str] = field(default_factory=dict)
    rows: OrderedDict[tuple[str, tuple[str, ...]], Rows] = field(default_factory=OrderedDict)


class References:
    """All of the course's. One connection, one question at a time."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._wire: Wire | None = None
        self._one_at_a_time = asyncio.Lock()
        self._known = Known()

    async def tables(self, query: str) -> tuple[str, ...]:
        """List the tables that a query reads, quoted with their schemas.

        Raises:
            NoReferenceError: it cannot be asked.
        """
        async with self._asking():
            return await self._tables(query)

    async def wanted(self, query: str, prints: Mapping[str, str]) -> tuple[str, ...]:
        """List the tables whose rows it takes to answer, by the fingerprints of a student's tables.

        Raises:
            NoReferenceError: it cannot be asked.
        """
        async with self._asking():
            tables = await self._tables(query)
            if _key(query, tables, prints) in self._known.rows:
                return ()
            return tuple([table for table in tables if prints[table] != await self._print(table)])

    async def rows(self, query: str, prints: Mapping[str, str], contents: Mapping[str, str]) -> Rows:
        """Give the rows of a query over a student's data: ``contents`` are the rows of the tables that are `wanted`.

        Raises:
            NoReferenceError: it cannot be asked, or not over this data.
        """
        async with self._asking():
            key = _key(query, await self._tables(query), prints)
            if key not in self._known.rows:
                self._known.rows[key] = await self._over(query, contents)
                while len(self._known.rows) > MOST_KEPT:
                    self._known.rows.popitem(last=False)
            self._known.rows.move_to_end(key)
            return self._known.rows[key]

    def close(self) -> None:
        """Hang up."""
        if self._wire:
            self._wire.close()
            self._wire = None

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Hold the connection; whatever it does not answer, or not readably, becomes a `NoReferenceError`."""
        async with self._one_at_a_time:
            try:
                await self._begin()
                yield
            except (RefusedError, judge.ShapeError) as error:
                raise NoReferenceError(str(error)) from error
            except WireError as error:
                self.close()
                raise NoReferenceError(str(error)) from error
            except asyncio.CancelledError:
                self.close()  # an answer may still be on its way
                raise

    async def _begin(self) -> None:
        """Connect where there is no connection, and forget what was known of a database that is another one now.

        One that is made anew takes its sessions with it: as long as this one lives, what is known is true.
        """
        if self._wire and self._wire.is_over:
            self.close()
        if self._wire:
            return
        wire = await Wire.open(self._socket, DATABASE, ROLE, PATIENCE, OPTIONS)
        try:
            identity = (await wire.ask(IDENTITY, PATIENCE))[0][0]
        except BaseException:
            wire.close()
            raise
        self._wire = wire
        if identity != self._known.identity:
            self._known = Known(identity=identity)

    async def _tables(self, query: str) -> tuple[str, ...]:
        if query not in self._known.tables:
            plan = json.loads(await self._value(f"EXPLAIN (FORMAT JSON, VERBOSE) {query}"))
            self._known.tables[query] = tuple(sorted(set(_relations(plan))))
        return self._known.tables[query]

    async def _print(self, table: str) -> str:
        if table not in self._known.pristine:
            self._known.pristine[table] = await self._value(fingerprint(table))
        return self._known.pristine[table]

    async def _over(self, query: str, changed: Mapping[str, str]) -> Rows:
        """Answer with these rows in these tables."""
        wire = self._open()
        await wire.tell("BEGIN", PATIENCE)
        try:
            for table, rows in changed.items():
                columns = await self._value(COLUMNS, table)
                await wire.tell(f"DELETE FROM {table}", PATIENCE)
                await wire.ask(
                    f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
                    f"SELECT {columns} FROM pg_catalog.jsonb_populate_recordset(NULL::{table}, $1::pg_catalog.jsonb)",
                    PATIENCE,
                    [rows],
                )
            answer = judge.parse(
                await self._value(f"SELECT answer.value::pg_catalog.text FROM (\n{query}\n) AS answer (value)")
            )
        finally:
            await wire.tell("ROLLBACK", PATIENCE)
        if not isinstance(answer, list) or not all(isinstance(row, list) for row in answer):
            raise NoReferenceError("it gives no rows")
        return tuple(map(tuple, answer))

    async def _value(self, statement: str, *values: str) -> str:
        rows = await self._open().ask(statement, PATIENCE, values)
        if len(rows) != 1 or rows[0][0] is None:
            raise NoReferenceError("there is no answer")
        return rows[0][0]

    def _open(self) -> Wire:
        if self._wire is None:  # pragma: no cover - _begin made it
            raise NoReferenceError("there is no connection")
        return self._wire


def _key(query: str, tables: tuple[str, ...], prints: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    return query, tuple(prints[table] for table in tables)


def _relations(plan: object) -> Iterator[str]:
    """Every table in a plan of the server's, wherever it stands."""
    match plan:
        case list():
            for part in plan:
                yield from _relations(part)
        case dict():
            if "Relation Name" in plan:
                yield f"{_quoted(plan['Schema'])}.{_quoted(plan['Relation Name'])}"
            for part in plan.values():
                if isinstance(part, list | dict):
                    yield from _relations(part)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
