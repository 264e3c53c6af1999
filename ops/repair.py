"""Finds what only making anew repairs: a run stopped half-way, a full disk, somebody's `docker rm`, a lost volume.

In: the state, what is on the Docker host. Out: containers' URNs for ``--replace``, each with what is wrong, and a state
that knows of lost volumes. What a person made is in volumes and databases, which no container's replacement touches.
"""

from collections.abc import Collection, Mapping
from typing import Any

from ops.console import StopError
from ops.engine import Engine
from ops.preview import labelled
from ops.references import without_references

CONTAINER = "docker:index/container:Container"
VOLUME = "docker:index/volume:Volume"
IN_A_SERVER = ("postgresql:", "grafana:")
"""Kinds of resources that live inside a server, and with its volume."""
FULL_MIB = 64
_FINE = frozenset({"running", "restarting", "paused"})
_WORDS = {None: "is gone", "created": "was never started", "dead": "is dead", "removing": "is being removed"}
_MEANINGS = {
    "directory-data": "everybody has his first password again",
    "database-data": "all databases are made anew; what was archived comes back with `make restore`",
    "grafana-data": "the boards are made anew; what was added to them by hand is lost",
}
"""What it means that one of the program's own volumes is lost, by its name in the program."""


def broken(deployment: Mapping[str, Any], states: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with which container of the state; ``states`` tells of each on the host, by its id."""
    found = {}
    for resource in deployment.get("resources") or []:
        if resource.get("type") != CONTAINER or not resource.get("id") or resource.get("delete"):
            continue
        state = states.get(resource["id"])
        if resource.get("initErrors"):
            # Neither an update nor a refresh would give it the files or the network that it lacks.
            found[resource["urn"]] = "did not get ready"
        elif state not in _FINE:
            found[resource["urn"]] = _WORDS.get(state, f"has {state}")
    return found


def look(deployment: Mapping[str, Any], engine: Engine, stack: str) -> dict[str, str]:
    """`broken`, asked of the host; nothing where it does not answer: the program says so better."""
    try:
        return broken(deployment, engine.states(stack))
    except StopError:
        return {}


def lost(deployment: Mapping[str, Any], volumes: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The state's volumes that are not among those on the host, by URN.

    Where none of them is there, it is another host, and nothing is lost.
    """
    known = {
        resource["urn"]: resource
        for resource in deployment.get("resources") or []
        if resource.get("type") == VOLUME and resource.get("id") and not resource.get("delete")
    }
    gone = {urn: resource for urn, resource in known.items() if resource["id"] not in volumes}
    return gone if len(gone) < len(known) else {}


def meaning(volume: Mapping[str, Any]) -> str:
    """What it means for people that a volume of the state is lost."""
    if labelled(volume):
        return "it is made anew, empty; what was archived comes back with `make restore`"
    return _MEANINGS.get(volume["urn"].rsplit("::", 1)[-1], "what belongs in it is put there again")


def without_lost(deployment: Mapping[str, Any], urns: Collection[str]) -> dict[str, Any]:
    """The deployment without these volumes, and without the roles, databases and boards that were in them.

    The next run makes them, and deletes nothing. What commands put into a volume stays: they run again when its server
    is another one. Nothing may refer to what is not there; the next run writes down anew what depends on what.
    """
    resources = deployment.get("resources") or []
    inside = {
        one["urn"]
        for one in resources
        if one.get("type", "").startswith(IN_A_SERVER) and one.get("deletedWith") in urns
    }
    gone = {*urns, *inside}
    return {**deployment, "resources": [without_references(one, gone) for one in resources if one["urn"] not in gone]}


def trouble(engine: Engine, stack: str) -> dict[str, str]:
    """What containers said that did not get ready: Pulumi knows only that they did not."""
    try:
        found = engine.troubled(stack)
        free = engine.free_mib(stack)
    except StopError as error:
        return {engine.address: str(error)}
    if free is not None and free < FULL_MIB:
        found[f"disk of {engine.address}"] = f"no space left on device ({free} MiB free): make room there"
    return found
