import pytest

from images.grader.grader import verdict
from images.grader.grader.judge import Rows, Truth
from images.grader.grader.verdict import Thing, Verdict
from images.grader.grader.wire import LostError, OverdueError, RefusedError


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("true",)], Verdict(True)),
        ([("false",)], Verdict(False, "not done yet")),
        ([("null",)], Verdict(False, "not done yet")),
        ([("no json",)], verdict.unknown("shape")),
        ([(None,)], verdict.unknown("shape")),
        ([], verdict.unknown("shape")),
        ([("true",)] * 2, verdict.unknown("shape")),
        ([("true", "true")], verdict.unknown("shape")),
    ],
)
def test_one_value_is_an_answer(rows: list[tuple[str | None, ...]], expected: Verdict) -> None:
    assert verdict.of_rows(rows, Truth()) == expected


@pytest.mark.parametrize(
    "cell", ["[" * 600 + "]" * 600, '{"a":' * 900 + "1" + "}" * 900, f"1e{'9' * 20}", f"-1e-{'9' * 20}"]
)
def test_what_cannot_be_compared_is_no_answer(cell: str) -> None:
    assert verdict.of_rows([(f"[[{cell}]]",)], Rows(rows=[[1]])) == verdict.unknown("shape")


def test_a_thing_that_goes_while_it_is_asked_is_not_there() -> None:
    thing = Thing(what="table", schema="public", name="plant")
    assert verdict.of_rows([], Truth(), thing) == Verdict(False, "there is no table plant")


@pytest.mark.parametrize(
    ("state", "ok", "reason"),
    [
        ("42P01", False, None), ("42703", False, None), ("42883", False, None), ("42501", False, None),
        ("42601", False, None), ("P0001", False, None), ("22012", False, None), ("25006", False, None),
        ("54001", False, None), ("57014", None, "timeout"), ("55P03", None, "lock"), ("40P01", None, "lock"),
        ("57P01", None, "connection"), ("08006", None, "connection"), ("53300", None, "resources"),
        ("58030", None, "server"), ("XX000", None, "server"), ("42P10", None, "shape"),
    ],
)  # fmt: skip
def test_what_is_missing_is_not_done_and_what_failed_is_not_known(
    state: str, ok: bool | None, reason: str | None
) -> None:
    found = verdict.of_error(RefusedError(state, 'relation "plant" does not exist'))
    assert (found.ok, found.reason) == (ok, reason)
    assert found.detail


def test_the_one_thing_that_a_step_is_about_has_words_of_its_own() -> None:
    thing = Thing(what="table", schema="shop", name="plant")
    for state, message, detail in (
        ("42P01", 'relation "shop.plant" does not exist', "there is no table shop.plant"),
        ("42809", 'cannot open relation "plant"', "shop.plant is not a table"),
        ("42P01", 'relation "tree" does not exist', 'something it needs is not there: relation "tree" does not exist'),
        ("42809", 'cannot open relation "tree"', 'your database answers with an error: cannot open relation "tree"'),
        # A function of the student's may say anything.
        ("P0001", 'cannot open relation "plant"', 'your database answers with an error: cannot open relation "plant"'),
    ):
        assert verdict.of_error(RefusedError(state, message), thing) == Verdict(False, detail)
    assert (
        Thing(what="view", schema="public", name="plant").wrong(
            RefusedError("42P01", 'relation "public.plant" does not exist')
        )
        == "there is no view plant"
    )


def test_no_answer_is_not_known() -> None:
    assert verdict.of_error(OverdueError()).reason == "timeout"
    assert verdict.of_error(LostError()).reason == "connection"


def test_every_reason_has_its_words_and_no_other_is_counted() -> None:
    assert set(verdict.UNKNOWN) == set(verdict.REASONS)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([Verdict(True), Verdict(True)], True),
        ([Verdict(True), Verdict(None)], None),
        ([Verdict(None), Verdict(False, "b")], False),
    ],
)
def test_a_task_is_done_when_all_its_checks_are(checks: list[Verdict], expected: bool | None) -> None:
    assert verdict.of_task(checks).ok is expected


def test_a_detail_is_one_bounded_line_without_control_characters() -> None:
    assert verdict.plain(" a\x1b[31m\tb\n\u202ec\x00") == "a[31m b c"
    assert len(verdict.plain("x" * 10_000)) == verdict.LONGEST_DETAIL


def test_a_statement_may_end_in_a_comment() -> None:
    assert "(\nSELECT 1 -- all\n) AS answer" in verdict.statement("SELECT 1 -- all")
