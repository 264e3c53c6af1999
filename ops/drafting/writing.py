"""lab.yaml as text.

In: sections. Out: text as a person would write it, the same each time.
"""

import re
from collections.abc import Sequence
from typing import Any

import yaml

from ops.drafting import naming, pages
from ops.drafting.outline import Section
from ops.drafting.task import Task

WIDTH = 110
UNICODE_LINE_ENDS = frozenset("\x85\u2028\u2029")
START = "start.sql"
SOLUTION = "solution"
MATERIAL = "material"
HEAD = """\
# Drafted by `make lesson` from {source}. It is yours now: edit what you like, and keep the ids.
# `make lesson-test COURSE={course}` tries every check on the start and on the solution.
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


def lab(title: str, source: str, course: str, sections: Sequence[Section], *, begins: bool = False) -> str:
    """Write lab.yaml; ``begins`` where students begin with more than an empty database."""
    whole = {
        "title": naming.line(title),
        "material": MATERIAL,
        **({"database": {"files": [START]}} if begins else {}),
        "solution": SOLUTION,
        "sections": [
            {"title": one.title, "material": name, "tasks": list(map(_task, one.tasks))}
            for name, one in zip(pages.names(sections), sections, strict=True)
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
