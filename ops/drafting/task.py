"""A task on its way to lab.yaml, and what it is drafted from.

In: a catalogue. Out: what the modules that make tasks share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mentor.course.tasks import MOST_HINTS
from ops.drafting import naming
from ops.drafting.catalogue import Catalogue, Table, Thing
from ops.drafting.naming import Speech
from ops.drafting.queries import Check

Kind: TypeAlias = Literal[
    "ground", "tables", "rules", "relations", "indexes", "views", "functions", "triggers", "security"
]
"""In the order in which they are taught."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task. ``makes`` and ``table`` are keys of the catalogue; ``about`` is what a student has to be told."""

    kind: Kind
    id: str
    title: str
    checks: tuple[Check, ...]
    makes: frozenset[str]
    table: str = ""
    hints: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


@dataclass
class Drafting:
    """A catalogue on its way to tasks; ``left`` collects what became no check, and why."""

    found: Catalogue
    speech: Speech
    left: list[str] = field(default_factory=list)

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables by their keys."""
        return {table.key: table for table in self.found.tables}


def hints(*things: Thing) -> tuple[str, ...]:
    """The comments on some things, as hints."""
    said = [naming.hint(thing.comment) for thing in things if thing.comment]
    return tuple(one for one in said if one)[:MOST_HINTS]
