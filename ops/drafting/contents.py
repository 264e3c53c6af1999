"""What stands in a finished database, as far as others could have it too.

In: nothing. Out: `Contents`, which `sampling` and `refusing` fill.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ops.drafting.catalogue import Column


@dataclass(frozen=True)
class Told:
    """Statements by which a rule is told from its absence: those that it refuses, and those that it lets through."""

    fails: tuple[str, ...]
    works: tuple[str, ...]


@dataclass
class Contents:
    """What is there, by the keys of the catalogue.

    ``columns`` are those that are compared; ``cells`` their texts, row by row; ``given`` what a view or function gives,
    ``digests`` how many rows of a view and their hash. ``told`` has what rules refuse, by the key of a constraint, or
    of a domain with one of its conditions behind it. ``left`` says what could not be had.
    """

    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    cells: dict[str, list[list[str | None]]] = field(default_factory=dict)
    given: dict[str, list[list[object]]] = field(default_factory=dict)
    digests: dict[str, tuple[int, str]] = field(default_factory=dict)
    told: Mapping[str, Told] | None = None
    left: dict[str, str] = field(default_factory=dict)
