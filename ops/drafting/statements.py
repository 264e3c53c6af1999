"""Rows as statements that a student may run.

In: a table, columns and the texts of their values. Out: INSERT statements. The text is somebody's data on a page of
ours: each row is one line of visible characters, without a word that the guide would replace, so nothing in it ends a
block of code, speaks to psql or hides.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from mentor.course.sqltext import literal, quoted
from mentor.settings.values import INVISIBLE
from ops.drafting.catalogue import Column, Constraint, Place, Table
from ops.drafting.naming import Speech

ROWS = 100
"""Rows of one statement."""
NUMBERS = re.compile(r"smallint|integer|bigint|numeric.*|real|double precision")
INTEGER = re.compile(r"-?\d{1,20}")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def filling(
    table: Table,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | None]],
    speech: Speech,
    keys: Iterable[Constraint] = (),
) -> str:
    """Write the statements; nothing for no rows. ``keys`` are the table's own, primary, unique and foreign."""
    if not rows:
        return ""
    whole = _is_plain(f"{table.namespace}{table.name}")
    where = speech.place(table) if whole else _located(table, speech)
    # Each row finds those to which it refers when its statement is done.
    at_once = any(one.target and one.target.sql == table.sql for one in keys)
    made = list(_inserts(where, columns, rows, speech, len(rows) if at_once else ROWS))
    made += [
        line for place, one in enumerate(columns) for line in _counted_on(table, one, [row[place] for row in rows])
    ]
    if len([line for line in made if line.endswith(";")]) > 1:
        made = ["BEGIN;", *made, "COMMIT;"]
    if not any(one.kind in "pu" and _refuses(one, columns, rows) for one in keys):
        made.insert(
            0, f"-- Once is enough: the table has no key that refuses the same rows again. DELETE FROM {where};"
        )
    return "".join(f"{line}\n" for line in made)


def _inserts(
    where: str, columns: Sequence[Column], rows: Sequence[Sequence[str | None]], speech: Speech, most: int
) -> Iterator[str]:
    names = ", ".join(_name(one.name, speech) for one in columns)
    own = " OVERRIDING SYSTEM VALUE" if any(one.identity for one in columns) else ""
    for start in range(0, len(rows), most):
        yield f"INSERT INTO {where} ({names}){own} VALUES"
        some = rows[start : start + most]
        for place, row in enumerate(some, start=1):
            values = ", ".join(value(column.type, text) for column, text in zip(columns, row, strict=True))
            yield f"  ({values}){';' if place == len(some) else ','}"


def _refuses(key: Constraint, columns: Sequence[Column], rows: Sequence[Sequence[str | None]]) -> bool:
    """Whether a key refuses rows that are there already: one of them is enough, for all come or none."""
    places = [place for place, one in enumerate(columns) if one.name in key.columns]
    return len(places) == len(key.columns) and any(all(row[place] is not None for place in places) for row in rows)


def _counted_on(table: Table, column: Column, texts: Iterable[str | None]) -> Iterator[str]:
    """Let the next row that somebody adds get a number that is not there."""
    if (numbers := column.numbers) is None:
        return
    used = [int(text) for text in texts if text is not None and INTEGER.fullmatch(text)]
    used += [] if numbers.last is None else [numbers.last]
    last = (max if numbers.step > 0 else min)(used, default=None)
    if last is not None and numbers.least <= last <= numbers.most:
        # One that goes with the column is a student's own, whatever he called it.
        own = column.identity or column.serial
        found = f"pg_get_serial_sequence({_literal(table.sql)}, {_literal(column.name)})"
        yield f"SELECT setval({found if own else _literal(numbers.sql)}, {last});"


def inserted(
    table: Table, columns: Sequence[Column], values: Sequence[str], speech: Speech, goals: Iterable[Constraint] = ()
) -> str:
    """Write a statement that adds a row, or finds one of its keys there: rules are looked at before keys are.

    With foreign keys as ``goals``, only where there is what the row refers to.
    """
    names = ", ".join(_name(one.name, speech) for one in columns)
    own = " OVERRIDING SYSTEM VALUE" if any(one.identity for one in columns) else ""
    by_name = dict(zip((one.name for one in columns), values, strict=True))
    there = [
        f"EXISTS (SELECT FROM {_located(one.target, speech)} WHERE "
        + " AND ".join(
            f"{_name(theirs, speech)} = {by_name[ours]}"
            for ours, theirs in zip(one.columns, one.target_columns, strict=True)
        ) + ")"
        for one in goals if one.target
    ]  # fmt: skip
    listed = ", ".join(values)
    row = f"SELECT {listed} WHERE {' AND '.join(there)}" if there else f"VALUES ({listed})"
    return f"INSERT INTO {_located(table, speech)} ({names}){own} {row} ON CONFLICT DO NOTHING"


def _located(place: Place, speech: Speech) -> str:
    return f"{_name(place.namespace, speech)}.{_name(place.name, speech)}"


def value(kind: str, text: str | None) -> str:
    """Write a value of a type."""
    if text is None:
        return "NULL"
    return text if NUMBERS.fullmatch(kind) and NUMBER.fullmatch(text) else _literal(text)


def _name(name: str, speech: Speech) -> str:
    if _is_plain(name):
        return speech.name(name)
    # The escape of SQL's own, for letters that nobody sees.
    inner = "".join(char if _is_seen(char) and char not in "\\$" else f"\\+{ord(char):06x}" for char in name)
    return f"U&{quoted(inner)}"


def _literal(text: str) -> str:
    if _is_plain(text):
        return literal(text)
    inner = text.replace("\\", "\\\\").replace("'", "''")
    return "E'" + "".join(char if _is_seen(char) and char != "$" else f"\\U{ord(char):08x}" for char in inner) + "'"


def _is_plain(text: str) -> bool:
    return all(map(_is_seen, text)) and "$$" not in text


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in INVISIBLE and (char == " " or not char.isspace())
