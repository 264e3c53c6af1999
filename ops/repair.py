"""Finds containers that only making anew repairs: a run stopped half-way, a full disk, somebody's `docker rm`.

In: the state, what runs on the Docker host. Out: URNs for ``--replace``, each with what is wrong. What a person made is
in volumes and databases, which no container's replacement touches.
"""

from collections.abc import Mapping
from typing import Any

from ops.console import StopError
from ops.engine import Engine

CONTAINER = "docker:index/container:Container"
FULL_MIB = 64
_FINE = frozenset({"running", "restarting", "paused"})
_WORDS = {None: "is gone", "created": "was never started", "dead": "is dead", "removing": "is being removed"}


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
