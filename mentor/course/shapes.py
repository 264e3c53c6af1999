"""The shape of a student's table or view, compared with the one expected, as SQL.

In: a check's columns, keys, constraints and indexes. Out: SELECTs of one row and one column of JSON: a list of what is
missing, or a string that says what stands in the thing's place. The server's catalogue is asked, and of the student's
own nothing runs: so these may say what is expected.

They are asked with each look into each database, and planned anew each time, which takes longer than to run them: joins
are avoided, and OFFSET 0 keeps the server from making one of what is asked by row.
"""

import re
from collections.abc import Iterator, Mapping

from mentor.course import rowsets
from mentor.course.criteria import Table, View
from mentor.course.readers import Reference
from mentor.course.sqltext import Name, literal, names

PLAIN = "pg_catalog.regexp_replace({text}, '[[:space:]()]', '', 'g')"
"""Two expressions are the same when they differ in blanks and brackets alone."""
MISSING = "SELECT COALESCE(pg_catalog.json_agg(what ORDER BY position), '[]') FROM trouble"


def table(check: Table) -> str:
    """Fetch what is missing of a table's shape, as a list of texts."""
    return _shape(check.table, "table", rowsets.TABLE_KINDS, list(_troubles(check)))


def view(check: View) -> str:
    """Fetch what is missing of a view's columns, as a list of texts."""
    return _shape(check.view, "view", rowsets.VIEW_KINDS, list(columns(check.view, check.columns)))


def _shape(name: Name, what: str, kinds: tuple[str, ...], troubles: list[str]) -> str:
    union = " UNION ALL\n  ".join(troubles) or "SELECT 0, '' WHERE false"
    return f"""WITH trouble (position, what) AS MATERIALIZED (
  {union}
)
{rowsets.asked_of(name, what, kinds, MISSING)}"""


def columns(name: Name, wanted: Mapping[str, str | None]) -> Iterator[str]:
    """What is missing of some columns and their types."""
    if not wanted:
        return
    rows = ", ".join(
        f"({n}, {literal(column)}, {literal(kind) if kind else 'NULL::pg_catalog.text'})"
        for n, (column, kind) in enumerate(wanted.items())
    )
    # The server spells types: int and integer are one.
    spelled = "pg_catalog.format_type(pg_catalog.to_regtype(kind), pg_catalog.to_regtypemod(kind))"
    yield f"""SELECT position, CASE WHEN has IS NULL THEN pg_catalog.concat('column ', "column", ' is missing')
    ELSE pg_catalog.concat('column ', "column", ' is ', has, ', not ', should) END
  FROM (SELECT position, "column", {_of_column("pg_catalog.format_type(atttypid, atttypmod)", name)},
      CASE WHEN pg_catalog.to_regtype(kind) IS NULL THEN kind ELSE {spelled} END
    FROM (VALUES {rows}) AS listed (position, "column", kind) OFFSET 0) AS wanted (position, "column", has, should)
  WHERE has IS NULL OR has <> should"""


def _troubles(check: Table) -> Iterator[str]:
    name = check.table
    yield from columns(name, check.columns)
    if check.not_null:
        trouble = "CASE WHEN has THEN ' may be NULL' ELSE ' is missing' END"
        yield f"""SELECT 100, pg_catalog.concat('column ', "column", {trouble})
  FROM (SELECT "column", {_of_column("NOT attnotnull", name)}
    FROM pg_catalog.unnest({names(check.not_null)}) AS "column" OFFSET 0) AS wanted ("column", has)
  WHERE has IS NOT FALSE"""
    if check.primary_key:
        text = f"the primary key is not ({', '.join(check.primary_key)})"
        yield _without(200, text, f"{_indexes(name)} WHERE i.indisprimary AND {_keys(check.primary_key)}")
    for n, key in enumerate(check.unique):
        text = f"({', '.join(key)}) is not unique"
        whole = "i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL"
        yield _without(300 + n, text, f"{_indexes(name)} WHERE {whole} AND {_keys(key)}")
    for n, (key, target) in enumerate(check.foreign_keys.items()):
        yield _foreign_key(name, 400 + n, key, target)
    for n, condition in enumerate(check.check_constraints):
        plain = literal(re.sub(r"[\s()]", "", condition))
        found = PLAIN.format(text="pg_catalog.pg_get_expr(o.conbin, o.conrelid)")
        yield _without(
            500 + n, f"no CHECK ({condition})", f"{_constraints(name)} WHERE o.contype = 'c' AND {found} = {plain}"
        )
    for n, constraint in enumerate(check.constraints):
        text = f"there is no constraint {constraint}"
        yield _without(600 + n, text, f"{_constraints(name)} WHERE o.conname = {literal(constraint)}")
    for n, parts in enumerate(check.indexes):
        yield _index(name, 700 + n, parts)


