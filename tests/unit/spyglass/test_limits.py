"""The sliding window of wrong tries."""

import pytest

from spyglass.limits import KEYS, TRIES, Limiter, TooManyTriesError, place


def test_parallel_guesses_are_counted_while_they_run() -> None:
    limiter = Limiter(lambda: 0.0)
    for _ in range(TRIES):
        limiter.attempt("s01", "a")
    with pytest.raises(TooManyTriesError):
        limiter.attempt("s01", "a")


def test_the_window_slides() -> None:
    now = [0.0]
    limiter = Limiter(lambda: now[0])
    for second in range(TRIES):
        now[0] = float(second)
        limiter.attempt("s01", "a")
    with pytest.raises(TooManyTriesError) as refused:
        limiter.attempt("s01", "a")
    assert refused.value.seconds == 60 - TRIES + 1
    now[0] = 60.0
    limiter.attempt("s01", "a")
    with pytest.raises(TooManyTriesError):
        limiter.attempt("s01", "a")


def test_success_forgets_and_no_answer_takes_back() -> None:
    limiter = Limiter(lambda: 0.0)
    for _ in range(5 * TRIES):
        limiter.attempt("s01", "a").undecided()
    for _ in range(TRIES - 1):
        limiter.attempt("s01", "a")
    limiter.attempt("s01", "a").succeeded()
    for _ in range(TRIES):
        limiter.attempt("s01", "a")


def test_invented_names_take_bounded_memory() -> None:
    limiter = Limiter(lambda: 0.0)
    for number in range(KEYS + 10):
        limiter.attempt(f"name-{number}", "a")
    assert len(limiter._tries) == KEYS  # noqa: SLF001


def test_one_ipv6_network_is_one_place() -> None:
    assert place("2001:db8::1") == place("2001:db8::ffff:1")
    assert place("2001:db8:0:1::1") != place("2001:db8:0:2::1")
    assert place("::ffff:192.0.2.1") == place("192.0.2.1")
    assert place("not an address") == "not an address"
