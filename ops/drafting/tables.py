"""Tasks about tables: their columns, the rules that keep rows out, how they refer to each other, their indexes.

In: a catalogue. Out: tasks. A task is what somebody would do in one go; each constraint and each index is a check.
"""

from collections.abc import Iterator
from itertools import groupby

from ops.drafting import checks, content, naming, queries
from ops.drafting.catalogue import Constraint, Index, Table, Thing, View
from ops.drafting.queries import Check
from ops.drafting.task import Drafting, Kind, Task, hints


def tables(d: Drafting) -> Iterator[Task]:
    """A task for each table: its columns, its primary key, and what its columns hold by themselves."""
    for table in d.found.tables:
        keys = [one for one in d.found.constraints if (one.table, one.kind) == (table.key, "p")]
        named = {column for one in keys for column in one.columns}
        name = d.speech.place(table)
        made = list(queries.lineage(table, d.speech))
        if not table.bound:
            made = [
                *checks.columns("table", table, table.columns, d.speech), *checks.not_null(table, named),
                *(check for one in keys for check in _key(d, table, one)), *queries.filled(table, d.speech), *made,
            ]  # fmt: skip
            title = f"Create the table {name}"
            title += f", partitioned by {table.partition_key}" if table.partition_key else ""
        else:
            whole = f" of {naming.listed(map(d.speech.place, table.parents))}" if table.parents else ""
            title = f"Create {name}, a partition{whole}"
        said = [f"{d.speech.name(one.name)}: {one.comment}" for one in table.columns if one.comment]
        noted = Thing(key=table.key, name=table.name, comment="\n".join(said) or None)
        yield Task(
            kind="tables", id=naming.task_id("table", *naming.located(table)), title=title, checks=tuple(made),
            makes=frozenset({table.key, *(one.key for one in keys), *(one.index for one in keys if one.index)}),
            table=table.key, hints=hints(table, noted, *keys), about=tuple(_columns(d, table)),
        )  # fmt: skip


def _columns(d: Drafting, table: Table) -> Iterator[str]:
    if table.bound:
        yield table.bound
        if table.partition_key:
            yield f"PARTITION BY {table.partition_key}"
        return
    for one in table.columns:
        words = [d.speech.name(one.name), one.type, "NOT NULL" if one.not_null else ""]
        if one.identity:
            words.append(f"GENERATED {'ALWAYS' if one.identity == queries.ALWAYS else 'BY DEFAULT'} AS IDENTITY")
        elif one.generated:
            words.append(f"GENERATED ALWAYS AS {one.generated} STORED")
        elif one.default:
            words.append("numbered by itself" if one.serial else f"DEFAULT {one.default}")
        yield " ".join(word for word in words if word)
    for key in d.found.constraints:
        if (key.table, key.kind) == (table.key, "p"):
            yield f"PRIMARY KEY ({d.speech.names(key.columns)})"


def _key(d: Drafting, table: Table, one: Constraint) -> Iterator[Check]:
    told = d.told(one.key, f"CHECK {one.condition} of {d.speech.place(table)}") if one.kind == "c" else None
    if told:
        yield checks.told(told, f"CHECK {table.sql} {one.condition}")
    elif one.kind != "x":
        yield checks.key(table, one)
    if checks.has_more(one):
        yield queries.exactly(table, one, d.speech)


def rules(d: Drafting) -> Iterator[Task]:
    """What keeps rows out: unique keys and indexes, CHECK, EXCLUDE."""
    for table in d.found.tables:
        every = [one for one in d.found.constraints if one.table == table.key and one.kind in "cux"]
        alone = [one for one in d.found.indexes if one.table == table.key and _is_key(one)]
        made: list[Check] = []
        about = []
        for one in every:
            if one.kind != "u" or not _said_already(d, table, one):
                made += _key(d, table, one)
                about.append(one.definition)
        for index in alone:
            if not _said_already(d, table, index):
                made.append(checks.unique(table, index.columns))
                about.append(f"UNIQUE ({d.speech.names(index.columns)})")
        if made:
            yield Task(
                kind="rules", id=naming.task_id("rules", *naming.located(table)), title=_rule(d, table, every, about),
                checks=tuple(made), table=table.key, hints=hints(*every), about=tuple(about), needs=_goals(d, table),
                makes=frozenset({*(one.key for one in (*every, *alone)), *(one.index for one in every if one.index)}),
            )  # fmt: skip


