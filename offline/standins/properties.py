"""What a resource type's properties are, and from it what is refused, filled in, and seen as a change.

In: a table of `Property` per resource type, and plain values. Out: complaints, defaults and changes. All of it is pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from offline.standins.values import UNKNOWN, Values

Kind = Literal["string", "number", "boolean", "list", "set", "map", "object", "any"]
_PYTHON: dict[Kind, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "list": list,
    "set": list,
    "map": dict,
    "object": dict,
    "any": object,
}


@dataclass(frozen=True, kw_only=True)
class Property:
    """One input property. `set` is a list whose order means nothing; `of` names an object's or each item's fields.

    `computed`: left out, it stays what the other side made of it. `conflicts`: may not be set together with those.
    """

    kind: Kind = "string"
    of: Mapping[str, "Property"] = field(default_factory=dict)
    required: bool = False
    replaces: bool = False
    computed: bool = False
    default: Any = None
    one_of: tuple[str, ...] = ()
    minimum: int | None = None
    conflicts: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True)
class Change:
    """One changed property: was it there before, is it there now, and does it need a new resource."""

    before: bool
    after: bool
    replaces: bool


Table = Mapping[str, Property]


def complaints(table: Table, inputs: Values, unsupported: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Each input that the official plugin would refuse too, with the reason; and what only it can do."""
    for name, value in inputs.items():
        if name in unsupported:
            yield name, f"'{name}' works with the official plugin only, not with its offline stand-in"
        elif name not in table:
            yield name, f"unexpected property '{name}'"
        else:
            yield from _wrong(name, table[name], value)
            for other in table[name].conflicts:
                if other in inputs:
                    yield name, f"'{name}' conflicts with '{other}'"
    yield from _missing("", table, inputs)


def defaults(table: Table) -> Values:
    """The value of each property that has one without being set."""
    return {name: prop.default for name, prop in table.items() if prop.default is not None}


def changes(table: Table, old: Values, new: Values) -> dict[str, Change]:
    """What separates the state `old` from the inputs `new`."""
    found: dict[str, Change] = {}
    for name, prop in table.items():
        before, after = old.get(name), new.get(name)
        if after is None and prop.computed:
            continue
        if not same(prop, before, after):
            found[name] = Change(before is not None, after is not None, prop.replaces)
    return found


def same(prop: Property, old: object, new: object) -> bool:
    """Whether two values mean the same to the plugin: nothing, empty and zero are one, a set has no order."""
    old, new = _bare(prop, old), _bare(prop, new)
    if isinstance(old, dict) and isinstance(new, dict):
        if not prop.of:
            return {key: str(value) for key, value in old.items()} == {key: str(value) for key, value in new.items()}
        return all(
            (part.computed and new.get(name) is None) or same(part, old.get(name), new.get(name))
            for name, part in prop.of.items()
        )
    if isinstance(old, list) and isinstance(new, list):
        item = Property(kind="object" if prop.of else "any", of=prop.of)
        if prop.kind == "set":
            return len(old) == len(new) and all(any(same(item, left, right) for left in old) for right in new)
        return len(old) == len(new) and all(same(item, left, right) for left, right in zip(old, new, strict=True))
    return old == new


def _bare(prop: Property, value: object) -> object:
    value = prop.default if value is None else value
    return None if value in (None, "", 0, False, [], {}) else value


def _wrong(path: str, prop: Property, value: object) -> Iterator[tuple[str, str]]:
    if value == UNKNOWN:
        return
    if not isinstance(value, _PYTHON[prop.kind]) or (prop.kind == "number" and isinstance(value, bool)):
        yield path, f"'{path}' must be a {'list' if prop.kind == 'set' else prop.kind}"
    elif prop.one_of and value not in prop.one_of:
        yield path, f"expected '{path}' to be one of {', '.join(prop.one_of)}, got '{value}'"
    elif prop.minimum is not None and isinstance(value, int | float) and value < prop.minimum:
        yield path, f"expected '{path}' to be at least {prop.minimum}, got {value}"
    elif prop.of and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _wrong(f"{path}[{index}]", Property(kind="object", of=prop.of), item)
    elif isinstance(value, dict) and prop.of:
        for name, part in value.items():
            if name in prop.of:
                yield from _wrong(f"{path}.{name}", prop.of[name], part)
            else:
                yield f"{path}.{name}", f"unexpected property '{path}.{name}'"
        yield from _missing(f"{path}.", prop.of, value)


def _missing(prefix: str, table: Table, inputs: Values) -> Iterator[tuple[str, str]]:
    for name, prop in table.items():
        if prop.required and name not in inputs:
            yield prefix + name, f"missing required property '{prefix}{name}'"
