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


def volume(name: str, on_the_host: str, person: str | None = None) -> dict[str, Any]:
    """A volume as the state has it, with the labels that the program gives it."""
    labels = [{"label": "mentor.stack", "value": "dev"}]
    labels += [{"label": "mentor.student", "value": person}] if person else []
    urn = f"urn:pulumi:dev::mentor::docker:index/volume:Volume::{name}"
    return {"urn": urn, "type": "docker:index/volume:Volume", "id": on_the_host, "inputs": {"labels": labels}}


HOME = volume("s01-home", "mentor-dev-seat-s01-home", "s01")
DATA = volume("database-data", "mentor-dev-postgres")
ROLE = {"urn": "role", "type": "postgresql:index/role:Role", "id": "s01", "deletedWith": DATA["urn"]}
TEMPLATE = {
    "urn": "template",
    "type": "command:local:Command",
    "id": "x",
    "deletedWith": DATA["urn"],
    "dependencies": [HOME["urn"], DATA["urn"]],
}
STATE = {"version": 3, "resources": [HOME, DATA, ROLE, TEMPLATE]}


def test_a_volume_that_is_not_on_the_host_is_lost() -> None:
    assert lost(STATE, {"mentor-dev-seat-s01-home", "somebody-elses"}) == {DATA["urn"]: DATA}
    assert lost(STATE, {"mentor-dev-seat-s01-home", "mentor-dev-postgres"}) == {}
    assert lost({"resources": [HOME | {"delete": True}, DATA]}, {"mentor-dev-postgres"}) == {}
    assert lost({}, set()) == {}


def test_a_host_that_has_none_of_the_volumes_is_another_host() -> None:
    assert lost(STATE, {"somebody-elses"}) == {}


@pytest.mark.parametrize(
    ("lost_one", "words"),
    [
        (volume("directory-data", "mentor-dev-directory"), "first password"),
        (volume("database-data", "mentor-dev-postgres"), "all databases"),
        (HOME, "empty; what was archived comes back with `make restore`"),
        (volume("registry-data", "mentor-dev-registry"), "put there again"),
        # Names on the host begin with the stack's, which may be any.
        (volume("course", "mentor-a-seat-b-course"), "put there again"),
        (volume("directory-engine", "mentor-dev-seat-directory-engine", "directory"), "empty"),
    ],
)
def test_what_a_lost_volume_means_is_said(lost_one: dict[str, Any], words: str) -> None:
    assert words in meaning(lost_one)


def test_what_was_in_a_lost_volume_goes_from_the_state_with_it_and_nothing_refers_to_it() -> None:
    left = without_lost(STATE, {DATA["urn"]})
    assert left["version"] == 3
    home, template = left["resources"]
    assert home == HOME
    assert template == {"urn": "template", "type": "command:local:Command", "id": "x", "dependencies": [HOME["urn"]]}


def test_boards_go_with_the_volume_that_they_were_in_and_those_elsewhere_stay() -> None:
    volume = {"urn": "boards-data", "type": "docker:index/volume:Volume", "id": "mentor-dev-grafana"}
    ours = {"urn": "ours", "type": "grafana:oss/folder:Folder", "id": "1:a", "deletedWith": volume["urn"]}
    elsewhere = {"urn": "elsewhere", "type": "grafana:oss/folder:Folder", "id": "1:b"}
    left = without_lost({"resources": [HOME, volume, ours, elsewhere]}, {volume["urn"]})
    assert left["resources"] == [HOME, elsewhere]
    assert "added to them by hand is lost" in meaning(volume | {"urn": "urn:pulumi:dev::mentor::x::grafana-data"})


def test_the_state_of_a_lost_home_keeps_the_database() -> None:
    assert [one["id"] for one in without_lost(STATE, {HOME["urn"]})["resources"]] == ["mentor-dev-postgres", "s01", "x"]
