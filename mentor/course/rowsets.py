"""What a student's objects give, as SQL that only fetches it.

In: names and queries. Out: text of a SELECT of one row and one column of JSON: rows, their number or their hash; or a
string that says what stands in the thing's place. Nothing here says what is expected, for a function of the student's
can read the text of whatever calls it. An operator that he made up is never asked.

Planning takes longer than running where there are few rows, and is done anew with each look: what is said of a wrong
thing is a constant, and nothing is put in order that comes in order.
"""

import json
from collections.abc import Iterable

from mentor.course.sqltext import Name, literal, quoted

MOST_ROWS = 1000
"""Rows that may be expected, and that are compared; one more is fetched, which tells that there are too many."""
MOST_HASHED = 50_000
TABLE_KINDS = ("r", "p")
VIEW_KINDS = ("v", "m")
KINDS = {
    "r": "a table",
    "p": "a table",
    "f": "a foreign table",
    "t": "a table",
    "v": "a view",
    "m": "a materialized view",
    "S": "a sequence",
    "i": "an index",
    "I": "an index",
    "c": "a type",
}
"""What `pg_class.relkind` says."""

CELLS = "ARRAY(SELECT value FROM pg_catalog.json_each(pg_catalog.row_to_json(mentor_row)))"
"""The values of a row, in the order of its columns, whatever these are called: two may have one name."""


def counted(name: Name, most: int) -> str:
    """Count a table's rows, as far as ``most``."""
    return of_table(name, f"SELECT pg_catalog.to_json({_count(name, most)})")


def enough(name: Name, least: int) -> str:
    """Count a table's rows where they are fewer than ``least``, which is at least 1; otherwise that number.

    Finding the last row that it takes is quicker than counting: by a quarter, where there are 200,000.
    """
    return of_table(
        name,
        f"SELECT pg_catalog.to_json(CASE WHEN EXISTS (SELECT FROM {name.sql} OFFSET {least - 1}) THEN {least} "
        f"ELSE {_count(name, least)} END)",
    )


def _count(name: Name, most: int) -> str:
    return f"(SELECT pg_catalog.count(*) FROM (SELECT FROM {name.sql} LIMIT {most}) AS listed)"


def hashed(name: Name, columns: Iterable[str]) -> str:
    """Hash a table's rows: ``[number of rows, hash]``.

    The hash is the MD5 of the rows as jsonb objects, sorted as bytes, with a line end between them. So neither the
    order of rows nor that of columns matters, and neither does how a session writes dates.
    """
    wanted = ", ".join(map(quoted, columns)) or "*"
    text = 'line COLLATE pg_catalog."C"'
    lines = f"pg_catalog.string_agg({text}, E'\\n' ORDER BY {text})"
    return of_table(
        name,
        f"""SELECT pg_catalog.json_build_array(pg_catalog.count(*), pg_catalog.md5(COALESCE({lines}, '')))
  FROM (SELECT pg_catalog.to_jsonb(mentor_row)::pg_catalog.text AS line
    FROM (SELECT {wanted} FROM {name.sql} LIMIT {MOST_HASHED + 1}) AS mentor_row) AS lines""",
    )


def of_table(name: Name, answer: str) -> str:
    """Ask a table for something; a view in its place is not run."""
    return asked_of(name, "table", TABLE_KINDS, answer)


def of_view(name: Name) -> str:
    """List what a view gives; a table in its place is not read."""
    return asked_of(name, "view", VIEW_KINDS, listed(f"SELECT * FROM {name.sql}"))


def asked_of(name: Name, what: str, kinds: Iterable[str], answer: str) -> str:
    """Ask for something where the thing is of one of some kinds, and say what it is where not; that is asked first.

    Where there is nothing, the server refuses the statement before it plans any of it.
    """
    wrong = {kind: f"{name} is {found}, not a {what}" for kind, found in KINDS.items() if kind not in kinds}
    said = f"{literal(json.dumps(wrong, ensure_ascii=False))}::pg_catalog.json -> mentor_kind::pg_catalog.text"
    thing = f"(SELECT relkind FROM pg_catalog.pg_class WHERE oid = {name.regclass}) AS mentor_thing (mentor_kind)"
    return f"SELECT CASE WHEN mentor_kind = ANY ('{{{','.join(kinds)}}}') THEN ({answer}) ELSE {said} END FROM {thing}"


def listed(query: str) -> str:
    """List what a query gives, in its order: an array of rows, each an array. A line end ends a comment at its end."""
    return f"""SELECT COALESCE(pg_catalog.json_agg({CELLS}), '[]') FROM (SELECT * FROM (
{query}
) AS mentor_all LIMIT {MOST_ROWS + 1}) AS mentor_row"""
