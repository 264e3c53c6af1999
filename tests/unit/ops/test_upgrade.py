"""A state of an earlier version, put into the form of this one."""

from typing import Any

import pytest

from mentor.components.joins import DISCONNECT
from ops.references import needs
from ops.upgrade import has_old_joins, joins_in_one

BEFORE = "urn:pulumi:dev::mentor::"
JOIN = f"{BEFORE}mentor:index:Joins$command:local:Command::"
SERVICES = ("spyglass", "postgres", "registry")
OLD_DELETE = 'docker network disconnect -f "$NETWORK" "$SERVICE" 2>&1 || true'


def network(person: str) -> str:
    return f"{BEFORE}mentor:index:Seats$mentor:index:Seat$docker:index/network:Network::{person}-network"


def container(name: str) -> str:
    return f"{BEFORE}mentor:index:Portal$docker:index/container:Container::{name}"


def join(person: str, service: str) -> dict[str, Any]:
    """One of three, as the version before wrote it."""
    environment = {"ALIAS": service, "SERVICE": f"{service}-id", "NETWORK": f"{person}-net", "STUDENT": person,
                   "DOCKER_HOST": "unix:///run/docker.sock"}  # fmt: skip
    needed = [network(person), container(service)]
    if service == "spyglass":
        environment |= {"SEAT": f"{person}-seat", "HOST": f"mentor-dev-seat-{person}", "PROCESSES": "2000"}
        needed.append(container(f"{person}-machine"))
    inputs = {
        "create": "exec bash join.sh",
        "delete": OLD_DELETE,
        "environment": environment,
        "triggers": [f"{service}-id", f"{person}-net"],
    }
    return {
        "urn": f"{JOIN}{person}-joins-{service}",
        "custom": True,
        "type": "command:local:Command",
        "id": f"{person}-{service}-x",
        "inputs": inputs,
        "outputs": inputs | {"stdout": "", "stderr": ""},
        "parent": f"{BEFORE}mentor:index:Joins::joins",
        "dependencies": needed,
        "propertyDependencies": {"create": [], "environment": needed, "triggers": needed},
    }


def others(*people: str) -> list[dict[str, Any]]:
    return [{"urn": urn} for person in people for urn in (network(person), container(f"{person}-machine"))] + [
        {"urn": container(service)} for service in SERVICES
    ]


def test_three_joins_of_a_person_become_one_that_parts_all_that_they_joined() -> None:
    state = {"resources": [*others("s01"), *(join("s01", service) for service in SERVICES)], "manifest": {"time": "x"}}
    assert has_old_joins(state)
    found = joins_in_one(state)
    assert found["manifest"] == {"time": "x"}
    *rest, one = found["resources"]
    assert rest == others("s01")
    assert (one["urn"], one["parent"]) == (f"{JOIN}s01-joins", f"{BEFORE}mentor:index:Joins::joins")
    for values in (one["inputs"], one["outputs"]):
        assert values["delete"] == DISCONNECT
        assert values["triggers"] == ["s01-net"]
        assert values["environment"] == {
            "DOCKER_HOST": "unix:///run/docker.sock", "NETWORK": "s01-net", "STUDENT": "s01", "SEAT": "s01-seat",
            "HOST": "mentor-dev-seat-s01", "PROCESSES": "2000", "SPYGLASS": "spyglass-id", "POSTGRES": "postgres-id",
            "REGISTRY": "registry-id",
        }  # fmt: skip
    assert needs(one) == {one["parent"], network("s01"), *map(container, (*SERVICES, "s01-machine"))}
    assert one["propertyDependencies"]["triggers"] == [network("s01")]
    assert not has_old_joins(found)


@pytest.mark.parametrize("there", [("spyglass",), ("postgres", "registry"), ("registry", "spyglass", "postgres")])
def test_it_stands_behind_all_that_it_needs_also_where_a_run_made_only_some(there: tuple[str, ...]) -> None:
    """Pulumi refuses a state in which something stands before what it depends on."""
    mixed: list[dict[str, Any]] = [{"urn": network("s02")}, {"urn": network("s10")}]
    for service in there:
        mixed += [{"urn": container(service)}, {"urn": container("s10-machine")}, join("s10", service)]
    mixed.append({"urn": network("s99")})
    found = joins_in_one({"resources": mixed})["resources"]
    names = [one["urn"] for one in found]
    (one,) = [each for each in found if each["urn"] == f"{JOIN}s10-joins"]
    assert all(names.index(urn) < names.index(one["urn"]) for urn in needs(one) - {one["parent"]})
    assert {key for key in one["inputs"]["environment"] if key.lower() in SERVICES} == {name.upper() for name in there}
    assert len(found) == len(mixed) - len(there) + 1


def test_what_has_todays_form_or_is_being_deleted_is_left_alone() -> None:
    gone = join("s01", "spyglass") | {"delete": True}
    state = {"resources": [*others("s01"), {"urn": f"{JOIN}s01-joins"}, {"urn": f"{JOIN}joins-postgres-joins"}, gone]}
    assert not has_old_joins(state)
    assert joins_in_one(state) == state
    assert joins_in_one({}) == {"resources": []}
