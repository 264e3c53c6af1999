"""The order of a course: sections in which nothing comes before what it needs, and which tasks require which.

In: tasks, and pairs of keys of which the first needs the second. Out: sections of a size that can be taught at a time,
the simple things first; each task with an id that no other has, and no more checks than a course takes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil
from typing import get_args

from mentor.course.tasks import MOST_CHECKS, MOST_SECTIONS, MOST_TASKS
from ops.drafting import naming, reaching
from ops.drafting.catalogue import Catalogue
from ops.drafting.task import Kind, Task

LARGEST = 8
"""Tasks of a section."""
TITLES: Mapping[Kind, str] = {
    "ground": "Before the tables",
    "tables": "Tables",
    "rules": "Rules for the rows",
    "relations": "Relations between tables",
    "rows": "Rows",
    "indexes": "Indexes",
    "views": "Views",
    "functions": "Functions and procedures",
    "triggers": "Triggers",
    "security": "Row-level security",
}
RANKS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter."""

    title: str
    tasks: tuple[Task, ...]


def outlined(found: Catalogue, tasks: Sequence[Task]) -> tuple[list[Section], list[str]]:
    """Cut tasks and order them into sections; and the lines that say which of them a course has no room for."""
    tasks = cut(tasks)
    makers = {key: task.id for task in tasks for key in task.makes}
    needs: dict[str, set[str]] = {task.id: set() for task in tasks}
    for one, other in found.dependencies:
        if one in makers and other in makers and makers[one] != makers[other]:
            needs[makers[one]].add(makers[other])
    for task in tasks:  # a later piece of a task that was split, and what nothing depends on by itself
        if task.table in makers and makers[task.table] != task.id:
            needs[task.id].add(makers[task.table])
        needs[task.id] |= {makers[key] for key in task.needs if key in makers} - {task.id}
    by_id = {task.id: task for task in tasks}
    chapters, places = _chapters(by_id, needs), _table_order(found)

    def wish(name: str) -> tuple[int, bool, int, str]:
        task, rank = by_id[name], chapters[name]
        return rank, RANKS[rank] == task.kind, places.get(task.table, len(places)), name

    order = ordered(needs, sorted(needs, key=wish))
    nearest = _nearest(needs, order)
    every = [replace(by_id[name], requires=nearest[name]) for name in order]
    kept = every[:MOST_TASKS]
    sections = _sections((RANKS[chapters[task.id]], task) for task in kept)
    if len(sections) > MOST_SECTIONS:
        kept = [task for section in sections[:MOST_SECTIONS] for task in section.tasks]
        sections = sections[:MOST_SECTIONS]
    return sections, [
        f"{task.title}: a course has no more than {MOST_SECTIONS} sections and {MOST_TASKS} tasks"
        for task in every[len(kept) :]
    ]


def cut(tasks: Iterable[Task]) -> list[Task]:
    """Make tasks what a course takes."""
    return _told_apart([piece for task in tasks for piece in _pieces(task)])


def _pieces(task: Task) -> Iterator[Task]:
    """Split a task with more checks than a course takes; the first piece is what others require."""
    for number, start in enumerate(range(0, len(task.checks), MOST_CHECKS), start=1):
        piece = replace(task, checks=task.checks[start : start + MOST_CHECKS])
        if number > 1:
            name = f"{task.id}-{number}"
            name = name if len(name) <= naming.LONGEST_ID else naming.with_hash(name, [name])
            title = f"{naming.line(task.title, 90)} ({number})"
            piece = replace(piece, id=name, title=title, makes=frozenset(), hints=(), about=(), given="")
        yield piece


def _told_apart(tasks: list[Task]) -> list[Task]:
    """Give ids that are the same a hash of the titles, in which the names are in full."""
    every = Counter(task.id for task in tasks)
    return [
        replace(task, id=naming.with_hash(task.id, [task.title]))
        if every[task.id] > 1 else task
        for task in tasks
    ]  # fmt: skip


def _chapters(tasks: Mapping[str, Task], needs: Mapping[str, set[str]]) -> dict[str, int]:
    """The rank of each task's kind; or of an earlier one of which something needs it, as a default its function."""
    ranks = {name: RANKS.index(task.kind) for name, task in tasks.items()}
    waiting = sorted(ranks, key=ranks.__getitem__)
    while waiting:
        name = waiting.pop(0)
        for other in needs[name]:
            if ranks[other] > ranks[name]:
                ranks[other] = ranks[name]
                waiting.append(other)
    return ranks


def ordered(needs: Mapping[str, Iterable[str]], wished: Sequence[str]) -> list[str]:
    """Put what is needed first, and else keep the wished order. A circle is begun where the wish has it first."""
    places = {name: place for place, name in enumerate(wished)}
    done: dict[str, None] = {}

    def unmet(name: str) -> list[str]:
        return sorted((other for other in needs.get(name, ()) if other not in done), key=places.__getitem__)

    while len(done) < len(wished):
        waiting = [name for name in wished if name not in done]
        free = next((name for name in waiting if not unmet(name)), None)
        if free is None:
            free = min(reaching.circle(waiting[0], lambda name: unmet(name)[0]), key=places.__getitem__)
        done[free] = None
    return list(done)


def _table_order(found: Catalogue) -> dict[str, int]:
    """Tables that are referred to before those that refer to them."""
    tables = {table.sql: table.key for table in found.tables}
    needs: dict[str, set[str]] = {key: set() for key in tables.values()}
    for one in found.constraints:
        if one.kind == "f" and one.target and one.target.sql in tables and tables[one.target.sql] != one.table:
            needs[one.table].add(tables[one.target.sql])
    for table in found.tables:
        needs[table.key].update(tables[parent.sql] for parent in table.parents if parent.sql in tables)
    return {key: place for place, key in enumerate(ordered(needs, list(tables.values())))}


def _nearest(needs: Mapping[str, set[str]], order: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each task requires, without what these require themselves, and nothing that comes later."""
    places = {name: place for place, name in enumerate(order)}
    behind: dict[str, set[str]] = {}
    found = {}
    for name in order:
        direct = {other for other in needs[name] if places[other] < places[name]}
        further = {far for other in direct for far in behind[other]}
        behind[name] = direct | further
        found[name] = tuple(sorted(direct - further, key=places.__getitem__))
    return found


def _sections(tasks: Iterable[tuple[Kind, Task]]) -> list[Section]:
    """Make sections of tasks of one chapter that follow each other; number those of which there are more than one."""
    chunks: list[tuple[Kind, tuple[Task, ...]]] = []
    for kind, group in groupby(tasks, key=lambda one: one[0]):
        run = tuple(task for _, task in group)
        size = ceil(len(run) / ceil(len(run) / LARGEST))
        chunks += [(kind, run[start : start + size]) for start in range(0, len(run), size)]
    kinds = [kind for kind, _ in chunks]
    return [
        Section(
            title=f"{TITLES[kind]}, part {kinds[: place + 1].count(kind)}" if kinds.count(kind) > 1 else TITLES[kind],
            tasks=run,
        )
        for place, (kind, run) in enumerate(chunks)
    ]
