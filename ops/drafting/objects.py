"""Tasks about what is no table: extensions, schemas, types, sequences; views, functions, triggers, row-level security.

In: a catalogue. Out: tasks.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from mentor.course.sqltext import literal
from ops.drafting import checks, content, naming, queries
from ops.drafting.catalogue import Function, Located, Place, Thing, Trigger, Type
from ops.drafting.queries import Check
from ops.drafting.task import Drafting, Task, hints

WORDS = {"a": "aggregate", "f": "function", "p": "procedure", "w": "window function"}


def ground(d: Drafting) -> Iterator[Task]:
    """What all else is made of: extensions, schemas, types, sequences."""

    def task(kind: str, thing: Thing, title: str, found: Iterable[Check], about: tuple[str, ...] = ()) -> Task:
        names = naming.located(thing) if isinstance(thing, Place) else (thing.name,)
        return Task(
            kind="ground", id=naming.task_id(kind, *names), title=title, checks=tuple(found),
            makes=frozenset({thing.key}), hints=hints(thing), about=about,
        )  # fmt: skip

    for one in d.found.extensions:
        yield task("extension", one, f"Add the extension {one.name}", [queries.extension(one.name)])
    for one in d.found.schemas:
        yield task("schema", one, f"Create the schema {d.speech.name(one.name)}", [queries.schema(one.name, d.speech)])
    for kind in d.found.types:
        name, made = d.speech.place(kind), list(queries.kind_of_type(kind, d.speech))
        if kind.kind == "e":
            values = ", ".join(map(naming.visible, kind.labels))
            yield task(
                "type", kind, f"Create the enum type {name}: {values}", made, (", ".join(map(literal, kind.labels)),)
            )
        elif kind.kind == "d":
            rules = ["NOT NULL"] if kind.not_null else []
            rules += [f"DEFAULT {kind.default}"] if kind.default is not None else []
            rules += [f"CHECK {condition}" for condition in kind.conditions]
            made += [_condition(d, kind, condition) for condition in kind.conditions]
            yield task("domain", kind, f"Create the domain {name} on {kind.base}", made, tuple(rules))
        else:
            parts = tuple(f"{d.speech.name(one.name)} {one.type}" for one in kind.columns)
            yield task("type", kind, f"Create the composite type {name}", made, parts)
    for one in d.found.sequences:
        title = f"Create the sequence {d.speech.place(one)}: from {one.start}, by {one.step}"
        yield task("sequence", one, title, [queries.sequence(one, d.speech)])


def _condition(d: Drafting, domain: Type, one: str) -> Check:
    told = d.told(f"{domain.key} {one}", f"CHECK {one} of the domain {d.speech.place(domain)}")
    return checks.told(told, f"CHECK {domain.sql} {one}") if told else queries.condition(domain, one, d.speech)


def views(d: Drafting) -> Iterator[Task]:
    """A task for each view."""
    for view in d.found.views:
        made = list(checks.columns("view", view, view.columns, d.speech))
        made += [queries.materialized(view, d.speech)] if view.materialized else []
        made += content.of_view(d, view)
        yield Task(
            kind="views", needs=content.rows_behind(d, view),
            id=naming.task_id("view", *naming.located(view)), checks=tuple(made), hints=hints(view),
            title=f"Create the {'materialized ' * view.materialized}view {d.speech.place(view)}",
            makes=frozenset({view.key}), about=tuple(f"{d.speech.name(one.name)} {one.type}" for one in view.columns),
        )  # fmt: skip


def functions(d: Drafting) -> Iterator[Task]:
    """A task for all functions of one name."""

    def place(one: Function) -> tuple[str, str]:
        return one.namespace, one.name

    for _, group in groupby(d.found.functions, key=place):
        every = list(group)
        one = every[0]
        many = f", in {len(every)} forms" if len(every) > 1 else ""
        yield Task(
            kind="functions", needs=frozenset().union(*(content.rows_behind(d, each) for each in every)),
            id=naming.task_id("function", *naming.located(one)), hints=hints(*every),
            title=f"Write the {WORDS[one.kind]} {d.speech.place(one)}{many or f'({one.arguments})'}",
            checks=tuple(check for each in every for check in _of_function(d, each)),
            makes=frozenset(each.key for each in every),
            about=tuple(
                f"{d.speech.place(each)}({each.arguments})" + (f" RETURNS {each.result}" if each.result else "")
                for each in every
            ),
        )  # fmt: skip


def _of_function(d: Drafting, one: Function) -> Iterator[Check]:
    yield queries.function(one, d.speech)
    yield from content.of_function(d, one)


def triggers(d: Drafting) -> Iterator[Task]:
    """A task for each trigger."""
    owners: dict[str, Located] = {one.key: one for one in (*d.found.tables, *d.found.views)}
    for one in d.found.triggers:
        owner = owners.get(one.table)
        if owner is None:
            d.left.append(f"trigger {naming.line(one.name)}: it is on something that is no table and no view")
            continue
        yield Task(
            kind="triggers", id=naming.task_id("trigger", *naming.located(owner), one.name), table=one.table,
            title=_call(d, owner, one), checks=(queries.trigger(owner, one, d.speech),), hints=hints(one),
            makes=frozenset({one.key}), about=(one.doing,),
        )  # fmt: skip


def _call(d: Drafting, owner: Place, one: Trigger) -> str:
    moment = "instead of" if one.instead else "before" if one.before else "after"
    each = "each " if one.each_row else ""
    events = naming.listed(one.events, "or")
    return f"Let {d.speech.place(owner)} call {d.speech.place(one.function)} {moment} {each}{events}"


def security(d: Drafting) -> Iterator[Task]:
    """A task for the row-level security of each table."""
    for table in d.found.tables:
        every = [one for one in d.found.policies if one.table == table.key]
        made = [queries.row_security(table, d.speech)] if table.row_security else []
        made += [queries.policy(table, one, d.speech) for one in every]
        d.left += [
            f"for whom policy {naming.line(one.name)} of {d.speech.place(table)} is: students have no such roles"
            for one in every
            if one.for_some
        ]
        if made:
            yield Task(
                kind="security", id=naming.task_id("security", *naming.located(table)), table=table.key,
                title=f"Say who may see which rows of {d.speech.place(table)}", checks=tuple(made),
                makes=frozenset(one.key for one in every), hints=hints(*every),
                about=tuple(queries.allowed(one) for one in every),
            )  # fmt: skip
