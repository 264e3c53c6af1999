"""The guide of a course as text: for each section a page that says what is to be built, and rows too many for a page.

In: sections. Out: Markdown and SQL by the names of files below the material, the same each time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from ops.drafting import naming
from ops.drafting.outline import Section
from ops.drafting.task import Task

PICTURE = "tables.svg"
ROWS = "rows"
LONGEST_GIVEN = 2000
MOST_GIVEN = 50_000
"""Characters of statements that stand on pages, for a table and in all; others are files."""
LONGEST_PICTURED = 2000


def names(sections: Sequence[Section]) -> list[str]:
    """Name the pages, in the order of the sections."""
    slugs = [re.sub("[^a-z0-9]+", "-", one.title.lower()).strip("-") for one in sections]
    return [f"{place:02d}-{slug}.md" for place, slug in enumerate(slugs, start=1)]


def rows(sections: Sequence[Section]) -> dict[str, str]:
    """The files with rows that are too many for a page."""
    shown = _on_page(sections)
    every = [task for section in sections for task in section.tasks]
    return {_file(task): task.given for task in every if task.given and task.id not in shown}


def pages(sections: Sequence[Section], pictured: str = "") -> Mapping[str, str]:
    """Write the pages: each task, and what has to be known of it; ``pictured`` says what a picture shows."""
    shown = _on_page(sections)
    # Where tables are made; of a course that makes none, on the first page.
    place = next((n for n, one in enumerate(sections) if any(task.kind == "tables" for task in one.tasks)), 0)
    return {
        name: "\n".join(_page(one, shown, pictured if n == place else "")).rstrip() + "\n"
        for n, (name, one) in enumerate(zip(names(sections), sections, strict=True))
    }


def _page(section: Section, shown: frozenset[str], pictured: str) -> Iterator[str]:
    yield from (f"# {section.title}", "")
    if pictured:
        yield from (f"![{_escaped(pictured)}]({PICTURE})", "")
    for task in section.tasks:
        yield from (f":::task {task.id}", "")
        if task.about:
            yield from (*(f"    {line}" for line in task.about), "")
        if task.given:
            yield from _given(task, task.id in shown)


def _given(task: Task, shown: bool) -> Iterator[str]:
    if shown:
        yield from ("```sql run", task.given.rstrip("\n"), "```", "")
    else:
        yield from (f"The rows are in [{_file(task)}]({_file(task)}), in your seat below `/workshop`.", "")
        yield from ("```sql run", f"\\i /workshop/{_file(task)}", "```", "")


def _file(task: Task) -> str:
    return f"{ROWS}/{task.id}.sql"


def _on_page(sections: Sequence[Section]) -> frozenset[str]:
    """Whose statements stand on a page: those that are short, as long as there is room."""
    room, found = MOST_GIVEN, []
    for section in sections:
        for task in section.tasks:
            if len(task.given) <= min(room, LONGEST_GIVEN):
                room -= len(task.given)
                found.append(task.id)
    return frozenset(found)


def _escaped(text: str) -> str:
    whole = naming.line(text, LONGEST_PICTURED)
    return "".join(f"\\{char}" if char in "\\`*_[]<>&#" else char for char in whole)
