"""What stands in a finished database: the rows of its tables, what its views and functions give.

In: a catalogue, and who asks. Out: `Contents`, as the grader would find it, for as much as others could have it too.

Views and functions are asked twice: as they are, and where the rows were taken out and put in again in another order,
with new values in what fills itself. What then gives something else is nothing to expect of anybody. Each question is
one statement in a transaction that is taken back; whoever asks sets the bounds.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from mentor.course import rowsets
from mentor.course.sqltext import Name, literal, quoted
from ops.drafting import families, moving, sharing, statements, stirring
from ops.drafting.asking import Ask, Unknown
from ops.drafting.catalogue import Catalogue, Column, Function, Place, Table, View
from ops.drafting.contents import Contents
from ops.drafting.naming import Speech

MOST_COUNTED = 1_000_000
MOST_KEPT = 10_000
"""Rows of a table that are given to students, and asked for."""
MOST_ALL = 16 << 20
"""Characters of all rows as statements: they go to every seat."""
RESTLESS = "the time, for chance, for who asks or for the server's own tables"

Asked: TypeAlias = Callable[[Sequence[Ask], Sequence[str]], Sequence[object]]
"""Ask some things, after some statements; the answers in the same order."""


def sampled(found: Catalogue, asked: Asked) -> Contents:
    """Ask for all of it."""
    contents, found = Contents(), moving.told(found)
    _tables(found, asked, contents)
    sharing.without_loose_ends(found, contents)
    views = [ask for one in found.views if _steady(one, contents) for ask in _of_view(one)]
    asks = [*views, *(_of_function(one) for one in found.functions if _is_asked(one, contents))]
    first = dict(zip(asks, asked(asks, ()), strict=True))
    again = [ask for ask, answer in first.items() if not isinstance(answer, Unknown)]
    kept = {key: contents.columns[key] for key in contents.cells}
    second = dict(zip(again, asked(again, list(stirring.stirred(found, kept))), strict=True))
    for ask, answer in first.items():
        _take(ask, answer, second.get(ask), contents, is_view=not ask.own_code)
    return contents


def _tables(found: Catalogue, asked: Asked, contents: Contents) -> None:
    # The rows of a partition are those of its table.
    asks = [_count(table) for table in found.tables if not table.bound]
    for ask, answer in zip(asks, asked(asks, ()), strict=True):
        if isinstance(answer, int) and answer <= MOST_COUNTED:
            contents.counts[ask.key] = answer
        else:
            contents.left[ask.key] = answer.why if isinstance(answer, Unknown) else f"more than {MOST_COUNTED} rows"
    filled = [table for table in found.tables if contents.counts.get(table.key)]
    dated = [table for table in filled if any(map(_is_moment, table.columns))]
    answers = asked(list(map(_dates, dated)), ())
    old = {table.key: set(one) for table, one in zip(dated, answers, strict=True) if isinstance(one, list)}
    heirs = families.heirs(found)
    for table in filled:
        contents.columns[table.key] = tuple(sharing.kept(found, heirs, table, old.get(table.key, ())))
    few = [one for one in filled if contents.counts[one.key] <= MOST_KEPT and contents.columns[one.key]]
    hashes = asked([_hash(table, contents.columns[table.key]) for table in few], ())
    cells = asked([_cells(table, contents.columns[table.key]) for table in few], ())
    room, speech = MOST_ALL, Speech(found.keywords)
    for table, digest, rows in zip(few, hashes, cells, strict=True):
        if not isinstance(digest, list) or not isinstance(rows, list):
            contents.left[table.key] = next(one.why for one in (digest, rows) if isinstance(one, Unknown))
            continue
        room -= len(statements.filling(table, contents.columns[table.key], rows, speech))
        if room < 0:
            contents.left[table.key] = f"with it, the rows of all tables take more than {MOST_ALL >> 20} MiB"
        else:
            contents.hashes[table.key], contents.cells[table.key] = digest[1], rows


def _is_moment(column: Column) -> bool:
    return column.moving and bool(stirring.MOMENTS.fullmatch(column.type))


def _count(table: Table) -> Ask:
    return Ask("count", table.key, rowsets.counted(_name(table), MOST_COUNTED + 1))


def _dates(table: Table) -> Ask:
    """Which columns of moments hold none that came while the sample was loaded."""
    whole = ", ".join(
        f"CASE WHEN count(*) FILTER (WHERE {_since_the_start(one)}) = 0 THEN {literal(one.name)} END"
        for one in table.columns
        if _is_moment(one)
    )
    return Ask("dates", table.key, f"SELECT to_jsonb(array_remove(ARRAY[{whole}]::text[], NULL)) FROM {table.sql}")


def _since_the_start(column: Column) -> str:
    """A condition in SQL: the value came while the sample was loaded. The server was started for that."""
    day = "::date" * (column.type == "date")
    return f"{quoted(column.name)} BETWEEN pg_postmaster_start_time(){day} AND clock_timestamp(){day}"


def _hash(table: Table, columns: Iterable[Column]) -> Ask:
    return Ask("hash", table.key, rowsets.hashed(_name(table), [one.name for one in columns]))


def _cells(table: Table, columns: Iterable[Column]) -> Ask:
    """A table's own rows as they lie, each value as the text from which the server makes it again."""
    names = [quoted(one.name) for one in columns]
    # IS NOT NULL would be false of a composite value with a NULL in it.
    row = ", ".join(f"CASE WHEN num_nulls({name}) = 0 THEN format('%s', {name}) END" for name in names)
    source = table.sql if table.partition_key else f"ONLY {table.sql}"
    return Ask(
        "cells", table.key,
        f"SELECT COALESCE(jsonb_agg(to_jsonb(row)), '[]') FROM (SELECT ARRAY[{row}]::text[] FROM {source}) AS x (row)",
    )  # fmt: skip


