"""Who wrote in a database: the server counts rows, and does not tell those that a check wrote and took back.

In: what the server has counted, and what checks say of themselves. Out: how many rows somebody else has written. Pure.
"""


class Writes:
    """One database."""

    def __init__(self) -> None:
        self._counted = 0
        self._own = 0
        self._others = 0
        self._unknown = False

    def own(self, rows: int | None) -> None:
        """Take in what a check wrote, before the server can count it; None where nobody knows how much that was."""
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
        # What a check said of itself may be counted a little later.
        self._others = max(self._others, counted - self._own)
        return self._others
