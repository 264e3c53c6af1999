"""Who wrote in a database: the server counts rows, and does not tell those that a check wrote and took back.

In: what the server has counted, and what checks say of themselves. Out: how many rows somebody else has written. Pure.
"""

SOON = 3
"""Looks at the counters, within which the server has counted what a check wrote: as its session ends, if not before."""


class Writes:
    """One database."""

    def __init__(self) -> None:
        self._counted = 0
        self._own = 0
        self._others = 0
        self._unknown = False
        self._looks = 0

    def own(self, rows: int | None) -> None:
        """Take in what a check wrote, before the server can count it; None where nobody knows how much that was."""
        self._looks = 0
        if rows is None:
            self._unknown = True
        else:
            self._own += rows

    def others(self, counted: int) -> int:
        """Tell what others have written, by what the server has counted by now."""
        if counted < self._counted:  # the server died, and its counters with it: what is in them now is new
            self._own, self._others, self._unknown = 0, counted, False
        elif self._unknown:  # nobody can tell it apart
            self._own, self._unknown = counted - self._others, False
        self._counted = counted
        self._looks += 1
        if self._looks > SOON:  # by now all is counted: should a check have said too much, nobody's rows get lost in it
            self._own = min(self._own, counted - self._others)
        self._others = max(self._others, counted - self._own)
        return self._others
