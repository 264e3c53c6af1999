"""Puts what an earlier version wrote into the state into the form that this one has for it.

In: a state. Out: the same, or what an `up` can go on from without taking away from people what they are using. Pure.
"""

import re
from collections.abc import Mapping
from typing import Any

from mentor.components.joins import DISCONNECT

_JOIN = re.compile(r"(.*\bmentor:index:Joins\$command:local:Command::.+-joins)-(spyglass|postgres|registry)")
"""A join of one service, as there were three for each person; the first part is today's join's URN."""


def joins_in_one(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """The state with one join per person in place of one for each service.

    With those in it, an `up` would make the new one, find everything joined, and part it when it deletes the old ones.
    """
    resources: list[Mapping[str, Any]] = deployment.get("resources") or []
    old: dict[str, dict[str, Mapping[str, Any]]] = {}
    for resource in resources:
        if (found := _JOIN.fullmatch(resource["urn"])) and not resource.get("delete"):
            old.setdefault(found[1], {})[found[2]] = resource
    last = {list(joins.values())[-1]["urn"]: (urn, joins) for urn, joins in old.items()}
    gone = {one["urn"] for joins in old.values() for one in joins.values()} - last.keys()
    kept = []
    for resource in resources:
        if resource["urn"] in last and not resource.get("delete"):
            kept.append(_together(*last[resource["urn"]]))  # where all that it depends on is before it
        elif resource["urn"] not in gone or resource.get("delete"):
            kept.append(dict(resource))
    return {**deployment, "resources": kept}


def has_old_joins(deployment: Mapping[str, Any]) -> bool:
    """Whether `joins_in_one` has something to do."""
    return any(_JOIN.fullmatch(one["urn"]) and not one.get("delete") for one in deployment.get("resources") or [])


def _together(urn: str, joins: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """One join that parts, when its person leaves, all that these have joined."""
    parts = list(joins.values())
    environment: dict[str, Any] = {}
    for service, part in joins.items():
        given = part["inputs"]["environment"]
        environment |= {key: value for key, value in given.items() if key not in {"ALIAS", "SERVICE"}}
        environment[service.upper()] = given["SERVICE"]
    changed = {"delete": DISCONNECT, "environment": environment, "triggers": [environment["NETWORK"]]}
    needed = sorted({one for part in parts for one in part.get("dependencies") or []})
    networks = [one for one in needed if "docker:index/network:Network" in one]
    by_property = dict(parts[0].get("propertyDependencies") or {})
    return {
        **parts[0],
        "urn": urn,
        "inputs": {**parts[0]["inputs"], **changed},
        "outputs": {**parts[0]["outputs"], **changed},
        "dependencies": needed,
        "propertyDependencies": {**by_property, "environment": needed, "triggers": networks},
    }
