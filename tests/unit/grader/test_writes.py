"""Who wrote: of what the server counts, the part that no check wrote and took back."""

from images.grader.grader.writes import SOON, Writes


def test_what_a_check_wrote_is_nobodys_whenever_the_server_counts_it() -> None:
    writes = Writes()
    assert writes.others(100) == 100
    writes.own(5)
    assert [writes.others(counted) for counted in (100, 103, 105)] == [100, 100, 100]
    assert writes.others(106) == 101, "and somebody wrote a row"


def test_what_a_student_writes_meanwhile_is_seen_at_the_latest_when_all_is_counted() -> None:
    writes = Writes()
    writes.others(0)
    writes.own(5)
    assert writes.others(3) == 0
    assert writes.others(8) == 3


def test_where_nobody_knows_what_a_check_wrote_nobody_else_is_blamed() -> None:
    writes = Writes()
    writes.others(100)
    writes.own(2)
    writes.own(None)
    assert writes.others(140) == 100
    assert writes.others(141) == 101


def test_a_server_that_died_has_counted_nothing_and_what_comes_is_new() -> None:
    writes = Writes()
    writes.others(100)
    writes.own(5)
    assert writes.others(0) == 0
    assert writes.others(2) == 2


def test_a_check_that_said_too_much_hides_nobody_for_long() -> None:
    writes = Writes()
    writes.others(100)
    writes.own(9)
    assert {writes.others(102) for _ in range(SOON + 1)} == {100}
    assert writes.others(103) == 101
