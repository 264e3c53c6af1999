"""What many ask for within the same second, made once for all of them."""

import time
from collections.abc import Callable


class Shared:
    """Texts by name, each kept for a moment."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}

    def text(self, name: str, seconds: float, make: Callable[[], str]) -> str:
        """The text of this name: the one that is no older than so many seconds, or a new one."""
        now = self._clock()
        kept = self._kept.get(name)
        if kept is None or now - kept[0] >= seconds:
            kept = self._kept[name] = (now, make())
        return kept[1]