def _of_view(view: View) -> Iterator[Ask]:
    yield Ask("given", view.key, rowsets.of_view(_name(view)))
    yield Ask("digest", view.key, rowsets.listed(digest(view)))


def digest(view: Place) -> str:
    """A query for the number of a view's rows and their hash, whatever their order."""
    return (
        "SELECT count(*), md5(string_agg(line, E'\\n' ORDER BY line))\n"
        f'FROM (SELECT to_jsonb(mentor_row)::text COLLATE "C" AS line FROM {view.sql} AS mentor_row\n'
        f"  LIMIT {rowsets.MOST_HASHED + 1}) AS lines"
    )


def _of_function(one: Function) -> Ask:
    return Ask("given", one.key, rowsets.listed(f"SELECT * FROM {_name(one).sql}()"), own_code=True)


def _steady(view: View, contents: Contents) -> bool:
    if view.moving:
        contents.left[view.key] = f"it asks for {RESTLESS}"
    return not view.moving


def _is_asked(one: Function, contents: Contents) -> bool:
    if one.kind != "f" or one.arguments or one.result in {None, "trigger", "event_trigger"}:
        return False
    if one.moving:
        contents.left[one.key] = f"it is VOLATILE, or asks for {RESTLESS}"
    return not one.moving


def _take(ask: Ask, first: object, second: object, contents: Contents, *, is_view: bool) -> None:
    if isinstance(first, Unknown):
        contents.left.setdefault(ask.key, first.why)
    elif isinstance(second, Unknown):
        contents.left.setdefault(ask.key, second.why)
    elif _sorted(first) != _sorted(second):
        # Of a view with more rows than are fetched, any may have come: its hash tells.
        if not (is_view and isinstance(first, list) and len(first) > rowsets.MOST_ROWS):
            contents.left.setdefault(ask.key, "other numbers, moments or another order of the same rows change it")
    elif ask.what == "given" and isinstance(first, list):
        contents.given[ask.key] = _sorted(first)
    elif isinstance(first, list) and first:
        contents.digests[ask.key] = tuple(first[0])


def _sorted(answer: object) -> list[list[object]]:
    """Rows in an order of our own: in theirs they may come as they like."""
    rows = answer if isinstance(answer, list) else []
    return sorted(rows, key=lambda row: list(map(_place, row)))


def _place(cell: object) -> tuple[bool, Decimal, str]:
    """By what a cell is put in order: numbers as such, and before all else."""
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return False, Decimal(cell), ""
    return True, Decimal(), json.dumps(cell, default=str, ensure_ascii=False)


def _name(place: Place) -> Name:
    return Name(place.name, place.namespace)
