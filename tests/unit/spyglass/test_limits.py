"""Counting wrong tries, with a clock that the tests turn."""

import pytest

from spyglass.limits import FREE, TRIES, WINDOW, Attempt, Limiter, TooManyTriesError, delay, place


class Watch:
    """A limiter and its clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.limiter = Limiter(lambda: self.now)

    def refused(self, account: str | None = "s01", address: str = "a") -> int:
        """Try as a stranger; the seconds to wait, 0 for a try that was accepted."""
        try:
            self.limiter.stranger(account, address)
        except TooManyTriesError as error:
            return error.seconds
        return 0

    def attempt(self, address: str = "a") -> Attempt:
        """Try as a stranger when it is allowed again."""
        try:
            return self.limiter.stranger("s01", address)
        except TooManyTriesError as error:
            self.now += error.seconds
            return self.limiter.stranger("s01", address)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_each_next_try_from_one_address_waits_longer() -> None:
    assert [delay(tries) for tries in range(9)] == [0, 0, 0, 1, 2, 4, 8, 10, 10]


def test_sooner_is_refused_and_not_counted(watch: Watch) -> None:
    assert [watch.refused() for _ in range(FREE)] == [0] * FREE
    for seconds in (1, 2, 4, 8, 10, 10, 10, 10, 10, 10):
        assert watch.refused() == seconds
        watch.now += seconds - 0.25
        assert watch.refused() == 1
        watch.now += 0.25
        assert watch.refused() == 0


def test_parallel_guesses_are_counted_while_they_run(watch: Watch) -> None:
    assert [watch.refused() for _ in range(20)] == [0] * FREE + [1] * (20 - FREE)


def test_a_minute_of_quiet_forgets_the_delay(watch: Watch) -> None:
    for _ in range(20):
        watch.attempt()
    watch.now += WINDOW - 0.5
    watch.attempt()
    assert watch.refused() == 10  # half a second less than a minute is no quiet
    watch.now += WINDOW
    assert [watch.refused() for _ in range(FREE + 1)] == [0] * FREE + [1]


def test_all_addresses_together_have_a_number_of_tries_a_minute(watch: Watch) -> None:
    for number in range(TRIES):
        watch.now = float(number)
        assert watch.refused(address=f"a{number}") == 0
    assert watch.refused(address="another") == WINDOW - TRIES + 1
    assert watch.refused("s02", "another") == 0
    watch.now = WINDOW
    assert watch.refused(address="another") == 0  # the first one is a minute old
    assert watch.refused(address="yet another") == 1


def test_other_accounts_and_other_addresses_are_not_delayed(watch: Watch) -> None:
    for _ in range(FREE):
        watch.refused()
    assert watch.refused() == 1
    assert watch.refused("s02") == 0
    assert watch.refused(address="b") == 0


def test_success_forgets_the_tries_from_there_and_no_others(watch: Watch) -> None:
    for number in range(TRIES - 3):
        watch.refused(address=f"a{number}")
    watch.attempt()
    watch.attempt()
    watch.attempt().succeeded()
    assert [watch.refused() for _ in range(FREE)] == [0] * FREE
    assert watch.refused(address="another") == WINDOW


def test_no_answer_takes_the_try_back(watch: Watch) -> None:
    for _ in range(2 * TRIES):
        watch.limiter.stranger("s01", "a").undecided()
    assert [watch.refused() for _ in range(FREE + 1)] == [0] * FREE + [1]


def test_a_known_browser_has_a_bound_of_its_own(watch: Watch) -> None:
    for number in range(TRIES):
        watch.refused(address=f"a{number}")
    assert watch.refused(address="another") == WINDOW
    for _ in range(TRIES):
        watch.limiter.known("s01", "laptop")
    with pytest.raises(TooManyTriesError) as refused:
        watch.limiter.known("s01", "laptop")
    assert refused.value.seconds == WINDOW
    watch.limiter.known("s01", "telephone")
    watch.limiter.known("s02", "laptop")


def test_the_tries_of_a_known_browser_hold_no_stranger_up(watch: Watch) -> None:
    for _ in range(TRIES):
        watch.limiter.known("s01", "laptop")
    assert watch.refused() == 0


def test_success_in_one_account_gives_no_new_tries_in_another(watch: Watch) -> None:
    for _ in range(TRIES):
        watch.limiter.known("s01", "shared")
    watch.limiter.known("s02", "shared").succeeded()
    with pytest.raises(TooManyTriesError):
        watch.limiter.known("s01", "shared")
    watch.now += WINDOW
    for _ in range(TRIES - 1):
        watch.limiter.known("s01", "shared")
    watch.limiter.known("s01", "shared").succeeded()
    watch.limiter.known("s01", "shared")


def test_invented_names_are_one_account_and_touch_no_other(watch: Watch) -> None:
    for _ in range(FREE):
        watch.refused()
    for number in range(1000):
        watch.refused(None, f"a{number}")
    assert watch.refused(None, "another") == WINDOW
    assert watch.refused() == 1  # its counter is still there
    assert watch.refused("s02") == 0


def test_addresses_take_bounded_memory(watch: Watch) -> None:
    for account in ("s01", None):
        for number in range(1000):
            watch.now += 0.5
            watch.refused(account, f"a{number}")
    for _ in range(100):
        watch.attempt()
    for counters in watch.limiter._accounts.values():  # noqa: SLF001
        assert len(counters.strangers) <= TRIES
        assert len(counters.places) <= TRIES
        assert all(len(tries) <= TRIES for tries in counters.places.values())


def test_one_ipv6_network_is_one_place() -> None:
    assert place("2001:db8::1") == place("2001:db8::ffff:1")
    assert place("2001:db8:0:1::1") != place("2001:db8:0:2::1")
    assert place("::ffff:192.0.2.1") == place("192.0.2.1")
    assert place("not an address") == "not an address"
