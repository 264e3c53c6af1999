"""What hangs on what.

In: pairs, and who needs whom. Out: who needs whom himself, and all that is needed near and far.
"""

from collections.abc import Callable, Iterable, Mapping


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


def circle(start: str, step: Callable[[str], str]) -> list[str]:
    """Walk on, from each to one that it needs, until somebody comes again; the circle in which that ends."""
    walk = [start]
    while (further := step(walk[-1])) not in walk:
        walk.append(further)
    return walk[walk.index(further) :]
