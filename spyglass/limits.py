"""How often a wrong password may be tried: an account and where the try comes from in, a counted try or a refusal out.

A browser that does not know the account yet is a stranger. Strangers are held up in two ways:

* Per account and address the first wrong tries are free; then each next one has to wait, longer every time. A whole
  class may share one address, so an address alone is never held up.
* Per account, all addresses together have a fixed number of tries a minute: many addresses help nobody to guess.

Both can be turned on a classmate: whoever keeps trying his name keeps strangers out of it. So a browser that signed in
with the account before (see :mod:`spyglass.known`) is none of them: it has a bound of its own, and nobody else's tries
count for it. It is not without a bound, since a classroom's machine may be known for many.

Names that are not in the class share one account. They never sign in, so nothing is lost to anybody, and they take no
more memory however many are invented. The waits therefore tell which names exist; these are no secret in a class.

Everything is in memory: a restart forgets it. Refused tries are not counted and keep no place, so what an account takes
is bounded by the number of tries that it allows.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TRIES = 30  # a minute: of one account by strangers, of one account by one known browser
WINDOW = 60.0  # seconds
FREE = 3  # wrong tries of one account from one address before the next one has to wait
LONGEST_DELAY = 10.0  # seconds
REMEMBERED = 8  # tries from one address: more do not make the delay longer

NOBODY = ""  # the account of all names that are not in the class; no id is empty


@dataclass(eq=False, frozen=True)
class Attempt:
    """One try, counted as wrong from its start so that parallel guesses do not slip through."""

    at: float
    source: str
    counters: "tuple[list[Attempt], ...]" = field(repr=False)

    def succeeded(self) -> None:
        """The password was right: forget the wrong ones before it from the same place, and nobody else's."""
        for counter in self.counters:
            counter[:] = [other for other in counter if other.source != self.source]

    def undecided(self) -> None:
        """Nobody could say whether it was right: do not count it."""
        for counter in self.counters:
            counter[:] = [other for other in counter if other is not self]


class TooManyTriesError(Exception):
    """The next try is allowed after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def place(address: str) -> str:
    """The address as far as it says who it is: whoever has one IPv6 address has its whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def delay(tries: int) -> float:
    """Seconds to wait after so many wrong tries in a row: 0, 0, 0, then 1, 2, 4, 8, and never more than the longest."""
    return 0.0 if tries < FREE else min(LONGEST_DELAY, 2.0 ** (min(tries, REMEMBERED) - FREE))


class _Account:
    """The wrong tries under one name, oldest first."""

    def __init__(self) -> None:
        self.strangers: list[Attempt] = []
        self.places: dict[str, list[Attempt]] = {}
        self.browsers: dict[str, list[Attempt]] = {}

    def forget(self, now: float) -> None:
        """Drop what no longer counts: single tries by their age, the delay at a place after a minute of quiet."""
        since = now - WINDOW
        for counter in (self.strangers, *self.browsers.values()):
            counter[:] = [attempt for attempt in counter if attempt.at > since]
        for counter in self.places.values():
            del counter[:-REMEMBERED]
        self.places = {key: counter for key, counter in self.places.items() if counter and counter[-1].at > since}
        self.browsers = {key: counter for key, counter in self.browsers.items() if counter}


class Limiter:
    """Counts the tries of the whole class."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accounts: dict[str, _Account] = {}

    def stranger(self, account: str | None, address: str) -> Attempt:
        """Count a try by a browser that has not signed in with this account before, or raise TooManyTriesError.

        ``account`` is the id of a person in the class, or None for any other name.
        """
        now, counters = self._look(account)
        here = place(address)
        tries = counters.places.get(here, [])
        waits = [_wait_for_window(counters.strangers, now)]
        if tries:
            waits.append(tries[-1].at + delay(len(tries)) - now)
        _refuse_before(max(waits))
        return _count(now, here, counters.strangers, counters.places.setdefault(here, tries))

    def known(self, account: str, browser: str) -> Attempt:
        """Count a try by a browser that has signed in with this account before, or raise TooManyTriesError."""
        now, counters = self._look(account)
        tries = counters.browsers.get(browser, [])
        _refuse_before(_wait_for_window(tries, now))
        return _count(now, browser, counters.browsers.setdefault(browser, tries))

    def _look(self, account: str | None) -> tuple[float, _Account]:
        now = self._clock()
        counters = self._accounts.setdefault(account or NOBODY, _Account())
        counters.forget(now)
        return now, counters


def _wait_for_window(tries: list[Attempt], now: float) -> float:
    return tries[0].at + WINDOW - now if len(tries) >= TRIES else 0.0


def _refuse_before(wait: float) -> None:
    if wait > 0:
        raise TooManyTriesError(max(1, math.ceil(wait)))


def _count(now: float, source: str, *counters: list[Attempt]) -> Attempt:
    attempt = Attempt(now, source, counters)
    for counter in counters:
        counter.append(attempt)
    return attempt
