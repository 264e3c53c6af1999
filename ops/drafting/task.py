"""A task on its way to lab.yaml, and what it is drafted from.

In: a catalogue. Out: what the modules that make tasks share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from mentor.course.tasks import MOST_HINTS
from ops.drafting import families, naming
from ops.drafting.catalogue import Catalogue, Table, Thing
from ops.drafting.contents import Contents, Told
from ops.drafting.naming import Speech
from ops.drafting.queries import Check

Kind: TypeAlias = Literal[
    "ground", "tables", "rules", "relations", "rows", "indexes", "views", "functions", "triggers", "security"
]
"""In the order in which they are taught."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task.

    ``makes``, ``table`` and ``needs`` are keys of the catalogue; ``about`` is what a student has to be told, and
    ``given`` statements that he may run.
    """

    kind: Kind
    id: str
    title: str
    checks: tuple[Check, ...]
    makes: frozenset[str]
    table: str = ""
    hints: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    given: str = ""


@dataclass
class Drafting:
    """A catalogue on its way to tasks; ``left`` collects what became no check, and why."""

    found: Catalogue
    speech: Speech
    contents: Contents | None = None
    left: list[str] = field(default_factory=list)

    room: int = 300_000
    """Characters of rows for which there is still room in lab.yaml."""

    @cached_property
    def circles(self) -> Mapping[str, frozenset[str]]:
        """Tables that refer to each other in a circle: each with all of its circle, itself among them."""
        return families.circles(self.found)

    @cached_property
    def wholes(self) -> Mapping[str, Table]:
        """Of partitions the table, by keys."""
        return families.wholes(self.found)

    @cached_property
    def heirs(self) -> Mapping[str, set[str]]:
        """The tables that inherit from a table."""
        return families.heirs(self.found)

    @cached_property
    def references(self) -> list[families.Reference]:
        """All foreign keys."""
        return families.references(self.found)

    def told(self, key: str, name: str) -> Told | None:
        """What tells a rule from its absence; nothing where none was tried, or nothing was found, which is said."""
        if self.contents is None or self.contents.told is None:
            return None
        if key not in self.contents.told:
            said = f"what {naming.line(name)} refuses"
            self.left.append(f"{said}: trying did not tell; it is compared as it is written")
        return self.contents.told.get(key)

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables by their keys."""
        return {table.key: table for table in self.found.tables}


def hints(*things: Thing) -> tuple[str, ...]:
    """The comments on some things, as hints."""
    said = [naming.hint(thing.comment) for thing in things if thing.comment]
    return tuple(one for one in said if one)[:MOST_HINTS]
