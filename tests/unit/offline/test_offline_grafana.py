"""The grafana stand-in against a double of Grafana that checks what it is sent."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from offline.standins.grafana_dashboard import own
from offline.standins.grafana_plugin import plugin
from offline.standins.grafana_rule_group import duration
from offline.standins.properties import defaults
from offline.standins.resource import Call, Failed, Plugin
from offline.standins.values import Values
from tests.grafana_stub import AUTH, EDITORS_TOKEN, TOKEN, Grafana, served

FOLDER, PERMISSION = "grafana:oss/folder:Folder", "grafana:oss/folderPermission:FolderPermission"
BOARD, SOURCE = "grafana:oss/dashboard:Dashboard", "grafana:oss/dataSource:DataSource"
RULES, CONTACT = "grafana:alerting/ruleGroup:RuleGroup", "grafana:alerting/contactPoint:ContactPoint"
MODEL: Values = {
    "uid": "one",
    "title": "One",
    "schemaVersion": 41,
    "panels": [
        {
            "id": 7,
            "type": "stat",
            "title": "<b>&",
            "gridPos": {"x": 0, "y": 0, "w": 4, "h": 4},
            "targets": [{"datasource": {"uid": "prometheus"}, "expr": "up", "refId": "A"}],
        }
    ],
}
QUERY: Values = {
    "refId": "A",
    "datasourceUid": "prometheus",
    "relativeTimeRange": {"from": 60, "to": 0},
    "model": '{"expr": "up == 0"}',
}
TOLD: Values = {"notificationSettings": {"contactPoint": "Workshop"}}
RULE: Values = {"name": "Down", "condition": "A", "for": "1m30s", "datas": [QUERY]} | TOLD
HOOK: Values = {"url": "https://hook.example.org/x?y=z"}
INPUTS: dict[str, Values] = {
    FOLDER: {"title": "Class", "uid": "class"},
    SOURCE: {
        "name": "Workshop",
        "type": "prometheus",
        "uid": "prometheus",
        "url": "http://prometheus:9090",
        "jsonDataEncoded": '{"timeInterval": "3s", "httpMethod": "POST"}',
    },
    PERMISSION: {"folderUid": "class", "permissions": [{"role": "Editor", "permission": "Edit"}]},
    BOARD: {"folder": "class", "configJson": json.dumps(MODEL)},
    CONTACT: {"name": "Workshop", "webhooks": [HOOK]},
    RULES: {"name": "Workshop", "folderUid": "class", "intervalSeconds": 30, "rules": [RULE]},
}


def connected(url: str, auth: str = AUTH, **settings: object) -> Plugin:
    made = plugin()
    made.configure({"url": url, "auth": auth, "retries": 0} | settings)
    return made


@pytest.fixture
def held() -> Iterator[tuple[Grafana, Plugin]]:
    grafana = Grafana()
    with served(grafana) as url:
        yield grafana, connected(url)


def given(made: Plugin, token: str, **more: Any) -> Values:
    return defaults(made.resources[token].table) | INPUTS[token] | more


def everything(made: Plugin, call: Call) -> dict[str, tuple[str, Values]]:
    return {token: made.resources[token].create(given(made, token), call) for token in INPUTS}


def test_what_was_made_is_read_back_without_a_difference(held: tuple[Grafana, Plugin], call: Call) -> None:
    grafana, made = held
    for token, (resource_id, state) in everything(made, call).items():
        adapter, inputs = made.resources[token], given(made, token)
        assert adapter.complaints(inputs) == []
        assert not adapter.diff(state, inputs, inputs, ()), token
        read = adapter.read(resource_id, state)
        assert read is not None
        assert not adapter.diff(read, inputs, inputs, ()), token
        assert set(read) >= set(adapter.outputs), token
    assert grafana.refusals == []


CHANGES: list[tuple[str, Values, bool]] = [
    (FOLDER, {"title": "Other"}, False),
    (FOLDER, {"uid": "other"}, True),
    (SOURCE, {"url": "http://other:9090"}, False),
    (SOURCE, {"uid": "other"}, True),
    (SOURCE, {"jsonDataEncoded": '{"httpMethod": "GET"}'}, False),
    (PERMISSION, {"permissions": []}, False),
    (PERMISSION, {"folderUid": "other"}, True),
    (BOARD, {"folder": "other"}, False),
    (BOARD, {"configJson": json.dumps(MODEL | {"title": "Other"})}, False),
    (BOARD, {"configJson": json.dumps(MODEL | {"uid": "other"})}, True),
    (RULES, {"intervalSeconds": 60}, False),
    (RULES, {"rules": [RULE | {"for": "2m"}]}, False),
    (RULES, {"folderUid": "other"}, True),
    (RULES, {"rules": [{name: RULE[name] for name in RULE if name not in TOLD}]}, False),
    (CONTACT, {"name": "Other"}, True),
    (CONTACT, {"webhooks": [{"url": "http://other.example.org"}]}, False),
    (CONTACT, {"webhooks": [HOOK, {"url": "http://other.example.org"}]}, False),
]


@pytest.mark.parametrize(("token", "change", "replaces"), CHANGES)
def test_what_can_change_in_place(
    held: tuple[Grafana, Plugin], call: Call, token: str, change: Values, replaces: bool
) -> None:
    made = held[1]
    state = everything(made, call)[token][1]
    found = made.resources[token].diff(state, given(made, token), given(made, token, **change), ())
    assert {name: kind.endswith("_REPLACE") for name, kind in found.items()} == dict.fromkeys(change, replaces)


@pytest.mark.parametrize(("token", "change"), [(token, change) for token, change, replaces in CHANGES if not replaces])
def test_a_change_in_place_ends_the_difference(
    held: tuple[Grafana, Plugin], call: Call, token: str, change: Values
) -> None:
    grafana, made = held
    made.resources[FOLDER].create(given(made, FOLDER, uid="other"), call)
    resource_id, state = everything(made, call)[token]
    adapter, inputs = made.resources[token], given(made, token, **change)
    state = adapter.update(resource_id, state, inputs, call)
    assert not adapter.diff(state, inputs, inputs, ())
    read = adapter.read(resource_id, state)
    assert read is not None
    assert not adapter.diff(read, inputs, inputs, ())
    assert grafana.refusals == []


def test_what_somebody_changed_by_hand_is_seen(held: tuple[Grafana, Plugin], call: Call) -> None:
    grafana, made = held
    made_things = everything(made, call)
    grafana.folders["class"]["title"] = "Mine"
    grafana.sources["prometheus"]["url"] = "http://elsewhere"
    grafana.permissions["class"].append({"userId": 7, "permission": "View", "isManaged": True, "isInherited": False})
    grafana.dashboards["one"]["dashboard"]["title"] = "Mine"
    grafana.groups["class", "Workshop"]["rules"][0]["isPaused"] = True
    (way,) = grafana.ways.values()
    way["settings"]["url"] = "https://elsewhere"
    for token, (resource_id, state) in made_things.items():
        read = made.resources[token].read(resource_id, state)
        assert read is not None
        assert made.resources[token].diff(read, given(made, token), given(made, token), ()), token


def test_what_is_gone_is_none_and_removing_it_again_is_fine(held: tuple[Grafana, Plugin], call: Call) -> None:
    grafana, made = held
    for token, (resource_id, state) in reversed(everything(made, call).items()):
        made.resources[token].delete(resource_id, state, call)
        if token != PERMISSION:
            assert made.resources[token].read(resource_id, state) is None
        made.resources[token].delete(resource_id, state, call)
    assert (grafana.folders, grafana.dashboards, grafana.sources, grafana.groups) == ({}, {}, {}, {})
    assert grafana.ways == {}
    assert grafana.refusals == []


def test_a_contact_point_becomes_another_way_of_sending_without_a_moment_of_none(
    held: tuple[Grafana, Plugin], call: Call
) -> None:
    grafana, made = held
    resource_id, state = everything(made, call)[CONTACT]
    mail = {"name": "Workshop", "emails": [{"addresses": ["a@example.org", "b@example.org"]}]}
    adapter = made.resources[CONTACT]
    inputs = defaults(adapter.table) | mail
    assert set(adapter.diff(state, given(made, CONTACT), inputs, ())) == {"emails", "webhooks"}
    state = adapter.update(resource_id, state, inputs, call)
    assert not adapter.diff(state, inputs, inputs, ())
    (way,) = grafana.ways.values()
    assert (way["type"], way["settings"]) == ("email", {"addresses": "a@example.org;b@example.org"})
    # A rule names it all the while.
    assert grafana.refusals == []


def test_a_contact_point_that_a_rule_names_is_not_taken_away(held: tuple[Grafana, Plugin], call: Call) -> None:
    _, made = held
    resource_id, state = everything(made, call)[CONTACT]
    with pytest.raises(Failed, match="contact point is in use by a rule"):
        made.resources[CONTACT].delete(resource_id, state, call)
    rule = RULE | {"name": "x", "notificationSettings": {"contactPoint": "Nobody"}}
    with pytest.raises(Failed, match="receiver Nobody does not exist"):
        made.resources[RULES].create(given(made, RULES, name="Other", rules=[rule]), call)


def test_a_secret_is_told_once_and_never_read_back(held: tuple[Grafana, Plugin], call: Call) -> None:
    grafana, made = held
    source, certificate = made.resources[SOURCE], "-----BEGIN CERTIFICATE-----"
    inputs = given(
        made, SOURCE, name="SQL", uid="sql", type="grafana-postgresql-datasource", url="postgres:5432", username="who",
        jsonDataEncoded=json.dumps(
            {"database": "monitor", "sslmode": "verify-full", "tlsConfigurationMethod": "file-content"}
        ),
        secureJsonDataEncoded=json.dumps({"password": "hush", "tlsCACert": certificate}),
    )  # fmt: skip
    resource_id, state = source.create(inputs, call)
    assert grafana.secrets["sql"] == {"password": "hush", "tlsCACert": certificate}
    assert "hush" not in str(grafana.sources)
    read = source.read(resource_id, state)
    assert read is not None
    assert not source.diff(read, inputs, inputs, ())
    assert source.diff(read, inputs, inputs | {"secureJsonDataEncoded": '{"password": "x"}'}, ())
    assert source.secrets(set()) == {"secureJsonDataEncoded"}


def test_permissions_are_exactly_those_named_and_gone_with_the_resource(
    held: tuple[Grafana, Plugin], call: Call
) -> None:
    grafana, made = held
    resource_id, state = everything(made, call)[PERMISSION]
    assert grafana.managed("class") == {"Editor": "Edit"}
    made.resources[PERMISSION].delete(resource_id, state, call)
    assert grafana.managed("class") == {}


def test_a_default_ends_only_when_another_one_becomes_it(held: tuple[Grafana, Plugin], call: Call) -> None:
    _, made = held
    source = made.resources[SOURCE]
    _, state = source.create(given(made, SOURCE, isDefault=True), call)
    assert state["isDefault"]
    assert not source.diff(state, given(made, SOURCE), given(made, SOURCE, isDefault=False), ())


@pytest.mark.parametrize(
    ("token", "wrong", "named"),
    [
        (FOLDER, {"uid": "a b"}, "uid"),
        (FOLDER, {"parentFolderUid": "x"}, "parentFolderUid"),
        (BOARD, {"configJson": "{"}, "configJson"),
        (SOURCE, {"jsonDataEncoded": "no"}, "jsonDataEncoded"),
        (SOURCE, {"jsonDataEncoded": '{"httpHeaderName1": "x"}'}, "jsonDataEncoded"),
        (SOURCE, {"secureJsonDataEncoded": '{"httpHeaderValue1": "x"}'}, "secureJsonDataEncoded"),
        (CONTACT, {"webhooks": []}, "emails"),
        (CONTACT, {"webhooks": [{"url": "http://x", "httpMethod": "PUT"}]}, "webhooks[0].httpMethod"),
        (PERMISSION, {"permissions": [{"role": "Owner", "permission": "Edit"}]}, "permissions[0].role"),
        (RULES, {"rules": [RULE | {"isPaused": True}]}, "rules[0].isPaused"),
    ],
)
def test_what_is_refused_before_anything_is_sent(
    held: tuple[Grafana, Plugin], token: str, wrong: Values, named: str
) -> None:
    grafana, made = held
    assert [name for name, _ in made.resources[token].complaints(given(made, token, **wrong))] == [named]
    assert grafana.writes == []


def test_what_grafana_refuses_is_said_in_its_words(held: tuple[Grafana, Plugin], call: Call) -> None:
    _, made = held
    everything(made, call)
    with pytest.raises(Failed, match="data source with the same name already exists"):
        made.resources[SOURCE].create(given(made, SOURCE, uid="other"), call)
    with pytest.raises(Failed, match="folder not found"):
        made.resources[BOARD].create(given(made, BOARD, folder="nowhere"), call)
    with pytest.raises(Failed, match='rule group with name "Workshop" already exists'):
        made.resources[RULES].create(given(made, RULES), call)


def test_a_token_signs_in_too_and_one_of_too_little_right_is_named(call: Call) -> None:
    grafana = Grafana()
    with served(grafana) as url:
        everything(connected(url, TOKEN), call)
        editor = connected(url, EDITORS_TOKEN)
        with pytest.raises(Failed, match="additional permissions"):
            editor.resources[PERMISSION].create(given(editor, PERMISSION, permissions=[]), call)
        stranger = connected(url, "admin:wrong")
        with pytest.raises(Failed, match="Invalid username or password") as caught:
            stranger.resources[FOLDER].create(given(stranger, FOLDER, uid="new"), call)
    assert "admin:wrong" not in str(caught.value)


def test_without_an_address_it_says_what_to_set(call: Call) -> None:
    with pytest.raises(Failed, match="set url and auth"):
        plugin().resources[FOLDER].create(INPUTS[FOLDER], call)


def test_only_what_may_pass_is_tried_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = [503, 429, 200]
    waited: list[float] = []
    grafana = Grafana()
    genuine = grafana.answer

    def answer(*asked: Any) -> tuple[int, Any]:
        status = statuses.pop(0) if statuses else 200
        return genuine(*asked) if status == 200 else (status, {"message": "later"})

    monkeypatch.setattr(grafana, "answer", answer)
    monkeypatch.setattr("time.sleep", waited.append)
    with served(grafana) as url:
        made = connected(url, retries=2, retryWait=2)
        made.resources[FOLDER].create(given(made, FOLDER), call)
        assert waited == [2, 2]
        with pytest.raises(Failed, match="already exists"):
            made.resources[FOLDER].create(given(made, FOLDER), call)
        assert waited == [2, 2]


def test_an_authority_that_is_no_certificate_is_said(call: Call) -> None:
    with pytest.raises(Failed, match="caCert is no certificate"):
        connected("https://127.0.0.1:1", caCert="nonsense").resources[FOLDER].create(INPUTS[FOLDER], call)


def test_a_certificate_is_an_authority_for_itself(tmp_path: Path, call: Call) -> None:
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    command = [*make.split(), "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "crt")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    made = connected("https://127.0.0.1:1", caCert=(tmp_path / "crt").read_text())
    # It gets as far as the connection, which nobody answers.
    with pytest.raises(Failed, match="refused"):
        made.resources[FOLDER].create(INPUTS[FOLDER], call)


def test_a_model_is_compared_without_what_grafana_adds() -> None:
    mine = {"title": "x", "panels": [{"type": "stat"}]}
    theirs = {"title": "x", "id": 7, "version": 3, "panels": [{"id": 1, "type": "stat"}]}
    assert own(mine) == own(theirs)


@pytest.mark.parametrize(("text", "seconds"), [("1m30s", "90s"), ("90s", "90s"), ("1h", "3600s"), ("0s", "0s")])
def test_two_ways_to_write_a_length_of_time_are_one(text: str, seconds: str) -> None:
    assert duration(text) == seconds
