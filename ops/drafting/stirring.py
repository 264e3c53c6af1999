"""A database as somebody else might have filled it: what still gives the same there can be expected of everybody.

In: a catalogue, and which columns of which tables are the same for all. Out: statements for psql, with its conditions.
Rows come in another order, what fills itself holds other numbers, moments and names, and what is only counted is gone.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from mentor.course.sqltext import quoted
from ops.drafting.catalogue import Catalogue, Column, Table

MOMENTS = re.compile(r"date|timestamp(\(\d\))? with(out)? time zone")
TEXTS = re.compile(r"text|name|character varying(\(\d+\))?")


def stirred(found: Catalogue, kept: Mapping[str, Collection[Column]]) -> Iterator[str]:
    """Write the statements; ``kept`` are the columns that everybody has, by tables of which everybody has the rows."""
    tables = {table.key: table for table in found.tables}
    for one in found.constraints:
        if one.kind in "cfx":
            yield f"ALTER TABLE {tables[one.table].sql} DROP CONSTRAINT {quoted(one.name)};"
    for table in found.tables:
        if not table.bound:
            yield f"ALTER TABLE {table.sql} DISABLE TRIGGER USER;"
            yield from _refilled(table, kept.get(table.key, ()))
    views = {view.key: view for view in found.views if view.materialized}
    for key in sorted(views, key=lambda one: (len(found.behind(one) & views.keys()), one)):
        yield f"REFRESH MATERIALIZED VIEW {views[key].sql};"


def _refilled(table: Table, columns: Collection[Column]) -> Iterator[str]:
    """Put the rows in again, the last first; or take them out, where others have none of ours or it does not work."""
    only = "" if table.partition_key else "ONLY "
    if columns:
        own = {one.name: _other(one) for one in table.columns if one.generated is None and one not in columns}
        given = {
            **{one.name: quoted(one.name) for one in columns},
            **{name: text for name, text in own.items() if text},
        }
        yield (
            f"WITH gone AS (DELETE FROM {only}{table.sql} RETURNING *)"
            f" INSERT INTO {table.sql} ({', '.join(map(quoted, given))}) OVERRIDING SYSTEM VALUE"
            f" SELECT {', '.join(given.values())}"
            " FROM (SELECT *, row_number() OVER () AS mentor_place FROM gone) AS gone ORDER BY mentor_place DESC;"
        )
        yield "\\if :ERROR"
    yield f"TRUNCATE {only}{table.sql};"
    if columns:
        yield "\\endif"


def _other(column: Column) -> str:
    """What a column that fills itself may hold with somebody else; nothing where a default does not come twice."""
    if MOMENTS.fullmatch(column.type):
        return f"(timestamp '2001-02-03 04:05:06' + mentor_place * interval '1 day')::{column.type}"
    return f"mentor_place::text::{column.type}" if TEXTS.fullmatch(column.type) else ""
