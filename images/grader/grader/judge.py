"""Compares what a student's objects gave with what the course expects, outside of his database.

In: the one answer of a check's statement, and what is expected. Out: whether it is right, and what is missing in words
that give no answer away: rows of his own that are too many, the number of those that are missing.

Nothing of the answer is in the statement: a function of the student's can read the text of whatever calls it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MOST_ROWS = 1000
"""Rows that are compared; a statement asks for one more, which tells that there are too many."""
MOST_HASHED = 50_000
LONGEST_CELL = 40
LONGEST_ROW = 120
MOST_SHOWN = 3
PENDING = "not done yet"


class ShapeError(ValueError):
    """The answer is not one that this check gives."""


def parse(text: str) -> object:
    """Take an answer's JSON; numbers keep every digit."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:  # the last of a number with 20 digits of exponent
        raise ShapeError(str(error)) from error


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Complete(_Part):
    """Nothing is missing of a table or view: the answer is a list of what is."""

    kind: Literal["complete"] = "complete"
    name: str


class Truth(_Part):
    """The answer is true."""

    kind: Literal["truth"] = "truth"


class Count(_Part):
    """So many rows."""

    kind: Literal["count"] = "count"
    name: str
    low: int | None = None
    high: int | None = None


class Content(_Part):
    """Rows with this hash."""

    kind: Literal["content"] = "content"
    name: str
    hash: str


class Rows(_Part):
    """These rows: given, or those of a query that the grader asks elsewhere."""

    kind: Literal["rows"] = "rows"
    name: str = ""
    rows: Sequence[Sequence[Any]] = ()
    reference: str | None = None
    ordered: bool = False
    keys: tuple[int, ...] = ()
    ignore_case: bool = False
    any_column_order: bool = False
    digits: int | None = None

    @field_validator("rows", mode="before")
    @classmethod
    def _exact(cls, rows: object) -> object:
        """As an answer is read, so that both sides have the same kinds of values."""
        return parse(json.dumps(rows))


Expected = Annotated[Complete | Truth | Count | Content | Rows, Field(discriminator="kind")]


def judge(expected: Expected, answer: object) -> str:
    """Say what is missing; empty when it is right.

    Raises:
        ShapeError: the answer is not of this check's kind.
    """
    match expected:
        case Truth():
            return "" if answer is True else PENDING
        case _ if isinstance(answer, str):
            return answer  # it is not even a thing of the right kind
        case Complete():
            return _complete(expected, answer)
        case Count():
            return _count(expected, answer)
        case Content():
            return _content(expected, answer)
        case Rows():
            said = _rows(expected, answer)
            return f"{expected.name}: {said}" if said and expected.name else said
    raise ShapeError(f"a check of the kind {expected!r}")  # pragma: no cover - these are all


def _complete(expected: Complete, answer: object) -> str:
    if not isinstance(answer, list) or not all(isinstance(one, str) for one in answer):
        raise ShapeError("not a list of what is missing")
    if not answer:
        return ""
    more = f"; and {len(answer) - MOST_SHOWN} more" if len(answer) > MOST_SHOWN else ""
    return f"{expected.name}: {'; '.join(answer[:MOST_SHOWN])}{more}"


def _count(expected: Count, answer: object) -> str:
    found, low, high = _whole(answer), expected.low, expected.high
    if low is not None and found < low:
        wanted = f"{low} expected" if low == high else f"at least {low} expected"
        return f"{expected.name} has {_number(found, 'row')}, {wanted}"
    if high is not None and found > high:
        return f"{expected.name} has more than {_number(high, 'row')}"
    return ""


def _content(expected: Content, answer: object) -> str:
    if not isinstance(answer, list) or len(answer) != 2:  # noqa: PLR2004
        raise ShapeError("not a number of rows and a hash")
    rows = _whole(answer[0])
    if rows <= MOST_HASHED and answer[1] == expected.hash:
        return ""
    if rows > MOST_HASHED:
        return f"{expected.name} has more rows than can be compared: {MOST_HASHED}"
    if rows == 0:
        return f"{expected.name} is empty"
    return f"{expected.name} has other rows than expected: {rows}, with the hash {answer[1]}"


