"""What a student's objects give, as SQL that only fetches it.

In: names and queries. Out: text of a SELECT of one row and one column of jsonb: rows, their number or their hash; or a
string that says what stands in the thing's place. Nothing here says what is expected, for a function of the student's
can read the text of whatever calls it. An operator that he made up is never asked.
"""

from collections.abc import Iterable

from mentor.course.sqltext import Name, literal, names, quoted

MOST_ROWS = 1000
"""Rows that may be expected, and that are compared; one more is fetched, which tells that there are too many."""
MOST_HASHED = 50_000
TABLE_KINDS = ("r", "p")
VIEW_KINDS = ("v", "m")
KINDS = "CASE mentor_thing.kind WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view' WHEN 'S' THEN 'a sequence' \
WHEN 'i' THEN 'an index' WHEN 'c' THEN 'a type' ELSE 'a table' END"

CELLS = """COALESCE((SELECT pg_catalog.jsonb_agg(cell.value::pg_catalog.jsonb ORDER BY cell.n)
  FROM pg_catalog.json_each(pg_catalog.row_to_json(mentor_row)) WITH ORDINALITY AS cell (key, value, n)), '[]')"""
"""The values of a row, whatever its columns are called: two may have one name."""


def _thing(name: Name) -> str:
    """An item for FROM: what is there under a name, as ``mentor_thing.kind``, a `pg_class.relkind`; NULL for nothing.

    Asked before anything of it runs, and once: OFFSET keeps the server from asking anew wherever the answer is used.
    """
    return (
        "(SELECT (SELECT c.relkind::pg_catalog.text FROM pg_catalog.pg_class AS c"
        f" WHERE c.oid = {name.regclass}) OFFSET 0) AS mentor_thing (kind)"
    )


def _is_one_of(kinds: Iterable[str]) -> str:
    """Whether the thing is of one of some kinds."""
    return f"COALESCE(mentor_thing.kind = ANY ({names(kinds)}), false)"


def _is_not(name: Name, what: str) -> str:
    """Say what a name stands for when it is the wrong thing, as a jsonb string."""
    return (
        f"pg_catalog.to_jsonb(CASE WHEN mentor_thing.kind IS NULL THEN {literal(f'there is no {what} {name}')}"
        f" ELSE pg_catalog.concat({literal(f'{name} is ')}, {KINDS},"
        f" {literal(f', not a {what}')}) END)"
    )


def counted(name: Name, most: int) -> str:
    """Count a table's rows, as far as ``most``."""
    return of_table(name, f"SELECT pg_catalog.to_jsonb({_count(name, most)})")


def enough(name: Name, least: int) -> str:
    """Count a table's rows where they are fewer than ``least``, which is at least 1; otherwise that number.

    Finding the last row that it takes is quicker than counting: by a quarter, where there are 200,000.
    """
    return of_table(
        name,
        f"SELECT pg_catalog.to_jsonb(CASE WHEN EXISTS (SELECT FROM {name.sql} OFFSET {least - 1}) THEN {least} "
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
        f"""SELECT pg_catalog.jsonb_build_array(pg_catalog.count(*), pg_catalog.md5(COALESCE({lines}, '')))
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
    """Ask for something where the thing is of one of some kinds, and say what it is where not."""
    return f"SELECT CASE WHEN {_is_one_of(kinds)} THEN ({answer}) ELSE {_is_not(name, what)} END FROM {_thing(name)}"


def listed(query: str) -> str:
    """List what a query gives, in its order: an array of rows, each an array. A line end ends a comment at its end."""
    return f"""SELECT COALESCE(pg_catalog.jsonb_agg(line ORDER BY n), '[]') FROM (
SELECT {CELLS} AS line, pg_catalog.row_number() OVER () AS n FROM (SELECT * FROM (
{query}
) AS mentor_all LIMIT {MOST_ROWS + 1}) AS mentor_row
) AS lines"""