def _goals(d: Drafting, table: Table) -> frozenset[str]:
    """The tables that this one refers to, where rows of it are tried."""
    if not (d.contents and d.contents.told):
        return frozenset()
    return frozenset(one.goal.key for one in d.references if one.table.key == table.key)


def _said_already(d: Drafting, table: Table, key: Constraint | Index) -> bool:
    """Whether a unique key is on the columns of the primary key: nobody could tell that it is missing."""
    primary = [set(one.columns) for one in d.found.constraints if (one.table, one.kind) == (table.key, "p")]
    if set(key.columns) not in primary:
        return False
    d.left.append(
        f"unique key ({d.speech.names(key.columns)}) of {d.speech.place(table)}: the primary key says it already"
    )
    return True


def _rule(d: Drafting, table: Table, every: list[Constraint], about: list[str]) -> str:
    name = d.speech.place(table)
    if len(about) == 1 and every:
        [one, *_] = every
        if one.kind == "u":
            return f"Let no two rows of {name} have the same {naming.listed(map(d.speech.name, one.columns))}"
        if one.kind == "c":
            return f"Let {name} take only rows with {one.condition}"
    return f"Keep wrong rows out of {name}: {len(about)} rules" if len(about) > 1 else f"Keep wrong rows out of {name}"


def _is_key(index: Index) -> bool:
    """Whether an index does what a unique key does."""
    return (
        index.unique and index.plain and not index.constraint and not index.nulls_alike
        and len(index.columns) == len(index.parts)
    )  # fmt: skip


def relations(d: Drafting) -> Iterator[Task]:
    """A task for each table that refers to others."""
    foreign = [one for one in d.found.constraints if one.kind == "f"]
    for key, group in groupby(foreign, key=lambda one: one.table):
        table, every = d.tables[key], list(group)
        made = [check for one in every for check in _key(d, table, one)]
        goals = dict.fromkeys("itself" if one.target.sql == table.sql else d.speech.place(one.target)
                              for one in every if one.target)  # fmt: skip
        yield Task(
            kind="relations", id=naming.task_id("relations", *naming.located(table)), table=table.key,
            title=f"Let {d.speech.place(table)} refer to {naming.listed(goals)}", checks=tuple(made),
            makes=frozenset(one.key for one in every), needs=content.rows_of_circle(d, table), hints=hints(*every),
            about=tuple(one.definition for one in every),
        )  # fmt: skip


def indexes(d: Drafting) -> Iterator[Task]:
    """A task for the indexes of each table or materialized view."""
    owners: dict[str, Table | View] = {**d.tables, **{view.key: view for view in d.found.views}}
    for key, group in groupby(d.found.indexes, key=lambda one: one.table):
        owner, every = owners[key], list(group)
        wanted = [one for one in every if not one.constraint and not (isinstance(owner, Table) and _is_key(one))]
        made = [checks.index(owner, one, every, d.speech) for one in wanted]
        if not made:
            continue
        name, first = d.speech.place(owner), ", ".join(wanted[0].parts)
        kind: Kind = "indexes" if isinstance(owner, Table) else "views"
        yield Task(
            kind=kind, id=naming.task_id("indexes", *naming.located(owner)), table=key, checks=tuple(made),
            title=f"Add {len(wanted)} indexes to {name}" if len(wanted) > 1 else f"Add an index to {name}: {first}",
            makes=frozenset(one.key for one in wanted), hints=hints(*wanted),
            about=tuple(f"{'UNIQUE ' * one.unique}INDEX USING {one.using}" for one in wanted),
        )  # fmt: skip
