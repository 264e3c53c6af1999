"""What hangs on what.

In: pairs, and who needs whom. Out: who needs whom himself, and all that is needed near and far.
"""

from collections.abc import Iterable, Mapping


def direct(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """What each needs itself: of a pair, the first needs the second."""
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
    return found


def reached(key: str, needs: Mapping[str, set[str]]) -> set[str]:
    """All that something needs, near and far; itself where there is a circle."""
    seen: set[str] = set()
    waiting = [key]
    while waiting:
        further = needs.get(waiting.pop(), set()) - seen
        seen |= further
        waiting += further
    return seen
