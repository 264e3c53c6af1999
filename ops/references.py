"""Which resources of a state refer to each other: one that names another which is not there makes it a refused state.

In: a resource as the state has it. Out: what it names, or the same resource without some of that. Pure.
"""

from collections.abc import Collection, Mapping
from typing import Any


def needs(resource: Mapping[str, Any]) -> set[str]:
    """The resources that this one refers to."""
    by_property = (resource.get("propertyDependencies") or {}).values()
    found = {*(resource.get("dependencies") or []), *(urn for urns in by_property for urn in urns or [])}
    return found | {resource[key] for key in ("parent", "deletedWith") if resource.get(key)}


def provider(resource: Mapping[str, Any]) -> str:
    """The URN of the provider that has made this one; it is named with an id behind."""
    return str(resource.get("provider")).rpartition("::")[0]


def without_references(resource: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """A resource that depends on nothing that is gone. Its parent stays: that is part of its own name."""
    kept = dict(resource)
    if kept.get("deletedWith") in gone:
        del kept["deletedWith"]
    if kept.get("dependencies"):
        kept["dependencies"] = [urn for urn in kept["dependencies"] if urn not in gone]
    if kept.get("propertyDependencies"):
        kept["propertyDependencies"] = {
            name: [urn for urn in urns or [] if urn not in gone] for name, urns in kept["propertyDependencies"].items()
        }
    return kept
