"""The files of a course as text: lab.yaml, and the page that says what is to be built.

In: sections. Out: text as a person would write it, the same each time.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from ops.drafting import naming
from ops.drafting.outline import Section
from ops.drafting.task import Task

WIDTH = 110
UNICODE_LINE_ENDS = frozenset("\x85\u2028\u2029")
SOLUTION = "solution"
MATERIAL = "material"
PAGE = "01-what-to-build.md"
ROWS = "rows"
LONGEST_GIVEN = 2000
MOST_GIVEN = 50_000
"""Characters of statements that stand on the page, for a table and in all; others are a file."""
HEAD = """\
# Drafted by `make lesson` from {source}. It is yours now: edit what you like, and keep the ids.
# `make lesson-test COURSE={course}` tries every check on an empty database and on the solution.
# To teach it: `course: {course}` in the stack's config, then `make up`.
"""


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented, texts of several lines as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - pyyaml's own
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - pyyaml's own
        return True


class _Short(list[Any]):
    """A list that fits on a line."""


class _Lines(str):
    """A text of several lines, which stay as they are."""

    __slots__ = ()


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    # pyyaml writes the line ends of Unicode as they are, where a reader takes them for blanks.
    style = '"' if set(data) & UNICODE_LINE_ENDS else "|" if isinstance(data, _Lines) and "\n" in data else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style=style)


def _short(dumper: yaml.SafeDumper, data: _Short) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Lines, _text)
_Dumper.add_representer(_Short, _short)


def lab(title: str, source: str, course: str, sections: Sequence[Section]) -> str:
    """Write lab.yaml."""
    whole = {
        "title": naming.line(title),
        "material": MATERIAL,
        "solution": SOLUTION,
        "sections": [
            {"title": one.title, **({"material": PAGE} if not place else {}), "tasks": list(map(_task, one.tasks))}
            for place, one in enumerate(sections)
        ],
    }
    body = yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    # A blank line between tasks and between sections, as in a file that somebody reads.
    spaced = re.sub("(?<!sections:)(?<!tasks:)\n(  - title: |      - id: )", r"\n\n\1", body)
    return HEAD.format(source=source, course=course) + spaced


def _task(task: Task) -> dict[str, Any]:
    found: dict[str, Any] = {"id": task.id, "title": task.title}
    if task.hints:
        hints = [_Lines(one) for one in task.hints]
        found["hint"] = hints[0] if len(hints) == 1 else hints
    if task.requires:
        found["requires"] = task.requires[0] if len(task.requires) == 1 else _Short(task.requires)
    found["checks"] = [{key: _value(key, value) for key, value in check.values.items()} for check in task.checks]
    return found


def _value(key: str, value: object) -> object:
    if key == "returns" and isinstance(value, list):
        return [_Short(row) for row in value]
    if isinstance(value, str):
        return _Lines(value)
    if isinstance(value, list) and all(isinstance(one, str) or one == _Short(one) for one in value):
        return _Short(_Short(one) if isinstance(one, list) else one for one in value)
    return value


def rows(sections: Sequence[Section]) -> dict[str, str]:
    """The files with rows that are too many for the page, by their names below the material."""
    shown = _on_page(sections)
    every = [task for section in sections for task in section.tasks]
    return {_file(task): task.given for task in every if task.given and task.id not in shown}


def _file(task: Task) -> str:
    return f"{ROWS}/{task.id}.sql"


def _on_page(sections: Sequence[Section]) -> frozenset[str]:
    """Whose statements stand on the page: those that are short, as long as there is room."""
    room, found = MOST_GIVEN, []
    for section in sections:
        for task in section.tasks:
            if len(task.given) <= min(room, LONGEST_GIVEN):
                room -= len(task.given)
                found.append(task.id)
    return frozenset(found)


def page(title: str, sections: Sequence[Section]) -> str:
    """Write the page of the guide: each task, and what has to be known of it."""
    return "\n".join(_page(title, sections)).rstrip() + "\n"


def _page(title: str, sections: Sequence[Section]) -> Iterator[str]:
    yield from (f"# {_escaped(title)}", "")
    shown = _on_page(sections)
    for section in sections:
        yield from (f"## {section.title}", "")
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


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>&#" else char for char in naming.line(text))
