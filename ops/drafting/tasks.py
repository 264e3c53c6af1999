"""All that is to be done, out of what is there.

In: a catalogue. Out: tasks, each with an id that no other has and no more checks than a course takes; and in words what
became no check.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from mentor.course.tasks import MOST_CHECKS
from ops.drafting import checks, content, naming, objects, tables
from ops.drafting.catalogue import Catalogue
from ops.drafting.contents import Contents
from ops.drafting.naming import Speech
from ops.drafting.task import Drafting, Task

REASONS = {
    "foreign table": "it needs another server",
    "publication": "it is for another server",
    "rule": "only trying it tells what it does",
    "statistics object": "it changes how a query is run, not what it gives",
}
UNSAID = "no check says whether it is there"


def drafted(found: Catalogue, contents: Contents | None = None) -> tuple[list[Task], list[str]]:
    """Make all tasks of a catalogue, and the lines that say what became no check."""
    drafting = Drafting(found, Speech(found.keywords), contents)
    parts: tuple[Callable[[Drafting], Iterator[Task]], ...] = (
        objects.ground, tables.tables, tables.rules, tables.relations, content.filled, tables.indexes,
        objects.views, objects.functions, objects.triggers, objects.security,
    )  # fmt: skip
    whole = [task for part in parts for task in part(drafting)]
    tasks = [_distinct(task, drafting.left) for task in whole]
    drafting.left += [
        f"{after.title}: what is there twice is one check"
        for before, after in zip(whole, tasks, strict=True)
        if len(before.checks) > len({check.about for check in before.checks})
    ]
    drafting.left += [f"{one.kind} {naming.line(one.name)}: {REASONS.get(one.kind, UNSAID)}" for one in found.others]
    return _told_apart([piece for task in tasks for piece in _pieces(task)]), drafting.left


def _distinct(task: Task, left: list[str]) -> Task:
    """Say each thing once, in a title that fits, and leave out what a course may not say."""
    once = {check.about: check for check in task.checks}
    for meant, check in list(once.items()):
        if not checks.understood(check.values):
            del once[meant]
            said = naming.line(repr(dict(check.values)))
            left.append(f"{naming.line(task.title)}: it takes more than a check may hold: {said}")
    about = tuple(naming.line(one, naming.LONGEST_HINT) for one in task.about)
    return replace(task, checks=tuple(once.values()), title=naming.line(task.title), about=about)


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
