"""What stands in a finished database, as far as others could have it too.

In: nothing. Out: `Contents`, which `sampling` fills.
"""

from dataclasses import dataclass, field

from ops.drafting.catalogue import Column


@dataclass
class Contents:
    """What is there, by the keys of the catalogue.

    ``columns`` are those that are compared; ``cells`` their texts, row by row; ``given`` what a view or function gives,
    ``digests`` how many rows of a view and their hash. ``left`` says what could not be had.
    """

    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    cells: dict[str, list[list[str | None]]] = field(default_factory=dict)
    given: dict[str, list[list[object]]] = field(default_factory=dict)
    digests: dict[str, tuple[int, str]] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
