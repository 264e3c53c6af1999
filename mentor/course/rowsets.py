"""Rows that a student's objects give, compared with those that are expected, as SQL.

In: a query, and rows or a second query. Out: text of a SELECT of one row, ``(ok, detail)``. Both sides are compared as
jsonb arrays, one a row: numbers by value (1.0 is 1), NULL like a value, whatever the columns are called or typed. An
operator that a student made up is never asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mentor.course.sqltext import Name, jsonb, literal, names, quoted
from mentor.course.tolerance import EXACT, Tolerance

MOST_READ = 1000
"""Rows that are looked at on either side; a student's view may have any number."""
MOST_HASHED = 50_000
LONGEST_CELL = 40
LONGEST_ROW = 120
TABLE_KINDS = ("r", "p")
VIEW_KINDS = ("v", "m")
KINDS = "CASE mentor_thing.kind WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view' WHEN 'S' THEN 'a sequence' \
WHEN 'i' THEN 'an index' WHEN 'c' THEN 'a type' ELSE 'a table' END"

OF_ROW = """(SELECT value::pg_catalog.jsonb AS value, n
  FROM pg_catalog.json_each(pg_catalog.row_to_json(mentor_row)) WITH ORDINALITY AS each (key, value, n)) AS listed"""
"""The values of a row, whatever its columns are called: two may have one name."""
OF_LINE = "pg_catalog.jsonb_array_elements(line) WITH ORDINALITY AS listed (value, n)"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The rows that are right.

    ``keys`` are the numbers of the columns whose order alone matters; ``ordered``: that of whole rows does.
    """

    rows: Iterable[Iterable[object]]
    ordered: bool = False
    keys: tuple[int, ...] = ()
    tolerance: Tolerance = EXACT


def thing(name: Name) -> str:
    """An item for FROM: what is there under a name, as ``mentor_thing.kind``, a `pg_class.relkind`; NULL for nothing.

    Asked before anything of it runs, and once: OFFSET keeps the server from asking anew wherever the answer is used.
    """
    return (
        "(SELECT (SELECT c.relkind::pg_catalog.text FROM pg_catalog.pg_class AS c"
        f" WHERE c.oid = {name.regclass}) OFFSET 0) AS mentor_thing (kind)"
    )


def is_one_of(kinds: Iterable[str]) -> str:
    """Whether the thing is of one of some kinds."""
    return f"COALESCE(mentor_thing.kind = ANY ({names(kinds)}), false)"


def is_not(name: Name, what: str) -> str:
    """Say what a name stands for when it is the wrong thing, or nothing."""
    return (
        f"CASE WHEN mentor_thing.kind IS NULL THEN {literal(f'there is no {what} {name}')}"
        f" ELSE pg_catalog.concat({literal(f'{name} is ')}, {KINDS},"
        f" {literal(f', not a {what}')}) END"
    )


def counted(name: Name, low: int | None, high: int | None) -> str:
    """Compare a table's number of rows. No more are counted than it takes to tell."""
    limit = 1 + max(low or 0, high or 0)
    few = f"found < {low}" if low else "false"
    many = f"found > {high}" if high is not None else "false"
    expected = f", {low} expected" if low == high else f", at least {low} expected"
    return f"""SELECT found IS NOT NULL AND NOT ({few} OR {many}),
  CASE WHEN found IS NULL THEN {is_not(name, "table")}
    WHEN {few} THEN pg_catalog.concat({literal(f"{name} has ")}, found, {_plural("found", " row")}, {literal(expected)})
    ELSE {literal(f"{name} has more than {high} row{'s' * (high != 1)}")} END
FROM {thing(name)}, LATERAL (SELECT CASE WHEN {is_one_of(TABLE_KINDS)}
  THEN (SELECT pg_catalog.count(*) FROM (SELECT FROM {name.sql} LIMIT {limit}) AS listed) END
  OFFSET 0) AS counting (found)"""


