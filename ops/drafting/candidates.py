"""Values that may be on either side of a condition: which of them it refuses, only trying tells.

In: a condition as the server writes it, and a row. Out: the same row with other values in it, those beside the
condition's own numbers and words first. Values are the texts from which the server makes them; nonsense among them is
refused whatever the condition says, and so tells nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice, product

Row = Mapping[str, str | None]
WORD = re.compile(r"'((?:[^']|'')*)'")
NUMBER = re.compile(r"(?<![\w.\"])-?\d{1,30}(?:\.\d{1,30})?(?![\w.\"])")
INTEGERS = frozenset({"smallint", "integer", "bigint"})
INTEGER = re.compile(r"-?\d+")
TEXTS = re.compile(r"text|name|character.*|(?:.*\.)?citext")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
PATTERN = frozenset("%^$*\\")
"""What is in words that are patterns, and no values."""
LONGEST = 200
"""Characters of a text that a number in the condition may mean the length of."""
MOST = 60
"""Values of one column."""
MOST_OF_MANY = 30
"""Values of each column where the condition is about several: there is to be time for pairs."""
MOST_OF_PAIR = 12
"""Values of each of two columns that are changed together."""
STEPS = (Decimal(0), Decimal("-0.01"), Decimal("0.01"), Decimal(-1), Decimal(1))
ANYTHING = ("0", "-1", "1", "", "x", " ", "t", "f", "{}", "[]")


@dataclass(frozen=True)
class Candidate:
    """A row to try; ``telling`` where its values come from the condition, and so from beside what it draws."""

    row: Row
    telling: bool


@dataclass(frozen=True)
class _Pool:
    near: list[str | None]
    whole: list[str | None]


def changed(
    condition: str, row: Row, kinds: Mapping[str, str], labels: Mapping[str, Sequence[str]]
) -> Iterator[Candidate]:
    """The row itself; then each column that the condition is about changed alone, then two of them together.

    ``kinds`` has the types of these columns, ``labels`` the values of those that are enums.
    """
    yield Candidate(row, telling=True)
    pools = {column: _pool(condition, row, column, kinds, labels.get(column, ())) for column in kinds}
    for column, pool in pools.items():
        for value in pool.whole:
            if value != row[column]:
                yield Candidate({**row, column: value}, telling=value in pool.near)
    for one, other in combinations(kinds, 2):
        for first, second in product(pools[one].whole[:MOST_OF_PAIR], pools[other].whole[:MOST_OF_PAIR]):
            if first != row[one] and second != row[other]:
                telling = first in pools[one].near and second in pools[other].near
                yield Candidate({**row, one: first, other: second}, telling)


def distance(one: Row, other: Row) -> Decimal:
    """How far two rows are from each other: numbers by their difference, other texts by that of their lengths."""
    return sum((_apart(one[name], other[name]) for name in one), Decimal())


def _apart(one: str | None, other: str | None) -> Decimal:
    if one == other:
        return Decimal()
    if one is None or other is None:
        return Decimal(1)
    if NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
        return abs(Decimal(one) - Decimal(other))
    return Decimal(max(1, abs(len(one) - len(other))))


def _pool(condition: str, row: Row, column: str, kinds: Mapping[str, str], labels: Sequence[str]) -> _Pool:
    own = row[column]
    others = [value for name in kinds if name != column and (value := row[name]) is not None]
    near: list[str | None] = [
        *_said(condition, own, kinds[column]),
        *labels,
        *(one for value in others for one in _near(value)),
    ]
    near = near or list(_edited(own or ""))  # of a pattern, only its own value tells
    # NULL is what a rule most often forgets.
    near = _fitting([*near[: MOST_OF_PAIR - 1], None, *near[MOST_OF_PAIR - 1 :]], kinds[column])
    far = _fitting([*_near(own or ""), *_edited(own or ""), *ANYTHING], kinds[column])
    most = MOST if len(kinds) == 1 else MOST_OF_MANY
    return _Pool(near, list(islice(dict.fromkeys([*near, *far]), most)))


def _fitting(values: Sequence[str | None], kind: str) -> list[str | None]:
    """Take out what the server would round to another one of them."""
    whole = kind in INTEGERS
    return [one for one in dict.fromkeys(values) if not whole or one is None or INTEGER.fullmatch(one)]


def _said(condition: str, own: str | None, kind: str) -> Iterator[str]:
    """What the condition itself says: its numbers, of texts as lengths, and its words, each with its neighbours."""
    words = [word.replace("''", "'") for word in WORD.findall(condition)]
    words = [word for word in words if PATTERN.isdisjoint(word)]
    numbers = list(dict.fromkeys(NUMBER.findall(WORD.sub(" ", condition))))
    yield from words
    if TEXTS.fullmatch(kind):
        for number in numbers:
            if number.isdecimal() and int(number) <= LONGEST:
                for length in (int(number), int(number) - 1, int(number) + 1):
                    yield from (_of_length(own or "x", length), "x" * length)
    else:
        for number in (*numbers, *words):
            yield from _near(number)
    for word in words:
        yield from (f"{word}x", word[:-1], word.swapcase())


def _near(text: str) -> Iterator[str]:
    """A number or a day with those beside it; anything else alone."""
    if NUMBER.fullmatch(text):
        yield from (str(Decimal(text) + step) for step in STEPS)
    elif DAY.match(text):
        yield from (text, *(f"{day}{text[10:]}" for day in _days(text[:10])))
    elif text:
        yield text


def _days(text: str) -> Iterator[date]:
    try:
        day = date.fromisoformat(text)
        yield from (day - timedelta(days=1), day + timedelta(days=1))
    except (ValueError, OverflowError):
        return


def _of_length(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[: max(length, 0)]


def _edited(text: str) -> Iterator[str]:
    """A text with a little more or less in it."""
    yield from (text.replace(char, "") for char in dict.fromkeys(text) if not char.isalnum())
    yield from (text[1:], text[:-1], f"{text}x", f"x{text}", f"{text} ", text.swapcase())
