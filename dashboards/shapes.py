"""What a question's file says about columns, choices and marks, without a word of Grafana's schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dashboards.words import Words

Link: TypeAlias = tuple[str, str]
"""A title, and an address."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table: a label's name, or the letter of a query whose value it shows."""

    source: str
    title: str
    unit: str = ""
    words: Words | None = None
    links: Sequence[Link] = ()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line in every graph where a query has a value; ``title`` may name a label as ``{{task}}``."""

    name: str
    expression: str
    title: str
    text: str
    color: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is chosen on top of a dashboard: a variable's name, its heading, and labels by value."""

    name: str
    heading: str
    labels: Mapping[str, str]
