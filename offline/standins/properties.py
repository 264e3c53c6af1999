"""What a resource type's properties are, and from it what is refused, filled in, and seen as a change.

Names, kinds and which ones are required come from the typed SDK's own classes. By hand, in a table, only what they do
not tell of those properties that the program declares. In: such a class, a table, plain values. Out: complaints,
defaults and changes. All of it is pure.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, get_args, get_origin

from pulumi._types import input_type_py_to_pulumi_names, input_type_types, is_input_type, unwrap_type

from offline.standins.values import UNKNOWN, Values

_KINDS: dict[object, tuple[str, type | tuple[type, ...]]] = {
    str: ("string", str),
    int: ("number", (int, float)),
    float: ("number", (int, float)),
    bool: ("boolean", bool),
    Sequence: ("list", list),
    Mapping: ("map", dict),
}


@dataclass(frozen=True, kw_only=True)
class Property:
    """What the SDK does not tell of one input property.

    `of`: what is supported of an object's or each item's fields. `unordered`: a list whose order means nothing.
    `computed`: left out, it stays what the other side made of it. `fixed`: nothing but its default is supported.
    """

    of: Mapping[str, "Property"] = field(default_factory=dict)
    replaces: bool = False
    unordered: bool = False
    computed: bool = False
    default: Any = None
    fixed: bool = False


Table = Mapping[str, Property]
Complaint = tuple[str, str]


def each(*names: str, **facts: Any) -> Table:  # noqa: ANN401 -- passed on
    """Properties of which the same is to be told."""
    return dict.fromkeys(names, Property(**facts))


def complaints(typed: type, table: Table, inputs: Values, path: str = "") -> Iterator[Complaint]:
    """Each input that the official plugin would refuse too, with the reason; and what only it can do."""
    kinds = input_type_types(typed)
    for name, value in inputs.items():
        where = path + name
        if name not in kinds:
            yield where, f"unexpected property '{where}'"
        elif name not in table or (table[name].fixed and value != table[name].default):
            yield where, f"'{where}' works with the official plugin only, not with its offline stand-in"
        else:
            yield from _wrong(where, kinds[name], table[name], value)
    for name in required(typed):
        if name not in inputs:
            yield path + name, f"missing required property '{path}{name}'"


def required(typed: type) -> list[str]:
    """The names of those properties that the class cannot be made without."""
    names = input_type_py_to_pulumi_names(typed)
    parameters = inspect.signature(typed).parameters.values()
    return [names[parameter.name] for parameter in parameters if parameter.default is inspect.Parameter.empty]


def defaults(table: Table) -> Values:
    """The value of each property that has one without being set."""
    return {name: prop.default for name, prop in table.items() if prop.default is not None}


def changes(table: Table, old: Values, new: Values, *, exact: bool = False) -> dict[str, str]:
    """What separates `old` from the inputs `new`, in the protocol's words; `exact`: as written, not as it is meant."""
    return {
        name: _kind(prop, old.get(name), new.get(name))
        for name, prop in table.items()
        if (old.get(name) != new.get(name) if exact else _differs(prop, old.get(name), new.get(name)))
    }


def same(prop: Property, old: object, new: object) -> bool:
    """Whether two values mean the same to the plugin: nothing, empty and zero are one."""
    old, new = ((prop.default if value is None else value) or None for value in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        if not prop.of:
            return {key: str(value) for key, value in old.items()} == {key: str(value) for key, value in new.items()}
        return not any(_differs(part, old.get(name), new.get(name)) for name, part in prop.of.items())
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        item = replace(prop, default=None)
        if prop.unordered:
            return all(any(same(item, left, right) for left in old) for right in new)
        return all(same(item, left, right) for left, right in zip(old, new, strict=True))
    return old == new


def _differs(prop: Property, old: object, new: object) -> bool:
    return not (prop.computed and new is None) and not same(prop, old, new)


def _kind(prop: Property, old: object, new: object) -> str:
    kind = "DELETE" if new is None else "ADD" if old is None else "UPDATE"
    return kind + "_REPLACE" if prop.replaces else kind


def _wrong(path: str, kind: Any, prop: Property, value: object) -> Iterator[Complaint]:  # noqa: ANN401 -- a type hint
    if value == UNKNOWN or kind is Any:
        return
    if isinstance(kind, type) and issubclass(kind, Enum):
        known = [member.value for member in kind]
        if value not in known:
            yield path, f"expected '{path}' to be one of {', '.join(known)}, got '{value}'"
        return
    origin = get_origin(kind)
    name, python = ("object", dict) if is_input_type(kind) else _KINDS[origin or kind]
    if not isinstance(value, python) or (isinstance(value, bool) and python is not bool):
        yield path, f"'{path}' must be a {name}"
    elif is_input_type(kind) and isinstance(value, dict):
        yield from complaints(kind, prop.of, value, f"{path}.")
    elif origin is Sequence and prop.of and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _wrong(f"{path}[{index}]", unwrap_type(get_args(kind)[0]), prop, item)
