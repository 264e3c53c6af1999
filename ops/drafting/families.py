"""Which tables are parts of others, inherit from them, or refer to them.

In: a catalogue. Out: by keys of tables. The rows of a partition are those of the whole table, so whatever is asked or
said about rows is about that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ops.drafting import reaching
from ops.drafting.catalogue import Catalogue, Constraint, Table


@dataclass(frozen=True)
class Reference:
    """A foreign key, from the whole table to the whole table."""

    key: Constraint
    table: Table
    goal: Table


def wholes(found: Catalogue) -> Mapping[str, Table]:
    """By each table the one of which it is a partition, however far down; or itself."""
    by_sql = {table.sql: table for table in found.tables}

    def whole(table: Table) -> Table:
        while table.bound and table.parents and table.parents[0].sql in by_sql:
            table = by_sql[table.parents[0].sql]
        return table

    return {table.key: whole(table) for table in found.tables}


def references(found: Catalogue) -> list[Reference]:
    """All foreign keys."""
    whole, by_sql = wholes(found), {table.sql: table for table in found.tables}
    return [
        Reference(one, whole[one.table], whole[by_sql[one.target.sql].key])
        for one in found.constraints
        if one.kind == "f" and one.target and one.target.sql in by_sql
    ]


def heirs(found: Catalogue) -> Mapping[str, set[str]]:
    """By each table those that inherit from it, near and far: it shows their rows as its own."""
    by_sql = {table.sql: table.key for table in found.tables}
    below = reaching.direct(
        (by_sql[parent.sql], table.key)
        for table in found.tables
        for parent in table.parents
        if not table.bound and parent.sql in by_sql
    )
    return {table.key: reaching.reached(table.key, below) for table in found.tables}


def circles(found: Catalogue) -> Mapping[str, frozenset[str]]:
    """Tables that refer to each other in a circle: each with all of its circle, itself among them."""
    goals = reaching.direct((one.table.key, one.goal.key) for one in references(found) if one.table != one.goal)
    behind = {key: reaching.reached(key, goals) for key in goals}
    return {
        key: frozenset({key, *(other for other in far if key in behind.get(other, ()))})
        for key, far in behind.items()
        if key in far
    }