def has_rows(name: Name, low: int | None, high: int | None) -> str:
    """A SELECT of one boolean: whether a table's number of rows is right. To skip rows is faster than to count them."""
    enough = f"EXISTS (SELECT FROM {name.sql} OFFSET {low - 1})" if low else "true"
    many = f"EXISTS (SELECT FROM {name.sql} OFFSET {high})" if high is not None else "false"
    return f"SELECT CASE WHEN {is_one_of(TABLE_KINDS)} THEN {enough} AND NOT {many} ELSE false END FROM {thing(name)}"


def content(name: Name, columns: Iterable[str], expected: str) -> str:
    """Compare a table's rows with those that a hash stands for."""
    return f"""SELECT COALESCE(found = {literal(expected)}, false),
  CASE WHEN found IS NULL THEN {is_not(name, "table")}
    WHEN rows > {MOST_HASHED} THEN {literal(f"{name} has more rows than can be compared: {MOST_HASHED}")}
    WHEN rows = 0 THEN {literal(f"{name} is empty")}
    ELSE pg_catalog.concat({literal(f"{name} has other rows than expected: ")}, rows, ', with the hash ', found) END
FROM {thing(name)}, {_hashing(name, columns)}"""


def _hashing(name: Name, columns: Iterable[str]) -> str:
    """An item for FROM, next to the thing: its ``rows``, and their hash as ``found``."""
    wanted = ", ".join(map(quoted, columns)) or "*"
    is_table = is_one_of(TABLE_KINDS)
    text = 'line COLLATE pg_catalog."C"'
    return f"""LATERAL (SELECT CASE WHEN {is_table} THEN pg_catalog.count(*) END,
  CASE WHEN {is_table} THEN pg_catalog.md5(COALESCE(pg_catalog.string_agg({text}, E'\\n' ORDER BY {text}), '')) END
  FROM (SELECT pg_catalog.to_jsonb(mentor_row)::pg_catalog.text AS line
    FROM (SELECT {wanted} FROM {name.sql} WHERE {is_table} LIMIT {MOST_HASHED + 1}) AS mentor_row) AS lines
  ) AS hashing (rows, found)"""


def same(query: str, expected: Expected) -> str:
    """Whether a query gives the rows expected, and no more: an expression for what `answered` would find right.

    Not for an order of some columns alone, which would take a second look at the query.
    """
    order = "" if expected.ordered else " ORDER BY line"
    return " = ".join(
        f"(SELECT COALESCE(pg_catalog.jsonb_agg(line{order}), '[]') FROM ({each}) AS lines)"
        for each in (_numbered(query, expected.tolerance), _given(expected))
    )


def answered(query: str, expected: Expected) -> str:
    """Compare what a query gives with the rows expected: as a multiset, or in their order."""
    in_order = "NOT EXISTS (SELECT FROM moved)" if expected.ordered or expected.keys else "true"
    return f"""WITH found AS MATERIALIZED ({_numbered(query, expected.tolerance)}),
expected AS MATERIALIZED ({_given(expected)}),
difference AS MATERIALIZED (SELECT line, pg_catalog.sum(weight) AS balance
  FROM (SELECT line, 1 AS weight FROM found UNION ALL SELECT line, -1 FROM expected) AS both_sides
  GROUP BY line HAVING pg_catalog.sum(weight) <> 0),
{_moved(expected.keys) if expected.ordered or expected.keys else ""}total AS (SELECT
  (SELECT pg_catalog.count(*) FROM found) AS rows, (SELECT pg_catalog.count(*) FROM expected) AS wanted,
  COALESCE(pg_catalog.sum(balance) FILTER (WHERE balance > 0), 0) AS more,
  COALESCE(-pg_catalog.sum(balance) FILTER (WHERE balance < 0), 0) AS less,
  (SELECT pg_catalog.jsonb_array_length(line) FROM found LIMIT 1) AS width,
  (SELECT pg_catalog.jsonb_array_length(line) FROM expected LIMIT 1) AS wanted_width,
  {_shown("(SELECT line FROM difference WHERE balance > 0 ORDER BY line LIMIT 1)")} AS extra,
  {_shown("(SELECT line FROM difference WHERE balance < 0 ORDER BY line LIMIT 1)")} AS missing
  FROM difference)
SELECT more = 0 AND less = 0 AND {in_order},
  CASE WHEN rows > {MOST_READ} THEN {literal(f"more than {MOST_READ} rows, ")} || wanted || ' expected'
    WHEN width <> wanted_width
      THEN pg_catalog.concat(width, {_plural("width", " column")}, ', ', wanted_width, ' expected')
    WHEN more = 1 AND less = 1 AND rows = 1 THEN pg_catalog.concat('found ', extra, ', expected ', missing)
    WHEN more > 0 OR less > 0 THEN pg_catalog.concat_ws('; ',
      CASE WHEN less > 0 THEN pg_catalog.concat(less, {_plural("less", " row")}, ' missing: ', missing,
        CASE WHEN less > 1 THEN ', …' END) END,
      CASE WHEN more > 0 THEN pg_catalog.concat(more, {_plural("more", " row")}, ' too many: ', extra,
        CASE WHEN more > 1 THEN ', …' END) END)
    {_misplaced() if expected.ordered or expected.keys else ""} END
FROM total"""


