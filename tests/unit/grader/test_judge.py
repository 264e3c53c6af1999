"""What is right, what is missing, and that the words give no answer away."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from images.grader.grader import judge
from images.grader.grader.judge import Complete, Content, Count, Expected, Rows, ShapeError, Truth

EXPECTED: TypeAdapter[Any] = TypeAdapter(Expected)
PEOPLE = [["Ada", 36], ["Grace", 85]]


def said(expected: Expected, answer: object) -> str:
    return judge.judge(expected, judge.parse(json.dumps(answer)))


@pytest.mark.parametrize(
    ("expected", "answer", "missing"),
    [
        (Truth(), True, ""),
        (Truth(), False, "not done yet"),
        (Truth(), None, "not done yet"),
        (Complete(name="book"), [], ""),
        (Complete(name="book"), ["a", "b", "c", "d", "e"], "book: a; b; c; and 2 more"),
        (Complete(name="book"), "there is no table book", "there is no table book"),
        (Count(name="book", low=2, high=2), 2, ""),
        (Count(name="book", low=2, high=2), 1, "book has 1 row, 2 expected"),
        (Count(name="book", low=2), 0, "book has 0 rows, at least 2 expected"),
        (Count(name="book", high=1), 2, "book has more than 1 row"),
        (Content(name="book", hash="abc"), [3, "abc"], ""),
        (Content(name="book", hash="abc"), [0, "x"], "book is empty"),
        (Content(name="book", hash="abc"), [3, "x"], "book has other rows than expected: 3, with the hash x"),
        (Content(name="book", hash="abc"), [50_001, "abc"], "book has more rows than can be compared: 50000"),
        (Rows(rows=PEOPLE), PEOPLE[::-1], ""),
        (Rows(rows=PEOPLE, ordered=True), PEOPLE, ""),
        (Rows(rows=PEOPLE, ordered=True), PEOPLE[::-1],
         "the rows are right, but not their order: ('Grace', 85) should not be row 1"),
        (Rows(rows=[["a", 1], ["b", 1], ["c", 2]], keys=(2,)), [["b", 1], ["a", 1], ["c", 2]], ""),
        (Rows(rows=[["a", 1], ["c", 2]], keys=(2,)), [["c", 2], ["a", 1]],
         "the rows are right, but not their order: ('c', 2) should not be row 1"),
        (Rows(rows=PEOPLE, name="v"), PEOPLE[:1], "v: 1 row missing"),
        (Rows(rows=PEOPLE), [*PEOPLE, ["Eve", None], ["Eve", None]], "2 rows too many: ('Eve', NULL), …"),
        (Rows(rows=PEOPLE), [["Ada", 36], ["Grace", 86]], "1 row missing; 1 row too many: ('Grace', 86)"),
        (Rows(rows=[["x"]]), [["y"]], "('y') is not right"),
        (Rows(rows=PEOPLE), [["Ada"]], "1 column, 2 expected"),
        (Rows(rows=PEOPLE), [[1]] * 1001, "more than 1000 rows, 2 expected"),
        (Rows(rows=()), [], ""),
        (Rows(rows=((1.10,),)), [[1.1]], ""),
        (Rows(rows=((1,),)), [[True]], "(true) is not right"),
        (Rows(rows=((None,),)), [["null"]], "('null') is not right"),
        (Rows(rows=(({"a": 1, "b": [1.0]},),)), [[{"b": [1], "a": 1}]], ""),
        (Rows(rows=(("ABC",),), ignore_case=True), [["abc"]], ""),
        (Rows(rows=((1, "x"),), any_column_order=True), [["x", 1]], ""),
        (Rows(rows=((0.25,),), digits=1), [[0.3]], ""),
        (Rows(rows=((-0.25,),), digits=1), [[-0.3]], ""),
        (Rows(rows=((1e300,),), digits=2), [[1e300]], ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(expected: Expected, answer: object, missing: str) -> None:
    assert said(expected, answer) == missing


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (Complete(name="t"), [1]), (Complete(name="t"), 1), (Count(name="t", low=1), "1x" and 1.5),
        (Count(name="t", low=1), [1]), (Content(name="t", hash="x"), 5), (Content(name="t", hash="x"), ["a", "b"]),
        (Rows(rows=()), {"a": 1}), (Rows(rows=()), [1]), (Rows(rows=()), None),
    ],
)  # fmt: skip
def test_what_is_no_answer_to_this_check_is_not_known(expected: Expected, answer: object) -> None:
    with pytest.raises(ShapeError):
        said(expected, answer)


def test_what_is_no_json_is_no_answer() -> None:
    for text in ("", "{", "[" * 100_000):
        with pytest.raises(ShapeError):
            judge.parse(text)


@given(st.lists(st.lists(st.integers() | st.text(max_size=5) | st.none() | st.booleans(), min_size=2, max_size=2)))
def test_the_order_of_rows_does_not_matter_and_their_number_does(rows: list[list[Any]]) -> None:
    expected = Rows(rows=rows)
    assert said(expected, rows[::-1]) == ""
    assert said(expected, [*rows, [0, 0]]) != ""


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_equal_numbers_are_equal_however_they_are_written(number: Decimal) -> None:
    assert judge.canonical(number) == judge.canonical(number * Decimal("1.000"))
    assert judge.rounded(number, 15) == number


def test_a_secret_of_the_course_is_in_no_words() -> None:
    secret = "the-answer"
    for answer in ([["x"]], [], [["x"], ["y"]], [["x", "y"]], [[secret, 1]]):
        assert secret not in said(Rows(rows=[[secret]], name="v"), answer)


def test_what_the_program_writes_is_understood() -> None:
    for text in (
        '{"kind": "complete", "name": "t"}',
        '{"kind": "rows", "name": "v", "rows": [[1, null]], "reference": null, "ordered": false, "keys": [1]}',
        '{"kind": "rows", "rows": [], "ignore_case": true, "any_column_order": false, "digits": 2}',
        '{"kind": "count", "name": "t", "low": null, "high": 5}',
    ):
        assert EXPECTED.validate_json(text)
