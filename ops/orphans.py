"""Decides what a broken run left behind and may be removed.

In: the state (``pulumi stack export``), what carries the stack's label on the host, and since when the broken run ran.
Out: what to remove, what to leave to a person. Pure; volumes are never among either.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ops.engine import Found
from ops.references import needs

KINDS = {
    "docker:index/container:Container": "container",
    "docker:index/network:Network": "network",
    "postgresql:index/role:Role": "role",
    "postgresql:index/database:Database": "database",
}
IN_SERVER = frozenset({"role", "database"})
"""Of these, what is in the database server."""
_DELETED = KINDS | {"docker:index/volume:Volume": "volume", "command:local:Command": "command"}


@dataclass(frozen=True, kw_only=True)
class Going:
    """Something that the broken run was deleting: it may be gone already. A command has its stored ``script``."""

    urn: str
    kind: str
    id: str
    name: str
    script: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> "Going | None":
        """One resource of a pending operation, if it is of a kind that can be looked up or finished."""
        kind = _DELETED.get(resource.get("type", ""))
        inputs = resource.get("inputs") or {}
        environment = inputs.get("environment") or {}
        script = inputs.get("delete")
        if kind is None or not all(isinstance(value, str) for value in environment.values()):
            return None
        name = str(inputs.get("name") or resource["urn"].rsplit("::", 1)[-1])
        return cls(
            urn=resource["urn"],
            kind=kind,
            id=str(resource.get("id", "")),
            name=name,
            script=script if isinstance(script, str) else None,
            environment=environment,
        )


@dataclass(frozen=True, kw_only=True)
class State:
    """What matters of a deployment."""

    ids: frozenset[str]
    names: frozenset[tuple[str, str]]
    pending: tuple[tuple[str, str], ...]
    going: tuple[Going, ...]
    unfinished: int
    resources: int

    @classmethod
    def of(cls, deployment: Mapping[str, Any]) -> "State":
        """Read a deployment."""
        resources = deployment.get("resources") or []
        operations = deployment.get("pending_operations") or []
        creating = [operation["resource"] for operation in operations if operation.get("type") == "creating"]
        deleting = [operation["resource"] for operation in operations if operation.get("type") == "deleting"]
        return cls(
            ids=frozenset(resource["id"] for resource in resources if resource.get("id")),
            names=frozenset(filter(None, (identity(resource) for resource in resources if resource.get("id")))),
            pending=tuple(sorted(filter(None, (identity(resource) for resource in creating)))),
            going=tuple(filter(None, (Going.of(resource) for resource in deleting))),
            unfinished=len(operations),
            resources=len(resources),
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What to do with the stack's things on the host that the state does not know."""

    remove: tuple[Found, ...]
    report: tuple[Found, ...]


def judge(state: State, found: Iterable[Found], *, since: datetime | None = None) -> Verdict:
    """Sort out what the state does not know.

    Something is this stack's own leftover if the broken run was about to make it, if it was made since that run began,
    or if other things here belong to this state. A state that owns nothing here may be a second operator's, with the
    same stack name: then nothing is removed unasked.
    """
    things = [thing for thing in found if thing.kind in {"container", "network"}]
    ours = any(thing.id in state.ids for thing in things)
    remove: list[Found] = []
    report: list[Found] = []
    for thing in things:
        if thing.id in state.ids:
            continue
        pending = (thing.kind, thing.name) in state.pending
        recent = since is not None and thing.created is not None and thing.created >= since
        (remove if ours or pending or recent else report).append(thing)
    return Verdict(remove=tuple(sorted(remove)), report=tuple(sorted(report)))


def server_side(state: State) -> tuple[tuple[str, str], ...]:
    """The roles and databases that the broken run was about to make and the state lacks: databases first."""
    wanted = [one for one in state.pending if one[0] in IN_SERVER and one not in state.names]
    return tuple(sorted(wanted))


def without(deployment: Mapping[str, Any], urns: Collection[str]) -> dict[str, Any]:
    """The deployment without unfinished operations, and without those of their resources that are gone.

    What was deleted to be replaced may still be depended on; it stays, marked as the engine marks it: gone, to be made
    anew.
    """
    kept = {key: value for key, value in deployment.items() if key != "pending_operations"}
    deleting = [
        operation["resource"]
        for operation in deployment.get("pending_operations") or []
        if operation.get("type") == "deleting" and operation["resource"]["urn"] in urns
    ]
    gone = {(resource["urn"], resource.get("id")) for resource in deleting}
    resources = deployment.get("resources") or []
    needed = {urn for one in resources if (one["urn"], one.get("id")) not in gone for urn in needs(one)}
    kept["resources"] = []
    for resource in resources:
        if (resource["urn"], resource.get("id")) not in gone:
            kept["resources"].append(resource)
        elif resource["urn"] in needed:
            kept["resources"].append({**resource, "pendingReplacement": True})
    return kept


def identity(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """The kind and the name of a resource, if it is of a kind that this module knows."""
    kind = KINDS.get(resource.get("type", ""))
    name = (resource.get("inputs") or {}).get("name")
    return (kind, name) if kind and isinstance(name, str) else None
