"""What keeps a workshop's boards apart from others' in one Grafana, whom it tells, and who may ask in SQL."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mentor.components.alerting import FIRING
from offline.standins.values import decode, encode
from tests.graph.conftest import Declared, Graph

Declare = Callable[..., Graph]
GIVEN = {"url": "https://grafana.example.org", "auth": "canary-token", "prometheusUrl": "http://192.0.2.7:9090"}
HOOK = "https://hook.example.org/canary?token=x"


def inside(graph: Graph) -> list[Declared]:
    return [each for each in graph if each.type.startswith("grafana:")]


def opened(each: Declared) -> tuple[dict[str, Any], set[str]]:
    """A resource's inputs, secrets laid open; and the names of those that are secret."""
    return decode(encode(each.inputs))


def names(graph: Graph) -> set[tuple[str, str]]:
    """Everything in Grafana by what Grafana knows it by: uids, and names that are there once."""
    found = set()
    for each in inside(graph):
        kind, inputs = each.type.rpartition(":")[2], each.inputs
        if kind == "Dashboard":
            found.add(("dashboard uid", json.loads(inputs["configJson"])["uid"]))
        for key in {"DataSource": ("uid", "name"), "Folder": ("uid", "title"), "ContactPoint": ("name",),
                    "RuleGroup": ("name",)}.get(kind, ()):  # fmt: skip
            found.add((f"{kind} {key}", inputs[key]))
        if kind == "RuleGroup":
            found |= {("rule", rule["name"]) for rule in inputs["rules"]}
    return found


@pytest.mark.parametrize("stack", ["dev", "a-stack-whose-name-is-as-long-as-can-be"])
def test_two_workshops_in_one_grafana_share_nothing(declare: Declare, stack: str) -> None:
    given: dict[str, Any] = {
        "grafana": GIVEN | {"contact": HOOK}, "visibility": "names", "secrets": ["grafana"], "students": 1,
    }  # fmt: skip
    first, second = (names(declare(stack=f"{stack}{end}", **given)) for end in ("1", "2"))
    assert len(first) == len(second)
    assert not first & second
    assert all(len(name) <= 40 for kind, name in first if kind.endswith("uid"))


def test_in_a_grafana_of_the_workshops_own_nothing_is_marked(declare: Declare) -> None:
    assert names(declare(stack="dev", students=1)) == names(declare(stack="other", students=1))


def test_links_and_queries_stay_in_the_workshop(declare: Declare) -> None:
    graph = declare(students=1, grafana=GIVEN, secrets=["grafana"], visibility="names")
    models = {(model := json.loads(each.inputs["configJson"]))["uid"]: model for each in graph.of_type(":Dashboard")}
    text = json.dumps(models)
    for uid in models:
        assert f'/d/{uid.removesuffix("-dev")}"' not in text
        assert f"/d/{uid.removesuffix('-dev')}?" not in text
    assert "/d/mentor-student-dev?var-student=" in text
    (numbers,) = [each for each in graph.of_type(":DataSource") if each.inputs["type"] == "prometheus"]
    assert numbers.inputs["uid"] == "mentor-prometheus-dev"
    assert '"uid": "mentor-prometheus"' not in text
    (group,) = graph.of_type(":RuleGroup")
    (rule,) = group.inputs["rules"]
    assert [data["datasourceUid"] for data in rule["datas"]] == ["mentor-prometheus-dev"]
    assert json.loads(rule["datas"][0]["model"])["datasource"]["uid"] == "mentor-prometheus-dev"


# Whom it tells


