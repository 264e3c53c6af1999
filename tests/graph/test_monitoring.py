"""What the program declares for monitoring: who is looked at, who shares what, and what an edited course changes."""

import json
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.graph.conftest import BOARDS_OF_TASKS, Declared, Graph

Declare = Callable[..., Graph]


def volumes(container: Declared) -> dict[str, str]:
    return {each["volumeName"]: each["containerPath"] for each in container.inputs["volumes"] or []}


def test_students_and_spares_are_checked_and_teachers_are_not(declare: Declare) -> None:
    plan = json.loads(declare(students=2, spares=1).by_name["checks-delivery"].inputs["stdin"])
    assert plan["students"] == ["s01", "s02", "spare01"]
    assert plan["tasks"]


def test_only_grader_and_exporter_share_the_servers_socket_and_only_the_web_app_the_graders(declare: Declare) -> None:
    containers = declare(students=2).of_type(":Container")
    sharing = {each.name for each in containers if "mentor-dev-postgres-socket" in volumes(each)}
    assert sharing == {"postgres", "grader", "exporter"}
    assert {each.name for each in containers if "mentor-dev-grader-socket" in volumes(each)} == {"grader", "spyglass"}


SERVICES = ("grader", "exporter", "host-exporter", "probe-exporter", "prometheus")


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_of_it_is_published_or_joined_to_a_seat_or_sees_more_than_its_own(declare: Declare, name: str) -> None:
    graph = declare(students=2)
    container = graph.by_name[name].inputs
    assert not container.get("ports")
    assert not container.get("privileged")
    assert not [each for each in container.get("volumes", []) if each.get("hostPath")]
    assert [each["name"] for each in container["networksAdvanced"]] == ["mentor-dev-backplane"]
    assert not [each for each in graph if each.name.endswith("-joins") and f"{name}-id" in str(each.inputs)]


def test_history_is_in_a_volume(declare: Declare) -> None:
    assert volumes(declare(students=1).by_name["prometheus"]) == {"mentor-dev-prometheus": "/prometheus"}


def test_a_directory_and_a_grafana_are_probed_where_they_are_ours(declare: Declare) -> None:
    external = {
        "url": "ldaps://ldap.example.org", "base": "ou=people,dc=example,dc=org", "bindDn": "cn=m,dc=example,dc=org",
        "bindPassword": "bind-password",
    }  # fmt: skip
    elsewhere = {"url": "https://grafana.example.org", "auth": "token", "prometheusUrl": "http://192.0.2.7:9090"}
    ours: dict[str, Any] = {}
    for given, added in (
        (ours, {"grafana:3000", "directory:636"}),
        ({"directory": external}, {"grafana:3000"}),
        ({"grafana": elsewhere}, {"directory:636"}),
        ({"grafana": {"enabled": False}}, {"directory:636"}),
    ):
        told = declare(students=1, secrets=list(given), **given).by_name["services-delivery"].inputs["stdin"]
        targets = {each["labels"]["__param_module"]: each["targets"] for each in json.loads(told)}
        assert {*targets["connects"]} == {"postgres:5432", "registry:5000"} | added & {"grafana:3000"}
        assert {*targets["speaks_tls"]} == {"gateway:8443"} | added & {"directory:636"}


def test_a_service_more_to_probe_restarts_nothing(declare: Declare) -> None:
    graph = declare(students=1)
    assert "uploads" not in graph.by_name["prometheus"].inputs or not graph.by_name["prometheus"].inputs["uploads"]
    assert graph.by_name["prometheus"].urn in graph.by_name["services-delivery"].dependencies


def test_the_pages_and_the_grader_speak_of_the_same_tasks(declare: Declare) -> None:
    graph = declare(students=1)
    shown = json.loads(graph.by_name["class-delivery"].inputs["stdin"])["course"]
    checked = json.loads(graph.by_name["checks-delivery"].inputs["stdin"])["tasks"]
    in_databases = [task["id"] for section in shown["sections"] for task in section["tasks"] if "sql" in task["parts"]]
    assert [task["id"] for task in checked] == in_databases


def test_no_answer_of_the_course_goes_to_the_web_app_or_a_seat(declare: Declare) -> None:
    graph = declare(students=2)
    answer = "Sense and Sensibility"
    holding = {each.name for each in graph if answer in json.dumps(each.inputs, default=str)}
    assert holding == {"checks-delivery"}


def test_an_edited_task_restarts_nothing(declare: Declare, tmp_path_factory: pytest.TempPathFactory) -> None:
    course = tmp_path_factory.mktemp("course") / "workshop"
    shutil.copytree("workshop", course)
    lab = course / "lab.yaml"
    for page in (course / "material").glob("*.md"):  # which would name a task that is gone
        page.write_text(re.sub(":::task .*", "", page.read_text()))
    before = declare(students=2, course=str(course))
    task = json.loads(before.by_name["checks-delivery"].inputs["stdin"])["tasks"][0]["id"]
    lab.write_text(lab.read_text().replace(f"id: {task}", f"id: {task}-again"))
    after = declare(students=2, course=str(course))
    changed = {each.name for each in before if each.custom and each.inputs != after.by_name[each.name].inputs}
    assert changed == {"class-delivery", "checks-delivery", *BOARDS_OF_TASKS}


def test_thresholds_reach_the_web_app(declare: Declare) -> None:
    graph = declare(students=1, progress={"idleMinutes": 1.5})
    given = json.loads(graph.by_name["class-delivery"].inputs["stdin"])["thresholds"]
    assert given == {"idle_minutes": 1.5, "stuck_minutes": 5.0, "stuck_factor": 1.5}
