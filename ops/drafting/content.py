"""Tasks and checks about what stands in a database: rows, and what views and functions give.

In: a catalogue with its contents. Out: tasks with the statements that fill a table, and checks. Without contents
nothing of it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from mentor.course import rowsets
from ops.drafting import naming, sampling, statements
from ops.drafting.catalogue import Function, Table, View
from ops.drafting.checks import known, understood
from ops.drafting.contents import Contents
from ops.drafting.queries import Check
from ops.drafting.task import Drafting, Task

MOST_RETURNED = 30
"""Rows that stand in lab.yaml; of a view with more there is a hash."""
LONGEST_RETURNED = 4000
"""Characters of these rows."""
DEEPEST = 20
"""Lists and objects within each other."""


def filled(d: Drafting) -> Iterator[Task]:
    """A task for each table with rows, after the tables to which it refers."""
    there = d.contents
    if there is None:
        return
    for table in d.found.tables:
        name, number = d.speech.place(table), there.counts.get(table.key, 0)
        if table.bound or not number:
            if table.key in there.left:
                d.left.append(f"rows of {name}: {there.left[table.key]}")
            continue
        d.left += _left(d, there, table)
        made = [known({"rows": naming.placed(table), "count": number}), *_content(there, table)]
        keys = [one for one in d.found.constraints if one.table == table.key]
        references = [one for one in d.references if one.table.key == table.key]
        # What inherits from a table shows its rows there.
        goals = {*(one.goal.key for one in references), *d.heirs[table.key]} - {table.key}
        # Of tables that refer to each other, none could be filled first: there the rows come before the keys.
        circle = d.circles.get(table.key, frozenset())
        parts = frozenset(key for key, whole in d.wholes.items() if whole.key == table.key)
        before = parts if circle else parts | {one.key.key for one in references}
        yield Task(
            kind="rows", id=naming.task_id("rows", *naming.located(table)), table=table.key, checks=tuple(made),
            title=f"Fill the table {name}: {number} row{'s' * (number != 1)}", makes=frozenset({_rows(table.key)}),
            needs=before | set(map(_rows, goals - circle)),
            given=statements.filling(table, there.columns[table.key], there.cells.get(table.key, []), d.speech, keys),
        )  # fmt: skip


def rows_of_circle(d: Drafting, table: Table) -> frozenset[str]:
    """The rows that stand in a table and those that refer to it in a circle, before their keys are made."""
    given = d.contents.cells if d.contents else {}
    return frozenset(_rows(key) for key in d.circles.get(d.wholes[table.key].key, ()) if key in given)


def _rows(key: str) -> str:
    return f"rows {key}"


def _content(there: Contents, table: Table) -> Iterator[Check]:
    if table.key in there.hashes:
        columns = [naming.spelled(one.name) for one in there.columns[table.key]]
        yield known({"content": naming.placed(table), "hash": there.hashes[table.key], "columns": columns})


def _left(d: Drafting, there: Contents, table: Table) -> Iterator[str]:
    name = d.speech.place(table)
    if table.key not in there.hashes:
        why = there.left.get(table.key) or (
            f"there are more than {sampling.MOST_KEPT}" if there.columns[table.key] else "each column fills itself"
        )
        yield f"what the rows of {name} hold: {why}; they are only counted"
        return
    # A generated column follows from the others, and how has a check.
    shared = {one.name for one in there.columns[table.key]}
    own = [one.name for one in table.columns if one.generated is None and one.name not in shared]
    if own:
        yield f"values of {d.speech.names(own)} of {name}: filled by themselves, and no foreign key refers to them"


def of_view(d: Drafting, view: View) -> Iterator[Check]:
    """The rows of a view, or their number and hash."""
    there = d.contents
    if there is None:
        return
    name = d.speech.place(view)
    if why := there.left.get(view.key):
        d.left.append(f"what {name} gives: {why}")
        return
    if values := _returning(d, {"view": naming.placed(view)}, view.key):
        yield known(values)
        return
    number, digest = there.digests.get(view.key, (0, ""))
    if not 0 < number <= rowsets.MOST_HASHED:
        d.left.append(f"what {name} gives: {'too many rows' if number else 'no rows'}")
        return
    message = naming.message(f"{name} does not give the {number} rows that it should")
    yield known({"query": sampling.digest(view), "returns": [[number, digest]], "message": message})


def of_function(d: Drafting, one: Function) -> Iterator[Check]:
    """What a function without arguments gives."""
    there = d.contents
    if there is None:
        return
    name = f"{d.speech.place(one)}()"
    if why := there.left.get(one.key):
        d.left.append(f"what {name} gives: {why}")
    elif one.key in there.given:
        if values := _returning(d, {"function": naming.placed(one)}, one.key):
            yield known(values)
            return
        why = f"more than {MOST_RETURNED} rows or {LONGEST_RETURNED} characters, or values that lab.yaml does not hold"
        d.left.append(f"what {name} gives: {why if there.given[one.key] else 'no rows'}")


def rows_behind(d: Drafting, one: View | Function) -> frozenset[str]:
    """The rows that a view or a function shows, where they are looked at."""
    if d.contents is None:
        return frozenset()
    return frozenset(map(_rows, d.found.behind(one.key)))


def _returning(d: Drafting, thing: Mapping[str, str], key: str) -> Mapping[str, object]:
    """A check with the rows that a view or a function gives; nothing where lab.yaml has no room for them."""
    rows = d.contents.given.get(key, []) if d.contents else []
    said = _written(rows) if 0 < len(rows) <= MOST_RETURNED else None
    size = len(json.dumps(said, ensure_ascii=False))
    values = {**thing, "returns": said}
    if said is None or size > min(LONGEST_RETURNED, d.room) or not understood(values):
        return {}
    d.room -= size
    return values


def _written(rows: Iterable[Iterable[object]]) -> list[list[object]] | None:
    """Rows as lab.yaml holds them; None where a number would lose digits."""
    try:
        return [[_cell(value) for value in row] for row in rows]
    except ValueError:
        return None


def _cell(value: object, depth: int = 0) -> object:
    if depth > DEEPEST:
        raise ValueError
    match value:
        case Decimal():
            short = int(value) if value == value.to_integral_value() else float(value)
            if Decimal(repr(short)) != value:
                raise ValueError
            return short
        case list():
            return [_cell(one, depth + 1) for one in value]
        case dict():
            return {key: _cell(one, depth + 1) for key, one in value.items()}
    return value
