import pytest

from images.grader.grader.judge import Truth
from images.grader.grader.plan import Check, Step
from images.grader.grader.verdict import Verdict
from images.grader.grader.visit import CALM, DEAR, LONGEST_CALM, Remembered

AT = 1000.0


@pytest.mark.parametrize(
    ("ok", "took", "until"),
    [
        (True, DEAR / 2, 0.0),
        (True, DEAR, AT + CALM * DEAR),
        (True, 1.0, AT + LONGEST_CALM),
        (False, 1.0, 0.0),
        (None, 1.0, 0.0),
    ],
)
def test_only_a_dear_check_that_holds_is_left_alone_for_a_while(ok: bool | None, took: float, until: float) -> None:
    assert Remembered(
        Check(id="c1", steps=(Step(sql="SELECT 1", expected=Truth()),)), Verdict(ok, ""), AT, took
    ).calm_until() == pytest.approx(until)
