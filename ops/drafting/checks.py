"""Checks that are said by a kind of check that a course has: columns, keys, relations, plain indexes.

In: parts of a catalogue. Out: checks as lab.yaml has them. What no kind says is asked by `queries`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mentor.course.criteria import Check as Known
from mentor.course.sqltext import literal
from ops.drafting import queries
from ops.drafting.catalogue import Column, Constraint, Index, Place, Table, View
from ops.drafting.contents import Told
from ops.drafting.naming import Speech, placed, spelled
from ops.drafting.queries import Check

_KNOWN: TypeAdapter[Any] = TypeAdapter(Known)


def parsed(values: Mapping[str, Any]) -> Known:
    """A check as a course has it.

    Raises:
        ValidationError: a course may not say it so.
    """
    found: Known = _KNOWN.validate_python(dict(values))
    return found


def understood(values: Mapping[str, Any]) -> bool:
    """Whether a course may say it so."""
    try:
        parsed(values)
    except ValidationError:
        return False
    return True


def known(values: Mapping[str, Any]) -> Check:
    """A check of a kind that says it all."""
    return Check(values, repr(values))


def columns(kind: str, place: Place, every: Iterable[Column], speech: Speech) -> Iterator[Check]:
    """The columns of a table or view with their types; a type that a course cannot name is asked for."""
    listed: dict[str, str | None] = {}
    unnamed = []
    for column in every:
        said = understood({kind: placed(place), "columns": {spelled(column.name): column.type}})
        listed[spelled(column.name)] = column.type if said else None
        unnamed += [] if said else [column]
    yield known({kind: placed(place), **({"columns": listed} if listed else {})})
    for column in unnamed:
        yield queries.asked(
            f"SELECT format_type(atttypid, atttypmod) = {literal(column.type)}\nFROM pg_attribute"
            f"\nWHERE {queries.attribute(place, column)}",
            f"column {speech.name(column.name)} of {speech.place(place)} is not of the type {column.type}",
        )


def not_null(table: Table, key: Iterable[str]) -> Iterator[Check]:
    """Columns that take no NULL, but for those of which the primary key or the identity says so."""
    named = [spelled(one.name) for one in table.columns if one.not_null and not one.identity and one.name not in key]
    if named:
        yield known({"table": placed(table), "notNull": named})


def key(table: Table, constraint: Constraint) -> Check:
    """A primary key, a unique key, a foreign key or a CHECK, by what it says and not by its name."""
    on = {"table": placed(table)}
    named = [spelled(column) for column in constraint.columns]
    if constraint.kind == "p":
        return known({**on, "primaryKey": named})
    if constraint.kind == "u":
        return unique(table, constraint.columns)
    if constraint.kind == "f" and constraint.target:
        theirs = ", ".join(map(spelled, constraint.target_columns))
        return known({**on, "foreignKeys": {", ".join(named): f"{placed(constraint.target)}({theirs})"}})
    condition = constraint.condition or ""
    plain = {**on, "checkConstraints": [condition]}
    return known(plain if understood(plain) else {**on, "checkConstraints": [f"({condition})"]})


def told(one: Told, about: str) -> Check:
    """A condition by what it refuses and what it lets through, however it is written."""
    works = {"works": list(one.works)} if one.works else {}
    return Check({"behaviour": {**works, "fails": list(one.fails), "because": "check"}}, about)


def unique(table: Table, named: Iterable[str]) -> Check:
    """Columns that hold nothing twice. Their order tells nothing."""
    columns = [spelled(column) for column in named]
    return Check({"table": placed(table), "unique": [columns]}, f"unique {table.sql} {sorted(columns)}")


def has_more(one: Constraint) -> bool:
    """Whether a constraint says more than its columns: what follows a deletion, when it is looked at."""
    follows = {one.on_update, one.on_delete} - {None, "a"}
    covers = one.kind in "pu" and " INCLUDE (" in one.definition
    return bool(follows) or one.deferrable or one.full or one.nulls_alike or covers or one.kind == "x"


def index(owner: Table | View, one: Index, others: Iterable[Index], speech: Speech) -> Check:
    """An index. By the kind `table` where no other one of the table could be taken for it."""
    about = f"index {owner.sql} {one.unique} {one.using}"
    mistaken = any(other.parts[: len(one.parts)] == one.parts for other in others if other.key != one.key)
    said = {"table": placed(owner), "indexes": [one.parts[0] if len(one.parts) == 1 else list(one.parts)]}
    if isinstance(owner, Table) and one.plain and not one.unique and not mistaken and understood(said):
        return Check(said, about)
    unique = "indisunique" if one.unique else "NOT indisunique"
    found = queries.asked(
        f"SELECT EXISTS (SELECT FROM pg_index WHERE indrelid = {queries.regclass(owner)}\n"
        f"  AND indisvalid AND {unique} AND split_part(pg_get_indexdef(indexrelid), ' USING ', -1)\n"
        f"    = {literal(one.using)})",
        f"{speech.place(owner)} has no {'unique index' if one.unique else 'index'} USING {one.using}",
    )
    return Check(found.values, about)
