"""What a database must carry out and what it must refuse: as a course writes it, and as the grader tries it.

In: ``behaviour:`` of a check. Out: its model; and a list of attempts, each one statement with what comes before it and
the errors of which one is to come. Constraints are told by what they do, however they are called and written.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias, TypedDict, get_args

from pydantic import Field, model_validator

from mentor.course import readers
from mentor.course.editors import TEXT_OR_LIST
from mentor.settings import values
from mentor.settings.model import Section as Model
from mentor.settings.values import read_by

Statements = Annotated[
    tuple[Annotated[str, read_by(readers.statement)], ...], Field(max_length=10), read_by(values.listed), TEXT_OR_LIST
]
Rule: TypeAlias = Literal["check", "unique", "notNull", "foreignKey", "exclusion", "type", "trigger", "rights"]
REFUSALS: Mapping[Rule, tuple[tuple[str, ...], str]] = {
    "check": (("23514",), "a CHECK constraint"),
    "unique": (("23505",), "a unique key"),
    "notNull": (("23502",), "NOT NULL"),
    "foreignKey": (("23503", "23001"), "a foreign key"),
    "exclusion": (("23P01",), "an exclusion constraint"),
    # A text that is too long, a number out of range, a value that the type does not have, a generated column.
    "type": (("22", "428C9"), "a column's type"),
    "trigger": (("P0001",), "a trigger or function"),
    "rights": (("42501",), "missing rights"),
}
"""By rule: the SQLSTATEs by which it is known (or their first characters), and its name in a sentence."""


class Trial(Model):
    """Statements that are tried and taken back, each for itself."""

    first: Statements = Field(default=(), description="Statements that come before each of the others, and must work")
    works: Statements = Field(default=(), description="Statements that must work")
    fails: Statements = Field(default=(), description="Statements that must be refused")
    because: Annotated[
        tuple[Annotated[Rule, read_by(values.choice, *get_args(Rule))], ...], read_by(values.listed), TEXT_OR_LIST
    ] = Field(default=(), description="By which rule those must be refused; without it, by any but missing rights")

    @model_validator(mode="after")
    def _something_is_tried(self) -> Self:
        if not self.works and not self.fails:
            raise ValueError("tries nothing: give works or fails")
        if self.because and not self.fails:
            raise ValueError("has because, and nothing that fails: give fails too")
        return self


class Attempt(TypedDict):
    """One statement that is tried and taken back, as the grader's ``attempt.Attempt``."""

    attempt: str
    first: list[str]
    refused_by: list[str]
    refusal: str


def written(trial: Trial) -> list[Attempt]:
    """List the attempts, each for itself: first what must work, for where nothing works everything is refused too."""
    rules = trial.because or tuple(rule for rule in REFUSALS if rule != "rights")
    states = [state for rule in rules for state in REFUSALS[rule][0]]
    named = " or ".join(REFUSALS[rule][1] for rule in trial.because) or "by a rule of the tables"
    refusal = f"by {named}" if trial.because else named

    def one(statement: str, refused_by: list[str], words: str) -> Attempt:
        return {"attempt": statement, "first": list(trial.first), "refused_by": refused_by, "refusal": words}

    return [
        *(one(statement, [], "") for statement in trial.works),
        *(one(statement, states, refusal) for statement in trial.fails),
    ]
