"""Takes out of a state what is gone by itself when all of the workshop goes, so that a destroy saves less, less often.

Pulumi saves the whole state twice for each resource that it deletes, also for those that it deletes by doing nothing,
because their volume goes, too (``deleted_with``): roles, databases, accounts. In: a state. Out: the same without them,
in which everything still waits for what it waited for by way of them; and, when the destroy did not come to its end,
what it left, with those of them again that something in it needs. Pure.
"""

from collections.abc import Mapping
from typing import Any

from ops.references import needs, without_references

LEFT_IN = "grafana:"
"""After a run that was killed, a contact point could not be told from somebody else's: its address is a secret."""


def without_what_goes_along(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """The state without what is inside of something that is in the state itself, and goes with it.

    It is for a destroy of everything, and nothing else: of one person alone each has to be deleted.
    """
    resources: list[Mapping[str, Any]] = deployment.get("resources") or []
    there = {one["urn"] for one in resources if not one.get("delete")}
    left: list[dict[str, Any]] = []
    beneath: dict[str, set[str]] = {}
    """What each that is taken out needs of what is left; a state has everything after what it needs."""
    for one in resources:
        through = {urn for needed in needs(one) for urn in beneath.get(needed, ())}
        if one.get("deletedWith") in there and not one.get("type", "").startswith(LEFT_IN):
            beneath.setdefault(one["urn"], set()).update(through, needs(one) - beneath.keys())
        else:
            kept = without_references(one, beneath.keys())
            more = sorted(through - needs(kept))
            left.append({**kept, "dependencies": [*(kept.get("dependencies") or []), *more]} if more else kept)
    return {**deployment, "resources": left}


def with_what_is_needed(deployment: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What a destroy left of the state ``before``, with what was taken out of it and has not gone.

    As the destroy itself would have left it: what could not be deleted keeps all that it needs.
    """
    left: list[Mapping[str, Any]] = deployment.get("resources") or []
    there = {one["urn"] for one in left}
    volumes = {one["urn"] for one in left if not one.get("delete")}
    known: dict[str, Mapping[str, Any]] = {one["urn"]: one for one in before.get("resources") or []}
    back: set[str] = set()
    waiting = list(there & known.keys())
    while waiting:
        one = known[waiting.pop()]
        more = {urn for urn in needs(one) & known.keys() if known[urn].get("deletedWith") in volumes}
        if one["urn"] in back:  # Around it are a component and a provider, which are nothing but names.
            more |= {str(one.get("parent")), str(one.get("provider")).rpartition("::")[0]} & known.keys()
        more -= there | back
        back |= more
        waiting += more
    lost = known.keys() - there - back
    again = [without_references(one, lost) for urn, one in known.items() if urn in back]
    return {**deployment, "resources": [*left, *again]}