def _moved(keys: tuple[int, ...]) -> str:
    """The first row that is not where it should be: by all of its values, or by its sort keys alone."""

    def key(side: str) -> str:
        return (
            f"pg_catalog.jsonb_build_array({', '.join(f'{side}.line -> {n - 1}' for n in keys)})"
            if keys
            else f"{side}.line"
        )

    return f"""moved AS MATERIALIZED (SELECT expected.line, n FROM expected JOIN found USING (n)
  WHERE {key("found")} <> {key("expected")} ORDER BY n LIMIT 1),
"""


def _misplaced() -> str:
    """The branch for rows that are all there, in another order."""
    return f"""ELSE (SELECT pg_catalog.concat('the rows are right, but not their order: row ', n, ' should be ',
      {_shown("line")}) FROM moved)"""


def _given(expected: Expected) -> str:
    """Expected rows, each a jsonb array, with their numbers."""
    rows = jsonb([list(row) for row in expected.rows])
    return f"""SELECT {expected.tolerance.cells(OF_LINE)} AS line, n
  FROM pg_catalog.jsonb_array_elements({rows}) WITH ORDINALITY AS given (line, n)"""


def _numbered(query: str, tolerance: Tolerance) -> str:
    """Each row of a query as a jsonb array, with its number."""
    return f"SELECT {tolerance.cells(OF_ROW)} AS line, pg_catalog.row_number() OVER () AS n FROM {_rows(query)}"


def listed(query: str) -> str:
    """A SELECT of one jsonb array: the rows of a query in their order, each an array of its values."""
    return f"""SELECT COALESCE(pg_catalog.jsonb_agg(line ORDER BY n), '[]') FROM (
{_numbered(query, EXACT)}
) AS lines"""


def _rows(query: str) -> str:
    """An item for FROM: as many rows of a query as are looked at. The end of line ends a comment at the query's end."""
    return f"""(SELECT * FROM (
{query}
) AS mentor_all LIMIT {MOST_READ + 1}) AS mentor_row"""


def _shown(line: str) -> str:
    """A row as a person writes it: (3, 'x', NULL)."""
    value = (
        "CASE pg_catalog.jsonb_typeof(value)"
        f" WHEN 'string' THEN pg_catalog.concat('''', pg_catalog.left(value #>> '{{}}', {LONGEST_CELL}), '''')"
        f" WHEN 'null' THEN 'NULL' ELSE pg_catalog.left(value::pg_catalog.text, {LONGEST_CELL}) END"
    )
    return (
        f"pg_catalog.left((SELECT pg_catalog.concat('(', pg_catalog.string_agg({value}, ', ' ORDER BY n), ')')"
        f" FROM pg_catalog.jsonb_array_elements({line}) WITH ORDINALITY AS cell (value, n)), {LONGEST_ROW})"
    )


def _plural(number: str, word: str) -> str:
    return f"CASE {number} WHEN 1 THEN {literal(word)} ELSE {literal(word + 's')} END"
