"""What came of a statement that was tried, as a student is told."""

import pytest

from images.grader.grader.attempt import Attempt, of_attempt
from images.grader.grader.wire import RefusedError

WORKS = Attempt(attempt="INSERT INTO public.b\n VALUES (1)")
FAILS = Attempt(attempt="DELETE FROM public.b", refused_by=("23503", "22"), refusal="by a foreign key")


@pytest.mark.parametrize(
    ("attempt", "state", "ok", "detail"),
    [
        (WORKS, None, True, ""),
        (WORKS, "23514", False, "is refused, and must work: INSERT INTO public.b VALUES (1) (so it says)"),
        (WORKS, "42P01", False, "something it needs is not there: so it says"),
        (WORKS, "55P03", None, "not known: something holds a lock on what is looked at (an open transaction?)"),
        (FAILS, None, False, "is accepted, and must be refused: DELETE FROM public.b"),
        (FAILS, "23503", True, ""),
        (FAILS, "22001", True, ""),
        (FAILS, "23505", False, "is refused, but not by a foreign key: DELETE FROM public.b (so it says)"),
        # A table that is not there refuses everything, and nobody has done anything.
        (FAILS, "42P01", False, "something it needs is not there: so it says"),
        (FAILS, "57014", None, "not known: looking took too long, and is tried again"),
    ],
)
def test_an_attempt_is_judged_by_the_kind_of_error(
    attempt: Attempt, state: str | None, ok: bool | None, detail: str
) -> None:
    found = of_attempt(attempt, RefusedError(state, "so it says") if state else None)
    assert (found.ok, found.detail) == (ok, detail)


def test_a_long_statement_is_shown_by_its_beginning() -> None:
    found = of_attempt(Attempt(attempt="INSERT INTO b VALUES " + "x" * 500), RefusedError("23505", "twice"))
    assert found.detail.endswith("x… (twice)")
    assert len(found.detail) < 200
