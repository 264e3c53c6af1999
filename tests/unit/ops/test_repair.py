"""Which containers `make up` makes anew."""

from typing import Any

import pytest

from ops.repair import broken, lost, meaning, without_lost

URN = "urn:pulumi:dev::mentor::mentor:index:Seat$docker:index/container:Container::s01-machine"


def container(**more: Any) -> dict[str, Any]:
    return {"urn": URN, "type": "docker:index/container:Container", "id": "abc", **more}


@pytest.mark.parametrize(
    ("state", "what"), [("created", "was never started"), ("exited", "has exited"), ("dead", "is dead")]
)
def test_a_container_that_does_not_run_is_broken(state: str, what: str) -> None:
    assert broken({"resources": [container()]}, {"abc": state}) == {URN: what}


def test_a_container_that_is_gone_is_broken() -> None:
    assert broken({"resources": [container()]}, {}) == {URN: "is gone"}


def test_a_container_that_runs_without_all_that_it_was_to_get_is_broken() -> None:
    found = broken({"resources": [container(initErrors=["no space left on device"])]}, {"abc": "running"})
    assert found == {URN: "did not get ready"}


@pytest.mark.parametrize("state", ["running", "restarting", "paused"])
def test_a_container_that_runs_is_left_alone(state: str) -> None:
    assert broken({"resources": [container()]}, {"abc": state}) == {}


@pytest.mark.parametrize(
    "resource",
    [container(delete=True), container(id=""), {"urn": "x", "type": "docker:index/volume:Volume", "id": "home"}],
)
def test_what_is_being_deleted_is_not_there_yet_or_is_no_container_does_not_count(resource: dict[str, Any]) -> None:
    assert broken({"resources": [resource]}, {}) == {}


def test_an_empty_state_has_nothing_broken() -> None:
    assert broken({}, {"abc": "exited"}) == {}


HOME = {"urn": "home", "type": "docker:index/volume:Volume", "id": "mentor-dev-seat-s01-home"}
DATA = {"urn": "data", "type": "docker:index/volume:Volume", "id": "mentor-dev-postgres"}
ROLE = {"urn": "role", "type": "postgresql:index/role:Role", "id": "s01", "deletedWith": "data"}
TEMPLATE = {
    "urn": "template",
    "type": "command:local:Command",
    "id": "x",
    "deletedWith": "data",
    "dependencies": ["home", "data"],
    "propertyDependencies": {"environment": ["data"], "triggers": ["home", "role"], "create": None},
}
STATE = {"version": 3, "resources": [HOME, DATA, ROLE, TEMPLATE]}


def test_a_volume_that_is_not_on_the_host_is_lost() -> None:
    assert lost(STATE, {"mentor-dev-seat-s01-home", "somebody-elses"}) == {"data": "mentor-dev-postgres"}
    assert lost(STATE, {"mentor-dev-seat-s01-home", "mentor-dev-postgres"}) == {}
    assert lost({"resources": [HOME | {"delete": True}, DATA]}, {"mentor-dev-postgres"}) == {}
    assert lost({}, set()) == {}


def test_a_host_that_has_none_of_the_volumes_is_another_host() -> None:
    assert lost(STATE, {"somebody-elses"}) == {}


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        ("mentor-dev-directory", "first password"),
        ("mentor-dev-postgres", "make restore"),
        ("mentor-dev-seat-s01-home", "make restore"),
        ("mentor-dev-registry", "put there again"),
    ],
)
def test_what_a_lost_volume_means_is_said(volume: str, words: str) -> None:
    assert words in meaning(volume)


def test_what_was_in_a_lost_volume_goes_from_the_state_with_it_and_nothing_refers_to_it() -> None:
    left = without_lost(STATE, {"data"})
    assert left["version"] == 3
    home, template = left["resources"]
    assert home == HOME
    assert template == {
        "urn": "template",
        "type": "command:local:Command",
        "id": "x",
        "dependencies": ["home"],
        "propertyDependencies": {"environment": [], "triggers": ["home"], "create": []},
    }


def test_the_state_of_a_lost_home_keeps_the_database() -> None:
    assert [one["urn"] for one in without_lost(STATE, {"home"})["resources"]] == ["data", "role", "template"]
