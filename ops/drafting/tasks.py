"""All that is to be done, out of what is there.

In: a catalogue. Out: tasks, each about one thing, and in words what became no check.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

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
    return tasks, drafting.left


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
