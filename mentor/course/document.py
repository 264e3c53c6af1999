"""Reads a YAML file together with the line of every key.

In: a path. Out: plain values, and for each path of keys in them the line that it stands on. Duplicate keys, which
YAML readers drop in silence, are errors.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from mentor.settings.problems import Key, show

LARGEST_FILE = 1 << 20
DEEPEST = 20


class DocumentError(ValueError):
    """The file is no YAML mapping; `line` is where, counted from 1."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.line = line
        super().__init__(text)


@dataclass(frozen=True)
class Document:
    """Values and where they stand."""

    values: dict[str, object]
    lines: dict[Key, int] = field(repr=False)

    def line(self, key: Key) -> int:
        """Return the line of a key, or of the nearest key around it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


class _Loader(yaml.SafeLoader):
    """Stops before more is built: aliases can unfold without end, and nesting costs more with every level."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        nests = self.check_event(yaml.CollectionStartEvent)
        line = self.current_event.start_mark.line + 1
        if self.check_event(yaml.AliasEvent):
            raise DocumentError("an alias (*name) is not understood here: write it out", line)
        self.depth += nests
        if self.depth > DEEPEST:
            raise DocumentError(f"is nested deeper than {DEEPEST} levels: nothing here needs that", line)
        node = super().compose_node(parent, index)
        self.depth -= nests
        return node


def read(path: Path) -> Document:
    """Read a file, or raise `DocumentError`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST_FILE:
        raise DocumentError(f"is larger than {LARGEST_FILE // 1024} KiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8", line) from None
    values: object = None
    lines: dict[Key, int] = {}
    try:
        loader = _Loader(text)
        if node := loader.get_single_node():
            _locate(node, (), lines)
            values = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(f"is not YAML: {error.problem or error.context}", mark.line + 1 if mark else 1) from None
    except DocumentError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(values, dict):
        raise DocumentError(f"{show(values)} is not a mapping: write key: value, one a line")
    return Document({str(key): value for key, value in values.items()}, lines)


def _locate(node: yaml.Node, key: Key, lines: dict[Key, int]) -> None:
    lines.setdefault(key, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _locate(item, (*key, index), lines)
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            inner = (*key, str(name.value))
            if inner in lines:
                raise DocumentError(
                    f"the key {show(name.value)} is here again, after line {lines[inner]}", name.start_mark.line + 1
                )
            lines[inner] = name.start_mark.line + 1
            _locate(value, inner, lines)