@pytest.mark.parametrize("where", [{}, GIVEN])
def test_the_rule_names_the_webhook_and_no_policy_of_anybody_is_touched(
    declare: Declare, where: dict[str, str]
) -> None:
    graph = declare(students=1, grafana=where | {"contact": HOOK}, secrets=["grafana"])
    (point,) = graph.of_type(":ContactPoint")
    inputs, secrets = opened(point)
    assert inputs["webhooks"] == [{"url": HOOK}]
    assert "webhooks" in secrets
    (group,) = graph.of_type(":RuleGroup")
    assert {rule["notificationSettings"]["contactPoint"] for rule in group.inputs["rules"]} == {inputs["name"]}
    assert point.urn in group.dependencies
    assert not graph.of_type(":NotificationPolicy")
    # Only Grafana is told where.
    assert {each.name for each in graph if "canary?" in str(opened(each))} == {point.name}


def test_an_email_goes_to_an_existing_grafana_which_has_the_mail_server(declare: Declare) -> None:
    graph = declare(students=1, grafana=GIVEN | {"contact": "teacher@example.org"}, secrets=["grafana"])
    (point,) = graph.of_type(":ContactPoint")
    assert opened(point)[0]["emails"] == [{"addresses": ["teacher@example.org"]}]


def test_without_a_contact_nobody_is_told(declare: Declare) -> None:
    graph = declare(students=1)
    assert not graph.of_type(":ContactPoint")
    (group,) = graph.of_type(":RuleGroup")
    assert not [rule for rule in group.inputs["rules"] if rule.get("notificationSettings")]


def test_two_things_found_about_one_student_are_two_alerts_that_say_what_they_are(declare: Declare) -> None:
    (group,) = declare(students=1).of_type(":RuleGroup")
    (rule,) = group.inputs["rules"]
    # Grafana keeps `alertname` for the rule's own name: what was found is in another label.
    assert json.loads(rule["datas"][0]["model"])["expr"] == FIRING
    assert '"alert", "$1", "alertname"' in FIRING
    assert "$labels.alert }}" in rule["annotations"]["summary"]
    assert "alertname" not in rule["annotations"]["summary"]


# Who may ask in SQL


@pytest.mark.parametrize(
    ("given", "asks"),
    [
        ({}, True),
        ({"visibility": "anonymous"}, False),
        ({"visibility": "names"}, False),
        ({"grafana": GIVEN}, False),
        ({"grafana": {"enabled": False}}, False),
    ],
)
def test_sql_is_there_only_where_no_student_may_use_grafana(
    declare: Declare, given: dict[str, Any], asks: bool
) -> None:
    graph = declare(students=1, secrets=["grafana"], **given)
    sources = [each for each in graph.of_type(":DataSource") if each.inputs["type"] != "prometheus"]
    roles = [each for each in graph.of_type(":Role") if each.inputs["name"] == "board_reader"]
    assert (len(sources), len(roles)) == (asks, asks)


def test_whether_students_see_the_class_changes_nothing_of_the_servers(declare: Declare) -> None:
    before, after = declare(students=1), declare(students=1, visibility="anonymous")
    for each in before:
        if each.type.endswith((":Container", ":Volume")):
            assert each.inputs == after.by_name[each.name].inputs, each.name


def test_who_asks_has_a_secret_little_right_and_the_servers_certificate_checked(declare: Declare) -> None:
    graph = declare(students=1)
    role, secret_of_role = opened(graph.by_name["board-reader-role"])
    source, secret_of_source = opened(graph.by_name["boards-sql"])
    assert role["roles"] == ["board_readers"]
    assert (role["connectionLimit"], role["statementTimeout"]) == (4, 10000)
    assert (role["password"], secret_of_role) == ("canary-board-reader", {"password"})
    assert secret_of_source == {"secureJsonDataEncoded"}
    told = json.loads(source["secureJsonDataEncoded"])
    assert told["password"] == "canary-board-reader"
    assert "public part of authority" in told["tlsCACert"]
    assert "PRIVATE" not in told["tlsCACert"]
    data = json.loads(source["jsonDataEncoded"])
    assert (data["sslmode"], data["database"], source["url"]) == ("verify-full", "monitor", "postgres:5432")
    assert data["maxOpenConns"] < role["connectionLimit"]
    assert "isDefault" not in source
    assert graph.by_name["board-reader-role"].urn in graph.by_name["boards-sql"].dependencies
