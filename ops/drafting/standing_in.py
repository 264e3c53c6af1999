"""A row of a table with which its rules can be tried.

In: tables, types, and what everybody has in his tables. Out: a row: the shortest that everybody has, and in columns
that fill themselves, or of which nobody knows a value, one that stands in for it and is the same in each draft.
"""

import re
from collections.abc import Iterable, Sequence

from ops.drafting import statements, stirring
from ops.drafting.candidates import Row
from ops.drafting.catalogue import Column, Table, Type
from ops.drafting.contents import Contents

LONGEST = 300
"""Characters of a value; others are changed in as many ways, and stand in lab.yaml again and again."""
VALUES = (
    (re.compile(r".*\[\]"), "{}"), (stirring.MOMENTS, "2001-02-03"), (statements.NUMBERS, "1"),
    (stirring.TEXTS, "x"), (re.compile(r"character(\(\d+\))?|(.*\.)?citext|xml"), "x"),
    (re.compile("boolean"), "t"), (re.compile("uuid"), "00000000-0000-4000-8000-000000000001"),
    (re.compile("jsonb?"), "{}"), (re.compile("time .*|time"), "12:00"), (re.compile("interval.*"), "1 day"),
    (re.compile("bytea"), "x"), (re.compile("inet|cidr"), "192.0.2.1"), (re.compile(".*range"), "empty"),
)  # fmt: skip
"""By type."""


class Types:
    """The types that somebody made, by the names by which columns know them."""

    def __init__(self, types: Iterable[Type]) -> None:
        self._by_name = {one.sql: one for one in types}

    def base(self, kind: str) -> str:
        """What a type is made of, in the end."""
        while (one := self._by_name.get(kind)) and one.kind == "d" and one.base:
            kind = one.base
        return kind

    def labels(self, kind: str) -> Sequence[str]:
        """The values of an enum, or of a domain on one."""
        one = self._by_name.get(self.base(kind))
        return one.labels if one else ()

    def wanted(self, column: Column) -> bool:
        """Whether a row has to name it: it takes no NULL, or would be filled with a number that is then gone."""
        return column.not_null or column.moving or column.numbers is not None or self._is_never_null(column.type)

    def _is_never_null(self, kind: str) -> bool:
        one = self._by_name.get(kind)
        return bool(one and one.kind == "d" and (one.not_null or self._is_never_null(one.base or "")))

    def row(self, table: Table, contents: Contents) -> Row:
        """A row of the table, with all columns but those that are generated."""
        shared = [one.name for one in contents.columns.get(table.key, ())]
        rows = contents.cells.get(table.key, [])
        shortest = min(
            rows, key=lambda row: (sum(len(text or "") for text in row), [text or "" for text in row]), default=[]
        )
        known = {name: text for name, text in zip(shared, shortest, strict=False) if len(text or "") <= LONGEST}
        return {
            one.name: known[one.name] if one.name in known else self._stand_in(one)
            for one in table.columns
            if one.generated is None
        }

    def _stand_in(self, column: Column) -> str | None:
        labels, kind = self.labels(column.type), self.base(column.type)
        return labels[0] if labels else next((text for pattern, text in VALUES if pattern.fullmatch(kind)), None)