def _rows(expected: Rows, answer: object) -> str:
    if not isinstance(answer, list) or not all(isinstance(row, list) for row in answer):
        raise ShapeError("no rows")
    wanted = [list(row) for row in expected.rows]
    if len(answer) > MOST_ROWS:
        return f"more than {MOST_ROWS} rows, {len(wanted)} expected"
    if answer and wanted and len(answer[0]) != len(wanted[0]):
        return f"{_number(len(answer[0]), 'column')}, {len(wanted[0])} expected"
    mine = [_written(expected, row) for row in answer]
    right = [_written(expected, row) for row in wanted]
    more, less = Counter(mine) - Counter(right), Counter(right) - Counter(mine)
    if more or less:
        return _different(answer, mine, more, less)
    return _misplaced(expected, answer, wanted)


def _different(answer: list[list[object]], mine: list[str], more: Counter[str], less: Counter[str]) -> str:
    if len(answer) == 1 and more.total() == 1 and less.total() == 1:
        return f"{_shown(answer[0])} is not right"
    parts = []
    if less:
        parts.append(f"{_number(less.total(), 'row')} missing")
    if more:
        extra = next(row for row, written in zip(answer, mine, strict=True) if written in more)
        parts.append(f"{_number(more.total(), 'row')} too many: {_shown(extra)}{', …' if more.total() > 1 else ''}")
    return "; ".join(parts)


def _misplaced(expected: Rows, answer: list[list[object]], wanted: list[list[object]]) -> str:
    if not expected.ordered and not expected.keys:
        return ""
    for number, (found, right) in enumerate(zip(answer, wanted, strict=True), start=1):
        if _sort_key(expected, found) != _sort_key(expected, right):
            return f"the rows are right, but not their order: {_shown(found)} should not be row {number}"
    return ""


def _sort_key(expected: Rows, row: Sequence[object]) -> str:
    """What of a row decides about its place."""
    return _written(expected, [row[number - 1] for number in expected.keys if number <= len(row)] or row)


def _written(expected: Rows, row: Iterable[object]) -> str:
    """One row as a text that is the same where two rows are the same, as far as that counts."""
    cells = [canonical(_tolerated(expected, cell)) for cell in row]
    return "\x1f".join(sorted(cells) if expected.any_column_order else cells)


def _tolerated(expected: Rows, cell: object) -> object:
    if expected.ignore_case and isinstance(cell, str):
        return cell.lower()
    if expected.digits is not None and isinstance(cell, Decimal):
        return rounded(cell, expected.digits)
    return cell


def rounded(number: Decimal, digits: int) -> Decimal:
    """Round as PostgreSQL rounds a numeric: halves away from zero."""
    sign, figures, exponent = number.as_tuple()
    del sign
    if not isinstance(exponent, int) or -exponent <= digits:
        return number
    with localcontext() as context:
        context.prec = len(figures) + digits + 2
        return number.quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP")


def canonical(value: object) -> str:
    """A value as a text that is equal for equal values: 1 and 1.0, whatever the order of an object's keys."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return _plain_number(value)
        case str():
            return json.dumps(value)
        case list() | tuple():
            return f"[{','.join(map(canonical, value))}]"
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    raise ShapeError(f"a {type(value).__name__}")


def _plain_number(value: Decimal) -> str:
    if not value:
        return "0"
    sign, figures, exponent = value.as_tuple()
    digits = "".join(map(str, figures))
    plain = digits.rstrip("0")
    return f"{'-' * sign}{plain}e{int(exponent) + len(digits) - len(plain)}"


def _shown(row: Sequence[object]) -> str:
    """A row as a person writes it: (3, 'x', NULL)."""
    text = f"({', '.join(map(_cell, row))})"
    return text if len(text) <= LONGEST_ROW else f"{text[: LONGEST_ROW - 1]}…"


def _cell(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value[:LONGEST_CELL]}'"
        case Decimal():
            return str(value)[:LONGEST_CELL]
    return json.dumps(value, default=str, ensure_ascii=False)[:LONGEST_CELL]


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _whole(value: object) -> int:
    if not isinstance(value, Decimal) or value != value.to_integral_value():
        raise ShapeError("not a number of rows")
    return int(value)
