"""What somebody made in a database, as the server's catalogue has it.

In: the JSON that `catalogue.sql` gives. Out: frozen models in the order of their names, so that the same database is
read in the same way each time. ``key`` tells things apart within one reading only; types, expressions and definitions
are in the server's words, every name in them with its schema.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ops.drafting import reaching

QUERY = (Path(__file__).parent / "catalogue.sql").read_text(encoding="utf-8")

KIND = Literal["c", "d", "e"]


def _some(value: object) -> object:
    """Take the server's NULL for an empty list."""
    return () if value is None else value


T = TypeVar("T")
Many: TypeAlias = Annotated[tuple[T, ...], BeforeValidator(_some)]
Names = Many[str]


class Part(BaseModel):
    """What all have."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Thing(Part):
    """What somebody made, and what he wrote about it."""

    key: str
    name: str
    comment: str | None = None


class Place(Part):
    """A name with its schema; ``sql`` as a statement has it."""

    namespace: str
    name: str
    sql: str = ""


class Located(Place, Thing):
    """A thing in a schema."""


class Numbers(Part):
    """The sequence from which a column takes its numbers; ``last`` is None before the first."""

    sql: str
    step: int
    least: int
    most: int
    last: int | None


class Column(Part):
    """A column of a table, a view or a composite type; ``identity`` is a, d or empty.

    ``moving``, here and elsewhere, is what gives something else each time: a number, a moment, chance.
    """

    name: str
    type: str
    not_null: bool
    default: str | None
    generated: str | None
    identity: str
    serial: bool
    comment: str | None
    moving: bool = False
    numbers: Numbers | None = None


Columns = Many[Column]


class Type(Located):
    """An enum (e), a domain (d) or a composite type (c); ``moving`` are those of its conditions that are."""

    kind: KIND
    labels: Names
    base: str | None
    not_null: bool
    default: str | None
    conditions: Names
    columns: Columns
    moving: Names = ()


class Sequence(Located):
    """A sequence that no column owns."""

    start: int
    step: int
    least: int
    most: int
    cycles: bool


class Table(Located):
    """A table, a partitioned one, or (with ``bound``) a partition."""

    columns: Columns
    partition_key: str | None
    bound: str | None
    parents: Many[Place]
    row_security: bool
    forced: bool


class Constraint(Thing):
    """A CHECK (c), foreign key (f), primary key (p), unique key (u) or exclusion (x) of a table, given by its key."""

    table: str
    kind: Literal["c", "f", "p", "u", "x"]
    index: str | None
    columns: Names
    target: Place | None
    target_columns: Names
    condition: str | None
    definition: str
    on_update: str | None
    on_delete: str | None
    deferrable: bool
    full: bool
    nulls_alike: bool
    moving: bool = False


class Index(Thing):
    """An index; ``plain`` is one that its columns or expressions say in full, ``using`` all behind USING."""

    table: str
    unique: bool
    nulls_alike: bool
    constraint: bool
    parts: Names
    columns: Names
    using: str
    plain: bool


class View(Located):
    """A view or a materialized one."""

    columns: Columns
    materialized: bool
    moving: bool = False


class Function(Located):
    """A function (f), procedure (p), aggregate (a) or window function (w); ``signature`` has the types it takes.

    ``body`` is there where it is a string, of which the server knows no dependencies.
    """

    kind: Literal["a", "f", "p", "w"]
    signature: str
    arguments: str
    result: str | None
    moving: bool = False
    body: str | None = None


class Trigger(Thing):
    """A trigger; ``doing`` is its definition behind the name."""

    table: str
    enabled: bool
    doing: str
    function: Place
    before: bool
    instead: bool
    each_row: bool
    events: Names


class Policy(Thing):
    """A policy of row-level security; ``command`` is r, a, w, d or ``*``, ``for_some`` whether it names roles."""

    table: str
    command: str
    for_some: bool
    permissive: bool
    using: str | None
    check: str | None


class Other(Part):
    """Something of which no check is made."""

    kind: str
    name: str


class Catalogue(Part):
    """All of it; ``dependencies`` are pairs of keys, the first of which needs the second."""

    keywords: frozenset[str]
    extensions: Many[Thing]
    schemas: Many[Thing]
    types: Many[Type]
    sequences: Many[Sequence]
    tables: Many[Table]
    constraints: Many[Constraint]
    indexes: Many[Index]
    views: Many[View]
    functions: Many[Function]
    triggers: Many[Trigger]
    policies: Many[Policy]
    others: Many[Other]
    dependencies: Many[tuple[str, str]]

    @property
    def size(self) -> int:
        """How many things there are."""
        parts = (self.schemas, self.types, self.sequences, self.tables, self.constraints, self.indexes, self.views,
                 self.functions, self.triggers, self.policies)  # fmt: skip
        return sum(map(len, parts))

    @cached_property
    def direct(self) -> dict[str, set[str]]:
        """What each thing needs itself."""
        return reaching.direct(self.dependencies)

    def behind(self, key: str) -> set[str]:
        """All that something needs, near and far."""
        return reaching.reached(key, self.direct)


def read(text: str) -> Catalogue:
    """Read what `QUERY` gave."""
    return Catalogue.model_validate_json(text)
