"""The kinds of checks that a task may have, as a course writes them.

In: one entry of ``checks:``, such as ``{table: customers, columns: {id: integer}}``. Out: a frozen model of its kind,
or what is wrong with it. What a check means is decided elsewhere: by `grading`.
"""

from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, Tag, WithJsonSchema, model_validator

from mentor.course import readers
from mentor.course.attempts import Trial
from mentor.course.editors import COLUMN_LISTS, FLAG, POSITIONS, TEXT, TEXT_OR_LIST, TYPES
from mentor.course.rowsets import MOST_ROWS
from mentor.course.sqltext import Name, identifier, qualified
from mentor.settings import values
from mentor.settings.model import Section as Model
from mentor.settings.values import read_by

MOST_COLUMNS = 1600  # of a table of PostgreSQL's
MOST_DIGITS = 15  # more than a double precision holds

Object = Annotated[Name, read_by(qualified), TEXT]
Column = Annotated[str, read_by(identifier)]
Columns = Annotated[tuple[Column, ...], read_by(values.listed), TEXT_OR_LIST]
Keys = Annotated[tuple[Columns, ...], read_by(values.listed), COLUMN_LISTS]
Indexes = Annotated[
    tuple[Annotated[tuple[Annotated[str, read_by(readers.index_part)], ...], read_by(values.listed)], ...],
    read_by(values.listed),
    COLUMN_LISTS,
]
Types = Annotated[
    dict[Column, Annotated[str, read_by(readers.column_type)] | None], read_by(readers.columns_listed), TYPES
]
References = Annotated[
    dict[
        Annotated[tuple[str, ...], read_by(readers.column_list)],
        Annotated[readers.Reference, read_by(readers.reference)],
    ],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}}),
]
Sql = Annotated[str, read_by(readers.sql)]
Script = Annotated[str, read_by(readers.script)]
Message = Annotated[str, read_by(readers.paragraph, 300)]
Flag = Annotated[bool, read_by(readers.flag), FLAG]
Count = Annotated[int, read_by(values.whole_number, 0, 10**9)]
Position = Annotated[int, read_by(values.whole_number, 1, MOST_COLUMNS)]
Seconds = Annotated[float, read_by(values.number, 0.5, 30)]
Rows = Annotated[tuple[tuple[object, ...], ...], read_by(readers.rows, MOST_ROWS), WithJsonSchema({})]
Place: TypeAlias = Literal["sql", "seat"]


class Criterion(Model):
    """What all kinds have: where it is looked for, and the author's own words for what is missing."""

    kind: ClassVar[str]
    place: ClassVar[Place] = "sql"
    message: Message | None = Field(default=None, description="What a student reads as long as this is not done")


class Table(Criterion):
    """A table of this shape is there; what else it has does not matter."""

    kind = "table"
    table: Object = Field(description="The table: name, or schema.name")
    columns: Types = Field(default={}, description="Its columns: name: type, or a list of names")
    not_null: Columns = Field(default=(), description="Columns that take no NULL")
    primary_key: Columns = Field(default=(), description="The columns of its primary key")
    unique: Keys = Field(default=(), description="Unique keys, each a column or a list of columns")
    foreign_keys: References = Field(default={}, description="Foreign keys: column: table, or table(column)")
    check_constraints: Annotated[tuple[Sql, ...], read_by(values.listed), TEXT_OR_LIST] = Field(
        default=(), description="Conditions of CHECK constraints, as the server writes them"
    )
    constraints: Columns = Field(default=(), description="Constraints by name")
    indexes: Indexes = Field(default=(), description="Indexes, each by the columns or expressions that it begins with")


