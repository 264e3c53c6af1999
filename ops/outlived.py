"""Finds roles and databases that are there and have no place in the state any more.

A destroy takes them out of the state at once, because they go with their server's volume. If it is cut off then, or
stopped by an archive that cannot be written, the server lives on with them, and making them would only meet "already
exists". In: a preview, the state, the database server. Out: what of it the next run takes over rather than makes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ops.database_server import DatabaseServer
from ops.orphans import IN_SERVER, identity

VARIABLE = "MENTOR_OUTLIVED"
"""By which the program is told: ``role:ID`` and ``database:ID``, with a blank between; `mentor.config.outlived`."""


def known(resources: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The roles and databases among a state's or a preview's resources, as ``role:NAME`` and ``database:NAME``."""
    found = filter(None, map(identity, resources))
    return frozenset(f"{kind}:{name}" for kind, name in found if kind in IN_SERVER)


def find(preview: Mapping[str, Any], state: Callable[[], Mapping[str, Any]], server: DatabaseServer) -> frozenset[str]:
    """What of all that the preview would make is on the server, and not in the state, which is read if need be.

    Raises:
        StopError: when there is a server that does not say.
    """
    steps = [step for step in preview.get("steps") or [] if step.get("op") == "create"]
    wanted = known(step.get("newState") or {} for step in steps)
    if not wanted or not (wanted := wanted - known(state().get("resources") or [])) or not server.start():
        return frozenset()
    return wanted & server.holds()


def told(outlived: Iterable[str]) -> str:
    """Whose databases they are, for a person: ``s01, s02``; or whose roles, where there are only these."""
    names = [one.partition(":") for one in outlived]
    people = {name for kind, _, name in names if kind == "database"}
    return ", ".join(sorted(people or {name for _, _, name in names}))
