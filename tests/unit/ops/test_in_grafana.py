"""What a broken run left in Grafana: removed where it is the run's own, left to a person where it may be somebody's."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.in_grafana import clear, opened, pending, unrecorded
from tests.grafana_stub import AUTH, EDITORS_TOKEN, TOKEN, Grafana, served

PROVIDER = "urn:pulumi:dev::mentor::pulumi:providers:grafana::boards"
SECRET = "4dabf18193072939515e22adb298388d"
MODEL = {"uid": "mentor-class", "title": "Class", "schemaVersion": 41, "panels": []}
SOURCE = {"uid": "mentor-prometheus", "name": "Workshop", "type": "prometheus", "url": "http://prometheus:9090"}
HOOK = "https://hook.example.org/x"
INPUTS: dict[str, tuple[str, dict[str, Any]]] = {
    "folder": ("oss/folder:Folder", {"uid": "workshop-class", "title": "Class"}),
    "dashboard": ("oss/dashboard:Dashboard", {"configJson": json.dumps(MODEL), "folder": "workshop-class"}),
    "source": ("oss/dataSource:DataSource", SOURCE),
    "group": ("alerting/ruleGroup:RuleGroup",
              {"name": "Workshop", "folderUid": "workshop-class", "rules": [{"name": "Found"}]}),
    "contact": ("alerting/contactPoint:ContactPoint",
                {"name": "Workshop", "webhooks": [{"url": {SECRET: "x", "plaintext": json.dumps(HOOK)}}]}),
    "permission": ("oss/folderPermission:FolderPermission", {"folderUid": "workshop-class"}),
}  # fmt: skip


def resource(kind: str) -> dict[str, Any]:
    token, inputs = INPUTS[kind]
    return {"urn": f"urn::{kind}", "type": f"grafana:{token}", "inputs": inputs, "provider": f"{PROVIDER}::some-id"}


def state(url: str, *kinds: str, auth: str = AUTH, known: tuple[str, ...] = ()) -> dict[str, Any]:
    """A state in which a run was about to make these."""
    settings = {"url": url, "auth": {SECRET: "x", "plaintext": json.dumps(auth)}}
    return {
        "resources": [
            {"urn": PROVIDER, "type": "pulumi:providers:grafana", "id": "some-id", "inputs": settings},
            *map(resource, known),
        ],
        "pending_operations": [{"type": "creating", "resource": resource(kind)} for kind in kinds],
    }


@pytest.fixture
def held() -> Iterator[tuple[Grafana, str]]:
    """A Grafana in which all of it was made."""
    grafana = Grafana()
    grafana.make_folder(INPUTS["folder"][1])
    grafana.make_source(SOURCE | {"access": "proxy"})
    grafana.save_dashboard({"dashboard": MODEL, "folderUid": "workshop-class"})
    grafana.make_way({"name": "Workshop", "type": "webhook", "settings": {"url": HOOK}})
    rule = {
        "title": "Found", "condition": "A", "noDataState": "OK", "execErrState": "Error", "for": "0s",
        "data": [{"refId": "A", "datasourceUid": "mentor-prometheus", "model": {}}],
    }  # fmt: skip
    grafana.save_group({"title": "Workshop", "interval": 30, "rules": [rule]}, "workshop-class", "Workshop")
    with served(grafana) as url:
        yield grafana, url


@pytest.mark.parametrize("auth", [AUTH, TOKEN])
def test_all_that_the_run_was_about_to_make_goes_and_is_named(held: tuple[Grafana, str], auth: str) -> None:
    grafana, url = held
    lines = list(clear(state(url, *INPUTS, auth=auth)))
    assert (grafana.folders, grafana.sources, grafana.dashboards, grafana.groups, grafana.ways) == ({}, {}, {}, {}, {})
    assert lines == [
        f"contact point Workshop in Grafana at {url} removed, which no state knows",
        f"dashboard mentor-class in Grafana at {url} removed, which no state knows",
        f"data source mentor-prometheus in Grafana at {url} removed, which no state knows",
        f"rule group workshop-class/rule-groups/Workshop in Grafana at {url} removed, which no state knows",
        f"folder workshop-class in Grafana at {url} removed, which no state knows",
    ]
    assert list(clear(state(url, *INPUTS))) == []


def test_what_the_state_knows_or_nobody_was_about_to_make_stays(held: tuple[Grafana, str]) -> None:
    grafana, url = held
    assert list(clear(state(url, *INPUTS, known=tuple(INPUTS)))) == []
    assert list(clear(state(url))) == []
    deleting = state(url) | {"pending_operations": [{"type": "deleting", "resource": resource("source")}]}
    assert pending(deleting) == ()
    assert grafana.writes == []


@pytest.mark.parametrize("kind", [kind for kind in INPUTS if kind != "permission"])
def test_what_is_not_as_the_run_meant_it_is_left_to_a_person(held: tuple[Grafana, str], kind: str) -> None:
    """Another workshop's, or what somebody changed since."""
    grafana, url = held
    grafana.folders["workshop-class"]["title"] = "Mine"
    grafana.dashboards["mentor-class"]["dashboard"]["title"] = "Mine"
    grafana.sources["mentor-prometheus"]["url"] = "http://mine:9090"
    grafana.groups["workshop-class", "Workshop"]["rules"][0]["title"] = "Mine"
    (way,) = grafana.ways.values()
    way["settings"]["url"] = "https://mine.example.org"
    (line,) = clear(state(url, kind))
    assert "left alone" in line
    assert grafana.writes == []


def test_what_a_preview_would_make_in_a_grafana_that_the_state_knows_goes_as_well(held: tuple[Grafana, str]) -> None:
    grafana, url = held
    steps = [{"op": "create", "newState": resource(kind)} for kind in ("dashboard", "group", "contact", "permission")]
    steps += [{"op": "same", "newState": resource("folder")}, {"op": "delete", "oldState": resource("source")}]
    elsewhere = resource("folder") | {"provider": "urn::of-another-grafana::id"}
    preview = {"steps": [*steps, {"op": "create", "newState": elsewhere}]}
    assert len(list(clear(unrecorded(preview, state(url))))) == 2
    assert (grafana.dashboards, grafana.groups) == ({}, {})
    assert all((grafana.folders, grafana.sources, grafana.ways))
    assert pending(unrecorded(preview, {})) == ()  # nothing is up: no Grafana is asked
    assert pending(unrecorded({}, state(url, *INPUTS))) == ()


def test_a_folder_with_somebodys_board_in_it_stays(held: tuple[Grafana, str]) -> None:
    grafana, url = held
    (line,) = clear(state(url, "folder"))
    assert "left alone" in line
    assert "workshop-class" in grafana.folders


@pytest.mark.parametrize("auth", ["admin:wrong-canary", EDITORS_TOKEN])
def test_a_grafana_that_lets_nobody_in_stops_nothing_and_tells_no_secret(held: tuple[Grafana, str], auth: str) -> None:
    grafana, url = held
    (line,) = clear(state(url, "source", auth=auth))
    assert "cannot be looked for" in line
    assert "canary" not in line
    assert "mentor-prometheus" in grafana.sources


def test_a_grafana_that_is_not_there_stops_nothing() -> None:
    lines = list(clear(state("http://127.0.0.1:1", "source", "folder")))
    assert ["delete it there" in line for line in lines] == [True, True]


def test_a_secret_is_one_by_its_mark_alone() -> None:
    plain = {"plaintext": "x", "inner": [{SECRET: "x", "plaintext": '{"a": 1}'}]}
    assert opened(plain) == {"plaintext": "x", "inner": [{"a": 1}]}
