"""What gives something else each time, or to somebody else: the time, chance, who asks, the server's own tables.

In: a catalogue, in which that is told of what the server itself can tell it. Out: the same with the rest. Of a function
whose body is a string the server knows no dependencies: what has the name of such a thing in its body is one, too.
"""

import re
from collections.abc import Collection

from ops.drafting import reaching
from ops.drafting.catalogue import Catalogue, Function, Table, View

NAME = r'[\w$]+|"(?:[^"]|"")*"'


def told(found: Catalogue) -> Catalogue:
    """Tell of all functions, views, columns and conditions whether they are moving."""
    made: tuple[Function | View, ...] = (*found.functions, *found.views)
    names: dict[str, set[str]] = {}
    for one in made:
        names.setdefault(one.name.casefold(), set()).add(one.key)
    keys = {one.key for one in made}
    uses = [(key, other) for key in keys for other in found.direct.get(key, set()) & keys]
    uses += [
        (one.key, key) for one in found.functions for name in _names(one.body or "") for key in names.get(name, ())
    ]
    # From what moves itself to whatever uses it.
    users = reaching.direct([*((other, key) for key, other in uses), *(("", one.key) for one in made if one.moving)])
    restless = reaching.reached("", users)
    called = {one.name.casefold() for one in found.functions if one.key in restless}
    return found.model_copy(update={
        "tables": tuple(_table(one, called) for one in found.tables),
        "constraints": tuple(
            one.model_copy(update={"moving": one.moving or not _calls(one.condition or "").isdisjoint(called)})
            for one in found.constraints
        ),
        "types": tuple(
            one.model_copy(update={"moving": tuple(
                text for text in one.conditions if text in one.moving or not _calls(text).isdisjoint(called)
            )})
            for one in found.types
        ),
        "functions": tuple(one.model_copy(update={"moving": one.key in restless}) for one in found.functions),
        "views": tuple(one.model_copy(update={"moving": one.key in restless}) for one in found.views),
    })  # fmt: skip


def _table(table: Table, called: Collection[str]) -> Table:
    columns = tuple(
        one.model_copy(update={"moving": one.moving or not _calls(one.default or "").isdisjoint(called)})
        for one in table.columns
    )
    return table.model_copy(update={"columns": columns})


def _names(text: str) -> set[str]:
    return {_plain(name) for name in re.findall(NAME, text)}


def _calls(expression: str) -> set[str]:
    """The names of functions that an expression calls, as the server writes it."""
    without_texts = re.sub(r"'(?:[^']|'')*'", "''", expression)
    return {_plain(name) for name in re.findall(rf"({NAME})\s*\(", without_texts)}


def _plain(name: str) -> str:
    inner = name[1:-1].replace('""', '"') if name.startswith('"') else name
    return inner.casefold()
