"""How often a wrong password may be tried: per account and address together, in memory.

By account alone one student could lock another out; by address alone one student could lock the classroom out,
since a whole class may share one address.
"""

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

TRIES = 10
WINDOW = 60.0  # seconds
KEYS = 10_000  # bounds the memory that invented user names can take


@dataclass(eq=False)
class Attempt:
    """One try, counted as wrong from its start so that parallel guesses do not slip through."""

    _tries: deque[float]
    _at: float = field(compare=False)

    def succeeded(self) -> None:
        """The password was right: forget the wrong ones before it."""
        self._tries.clear()

    def undecided(self) -> None:
        """Nobody could say whether it was right: do not count it."""
        if self._at in self._tries:
            self._tries.remove(self._at)


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


class Limiter:
    """A sliding window of tries for each account and address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def attempt(self, account: str, address: str) -> Attempt:
        """Count one try, or raise :class:`TooManyTriesError`."""
        key = (account[:64], place(address))
        now = self._clock()
        tries = self._tries.setdefault(key, deque())
        self._tries.move_to_end(key)
        if len(self._tries) > KEYS:
            self._tries.popitem(last=False)
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        if len(tries) >= TRIES:
            raise TooManyTriesError(max(1, math.ceil(tries[0] + WINDOW - now)))
        tries.append(now)
        return Attempt(tries, now)
