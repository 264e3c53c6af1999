"""A course that begins with something: what is to be built is what the finished database has and the start has not.

In: the tasks of both, and how their checks and rows stand at the start. Out: the tasks that are left, and SQL that
takes the start out of a database, so that the finished one can be loaded into it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mentor.course.sqltext import quoted
from ops.drafting import naming
from ops.drafting.catalogue import Catalogue
from ops.drafting.queries import Check
from ops.drafting.task import Kind, Task

FIRST_WORDS: Mapping[Kind, str] = {
    "ground": "Create", "tables": "Create", "rows": "Fill", "views": "Create", "functions": "Write",
}  # fmt: skip
"""How titles begin of what is made; where something of that name is there it is changed."""
CHANGE = "Change"


@dataclass(frozen=True)
class Drafted:
    """What was drafted of a database, before tasks are cut and told apart."""

    found: Catalogue
    tasks: Sequence[Task]

    def names(self) -> list[tuple[str, ...]]:
        """What tells each task from all others, in any draft: its kind, its id and the things that it is about."""
        c = self.found
        places = {one.key: one.sql for one in (*c.types, *c.sequences, *c.tables, *c.views, *c.functions)}
        return [
            (one.kind, one.id, *sorted({places[key] for key in {one.table, *one.makes} if key in places}))
            for one in self.tasks
        ]


@dataclass(frozen=True)
class Standing:
    """How it stands at the start, by places of tasks: which checks hold there, and which after rows were added.

    None is what cannot be told. ``refused`` are the tasks whose rows were tried and did not load.
    """

    begun: Sequence[Sequence[bool | None]]
    filled: Sequence[Sequence[bool | None]]
    refused: Collection[int] = ()


def loadable(whole: Drafted, begun: Drafted) -> list[int]:
    """The tasks with rows for a table that is there and empty: what else is there may refuse or change them."""
    tables, filled = {one.sql for one in begun.found.tables}, set(begun.names())
    places = {one.key: one.sql for one in whole.found.tables}
    return [
        n
        for n, (task, name) in enumerate(zip(whole.tasks, whole.names(), strict=True))
        if task.given and places[task.table] in tables and name not in filled
    ]


def remaining(whole: Drafted, begun: Drafted, standing: Standing) -> tuple[list[Task], list[str]]:
    """Take out what the start has: checks that hold there, rows that do not load there, and tasks without a check left.

    The lines say what cannot be asked, and what only the start has: nobody is asked to take that out.
    """
    said: list[str] = []
    there, names = set(begun.names()), whole.names()
    ours = set(names)
    tried = set(loadable(whole, begun))
    withheld = _withheld(whole, standing, {n for n, name in enumerate(names) if name in there})
    gone = {key for n in withheld for key in whole.tasks[n].makes}
    left = []
    for n, task in enumerate(whole.tasks):
        one = _changed(task) if names[n] in there else task
        stands = list(zip(task.checks, standing.begun[n], standing.filled[n], strict=True))
        if any(before is None for _, before, _ in stands):
            said.append(f"{one.title}: what cannot be told at the start")
        open_ = [(check, after) for check, before, after in stands if before is False]
        if n in withheld:
            one = replace(one, given="")
            checks = [check for check, _ in open_ if "rows" in check.values]
            said.append(f"{one.title}: the rows do not fit what is there at the start; they are only counted")
        elif task.kind == "rows":
            checks = [check for check, after in open_ if after or n not in tried]
            said += [f"{one.title}: something at the start changes them"] if len(checks) < len(open_) else []
        else:
            # What holds as soon as rows are there is nothing to be done.
            checks = [check for check, after in open_ if not after]
            checks, more = _without_rows(one, checks, gone)
            said += more
        left += [replace(one, checks=tuple(checks))] if checks else []
    old = [task for task, name in zip(begun.tasks, begun.names(), strict=True) if name not in ours]
    return left, [*said, *(f"only at the start: {task.title}" for task in old)]


def _withheld(whole: Drafted, standing: Standing, there: Collection[int]) -> set[int]:
    """The tasks whose rows are not given: where some are there, they did not load, or refer to such."""
    given = {n: task for n, task in enumerate(whole.tasks) if task.given and not all(standing.begun[n])}
    withheld = {n for n in given if n in there or n in standing.refused}
    while more := {
        n for n, task in given.items()
        if n not in withheld and any(task.needs & whole.tasks[other].makes for other in withheld)
    }:  # fmt: skip
        withheld |= more
    return withheld


def _without_rows(task: Task, checks: Sequence[Check], gone: Collection[str]) -> tuple[list[Check], list[str]]:
    """Take out what asks for rows that nobody is given."""
    if task.needs.isdisjoint(gone):
        return list(checks), []
    kept = [check for check in checks if "returns" not in check.values]
    return kept, [f"what {task.title} gives: it shows rows that are not given"] if len(kept) < len(checks) else []


def _changed(task: Task) -> Task:
    """Some of it is there: a student changes it."""
    first = FIRST_WORDS.get(task.kind, CHANGE)
    title = f"{CHANGE} {task.title.removeprefix(f'{first} ')}" if task.title.startswith(f"{first} ") else task.title
    return replace(task, title=title)


def undoing(begun: Catalogue) -> str:
    """Write the statements that leave nothing of the start, and the usual schema as a new database has it."""
    return "".join(_undoing(begun))


def _undoing(begun: Catalogue) -> Iterator[str]:
    drop = "DROP {} IF EXISTS {} CASCADE;\n".format
    yield "-- What the course begins with goes first.\nSET client_min_messages = error;\n"
    yield "DO $$ BEGIN PERFORM lo_unlink(oid) FROM pg_largeobject_metadata; END $$;\n"
    yield from (drop("EXTENSION", quoted(one.name)) for one in begun.extensions)
    yield from (drop("SCHEMA", quoted(one.name)) for one in begun.schemas)
    yield from (drop("SCHEMA", naming.USUAL), f"CREATE SCHEMA {naming.USUAL};\n")
    yield f"GRANT USAGE ON SCHEMA {naming.USUAL} TO PUBLIC;\n\n"