def _foreign_key(name: Name, position: int, key: tuple[str, ...], target: Reference) -> str:
    goal = f"{target.table}({', '.join(target.columns)})" if target.columns else str(target.table)
    column = "SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a WHERE (a.attrelid, a.attnum) ="
    ours, theirs = f"({column} (o.conrelid, k.ours))", f"({column} (o.confrelid, k.theirs))"
    pairs = list(zip(key, target.columns, strict=True)) if target.columns else [(one, "") for one in key]
    wanted = ", ".join(names(pair) for pair in sorted(pairs, key=lambda pair: [one.encode() for one in pair]))
    found = f"""SELECT ARRAY[{ours}, {theirs if target.columns else "''"}] AS pair
      FROM ROWS FROM (pg_catalog.unnest(o.conkey), pg_catalog.unnest(o.confkey)) AS k (ours, theirs)"""
    # Its number by its names: there may be no such table, and nobody may have a right to its schema.
    schema = f"(SELECT s.oid FROM pg_catalog.pg_namespace AS s WHERE s.nspname = {literal(target.table.schema)})"
    number = f"""(SELECT c.oid FROM pg_catalog.pg_class AS c
      WHERE c.relname = {literal(target.table.name)} AND c.relnamespace = {schema})"""
    return _without(
        position,
        f"({', '.join(key)}) does not reference {goal}",
        f"""{_constraints(name)} WHERE o.contype = 'f' AND o.confrelid = {number}
    AND ARRAY[{wanted}] = ARRAY(SELECT pair FROM ({found} OFFSET 0) AS p
      ORDER BY pair[1] COLLATE pg_catalog."C", pair[2] COLLATE pg_catalog."C")""",
    )


def _index(name: Name, position: int, parts: tuple[str, ...]) -> str:
    found = PLAIN.format(text="pg_catalog.pg_get_indexdef(i.indexrelid, {n}, true)")
    same = " AND ".join(
        f"{found.format(n=n)} = {PLAIN.format(text=_index_part(part))}" for n, part in enumerate(parts, start=1)
    )
    return _without(
        position,
        f"there is no index on ({', '.join(parts)})",
        f"{_indexes(name)} WHERE i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts >= {len(parts)} AND {same}",
    )


def _index_part(part: str) -> str:
    return literal(part) if "(" in part else f"pg_catalog.quote_ident({literal(part)})"


def _keys(wanted: tuple[str, ...]) -> str:
    """Whether an index is on exactly these columns, in any order."""
    return f"""{names(sorted(wanted, key=str.encode))} = ARRAY(
      SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
      ORDER BY a.attname::pg_catalog.text COLLATE pg_catalog."C")"""


def _without(position: int, text: str, found: str) -> str:
    return f"SELECT {position}, {literal(text)} WHERE NOT EXISTS (SELECT FROM {found})"


def _of_column(what: str, name: Name) -> str:
    """Something of the column that is called as ``"column"`` says."""
    return (
        f"(SELECT {what} FROM pg_catalog.pg_attribute WHERE attrelid = {name.regclass}"
        ' AND attname = "column" AND attnum > 0 AND NOT attisdropped)'
    )


def _indexes(name: Name) -> str:
    return f"(SELECT * FROM pg_catalog.pg_index WHERE indrelid = {name.regclass}) AS i"


def _constraints(name: Name) -> str:
    return f"(SELECT * FROM pg_catalog.pg_constraint WHERE conrelid = {name.regclass}) AS o"