class RowCount(Criterion):
    """A table has so many rows."""

    kind = "rows"
    rows: Object = Field(description="The table: name, or schema.name")
    count: Count | None = Field(default=None, description="Exactly so many")
    min: Count | None = Field(default=None, description="At least so many")
    max: Count | None = Field(default=None, description="At most so many")

    @model_validator(mode="after")
    def _a_number_is_given(self) -> Self:
        if self.count is None and self.min is None and self.max is None:
            raise ValueError("says no number: give count, min or max")
        if self.count is not None and (self.min is not None or self.max is not None):
            raise ValueError("has count and a bound: give count, or min and max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("has a min above its max")
        return self


class Content(Criterion):
    """A table holds exactly these rows, in any order."""

    kind = "content"
    content: Object = Field(description="The table: name, or schema.name")
    hash: Annotated[str, read_by(readers.md5)] = Field(
        description="The hash of its rows, as `make lesson-test` shows it"
    )
    columns: Columns = Field(default=(), description="Only these columns; without it, all")


class Answer(Criterion):
    """Something that gives rows, and the rows that it must give."""

    returns: Rows | None = Field(
        default=None,
        description="The rows: a list of lists; a list of values for one column; a value alone for one row",
    )
    same_as: Sql | None = Field(default=None, description="A query that gives the rows, from the same data")
    ordered: Flag = Field(default=False, description="Whether the order of the rows matters")
    ordered_by: Annotated[tuple[Position, ...], read_by(readers.numbers_listed), POSITIONS] = Field(
        default=(), description="Only the order of these columns matters, by number as in ORDER BY 2, 1"
    )
    ignore_case: Flag = Field(default=False, description="Whether small and capital letters are the same")
    any_column_order: Flag = Field(default=False, description="Whether the order of the columns does not matter")
    digits: Annotated[int, read_by(values.whole_number, 0, MOST_DIGITS)] | None = Field(
        default=None, description="Numbers are the same when they are after rounding to so many decimal digits"
    )

    @property
    def says_rows(self) -> bool:
        """Whether it says which rows are expected."""
        return self.returns is not None or self.same_as is not None

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if self.returns is not None and self.same_as is not None:
            raise ValueError("has both returns and sameAs: give one")
        if not self.says_rows:
            for key in ("ordered", "ordered_by", "ignore_case", "any_column_order", "digits"):
                field = type(self).model_fields[key]
                if getattr(self, key) != field.default:
                    raise ValueError(f"has {field.alias or key}, but says no rows: give returns or sameAs")
        if self.ordered and self.ordered_by:
            raise ValueError("has both ordered and orderedBy: give one")
        if self.ordered_by and self.any_column_order:
            raise ValueError("has both orderedBy and anyColumnOrder, and then no column has a number: give one")
        return self

    def _must_answer(self) -> Self:
        if not self.says_rows:
            raise ValueError("says no rows: give returns or sameAs")
        return self


class Query(Answer):
    """A query gives these rows."""

    kind = "query"
    query: Sql = Field(description="One SELECT; tables with their schema, as in public.books")

    _answers = model_validator(mode="after")(Answer._must_answer)  # noqa: SLF001


class View(Answer):
    """A view is there, has these columns and gives these rows."""

    kind = "view"
    view: Object = Field(description="The view or materialized view: name, or schema.name")
    columns: Types = Field(default={}, description="Its columns: name: type, or a list of names")


class Function(Answer):
    """A function gives this result for these arguments."""

    kind = "function"
    function: Object = Field(description="The function: name, or schema.name")
    arguments: Annotated[tuple[object, ...], read_by(readers.arguments), WithJsonSchema({})] = Field(
        default=(), description="What it is called with"
    )

    _answers = model_validator(mode="after")(Answer._must_answer)  # noqa: SLF001


class Truth(Criterion):
    """A query of the author's own gives true."""

    kind = "sql"
    sql: Sql = Field(description="A SELECT or an expression that gives true when it is done")


class Behaviour(Criterion):
    """A database carries out what it must, and refuses what it must."""

    kind = "behaviour"
    behaviour: Trial = Field(description="What to try; it is taken back in any case")


class InSeat(Criterion):
    """What is looked for in the seat, by a command over SSH."""

    place = "seat"
    timeout: Seconds = Field(default=5.0, description="Seconds after which the answer is not waited for")


class Shell(InSeat):
    """A command in the student's seat ends as expected."""

    kind = "shell"
    shell: Script = Field(description="A command or a script for bash, in the student's home folder")
    exit: Annotated[int, read_by(values.whole_number, 0, 255)] = Field(default=0, description="Its exit status")


class DockerTarget(Model):
    """What is to be found in the student's own engine."""

    container: Annotated[str, read_by(readers.docker_name)] | None = Field(
        default=None, description="A container of this name runs"
    )
    image: Annotated[str, read_by(readers.docker_image)] | None = Field(
        default=None, description="This image is there; with container: that one runs from it"
    )
    project: Annotated[str, read_by(readers.docker_name)] | None = Field(
        default=None, description="Containers of this compose project run"
    )
    services: Annotated[
        tuple[Annotated[str, read_by(readers.docker_name)], ...], read_by(values.listed), TEXT_OR_LIST
    ] = Field(default=(), description="These services of the project run")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.project and (self.container or self.image):
            raise ValueError("names a project and something else: give a check to each")
        if not (self.project or self.container or self.image):
            raise ValueError("names nothing: give container, image or project")
        if self.services and not self.project:
            raise ValueError("has services without a project: give the project too")
        return self


class Docker(InSeat):
    """A container, image or compose project is in the student's engine. An engine that sleeps is left asleep."""

    kind = "docker"
    docker: DockerTarget = Field(description="What to look for")


KINDS: tuple[type[Criterion], ...] = (
    Table, RowCount, Content, Query, View, Function, Truth, Behaviour, Shell, Docker,
)  # fmt: skip


def kind_of(value: object) -> str | None:
    """Tell a check's kind from the key that names it."""
    if isinstance(value, Criterion):
        return value.kind
    found = [model.kind for model in KINDS if isinstance(value, dict) and model.kind in value]
    return found[0] if len(found) == 1 else None


Check = Annotated[
    Annotated[Table, Tag("table")]
    | Annotated[RowCount, Tag("rows")]
    | Annotated[Content, Tag("content")]
    | Annotated[Query, Tag("query")]
    | Annotated[View, Tag("view")]
    | Annotated[Function, Tag("function")]
    | Annotated[Truth, Tag("sql")]
    | Annotated[Behaviour, Tag("behaviour")]
    | Annotated[Shell, Tag("shell")]
    | Annotated[Docker, Tag("docker")],
    Discriminator(kind_of, custom_error_type="check_kind", custom_error_message="is no check"),
]
