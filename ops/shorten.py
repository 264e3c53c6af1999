"""Takes out of a state what is gone by itself when all of the workshop goes, so that a destroy saves less, less often.

Pulumi saves the whole state twice for each resource that it deletes, also for those that it deletes by doing nothing,
because their volume goes, too (``deleted_with``): roles, databases, accounts. In: a state. Out: the same without them,
in which everything still waits for what it waited for by way of them; and, when the destroy did not come to its end,
what it left, with those of them again that something in it needs. Pure.
"""

from collections.abc import Mapping
from typing import Any

from ops.references import needs, provider, without_references

LEFT_IN = "grafana:"
"""After a run that was killed, a contact point could not be told from somebody else's: its address is a secret."""
WAITS = ("dependencies", "propertyDependencies")


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
    """What a destroy left of the state ``before``, with what was taken out of it and is needed by what is left.

    Everything waits for what it waited for: a database that is in it again is not deleted before its archive is
    written. Where nothing went, it is the state before.
    """
    left: list[Mapping[str, Any]] = deployment.get("resources") or []
    live = {one["urn"]: one for one in left if not one.get("delete")}
    known: dict[str, Mapping[str, Any]] = {
        one["urn"]: one for one in before.get("resources") or [] if not one.get("delete")
    }
    taken = {urn for urn, one in known.items() if urn not in live and one.get("deletedWith") in live}
    untouched = known.keys() <= live.keys() | taken
    back = taken if untouched else set()
    waiting = list(live.keys() & known.keys())
    while waiting:
        one = known[waiting.pop()]
        more = needs(one) & taken
        if one["urn"] in back:  # Around it are a component and a provider, which are nothing but names.
            more |= {str(one.get("parent")), provider(one)} & known.keys()
        more -= live.keys() | back
        back |= more
        waiting += more
    lost = known.keys() - live.keys() - back
    resources = []
    for urn, one in known.items():  # in their order: each stands after what it needs
        as_it_was = without_references(one, lost)
        if urn in live:
            waits = {key: as_it_was[key] for key in WAITS if key in as_it_was}
            resources.append(dict(live[urn]) | waits)
        elif urn in back:
            resources.append(as_it_was)
    others = [dict(one) for one in left if one.get("delete") or one["urn"] not in known]
    return {**deployment, "resources": [*resources, *others]}
