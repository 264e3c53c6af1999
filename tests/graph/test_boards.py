"""What the program declares in Grafana: who sees it, what changes with class and course, and where it lives."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from mentor.components.boards import FOLDERS, reached, vouching
from mentor.host.docker_host import DockerHost
from mentor.settings.model import WorkshopSettings
from offline.standins.values import decode, encode
from tests.graph.conftest import BOARDS_OF_STUDENTS, Declared, Graph

Declare = Callable[..., Graph]
GIVEN = {
    "url": "https://grafana.example.org",
    "auth": "canary-token",
    "prometheusUrl": "http://192.0.2.7:9090",
}
OFF = {"enabled": False}
SQL = {"board-reader", "board-reader-role", "boards-sql"}
SERVER = {"grafana", "grafana-data", "grafana-image", "grafana-admin"}


def inside(graph: Graph) -> list[Declared]:
    """What is in Grafana."""
    return [each for each in graph if each.type.startswith("grafana:")]


def opened(each: Declared) -> tuple[dict[str, Any], set[str]]:
    """A resource's inputs, secrets laid open; and the names of those that are secret."""
    return decode(encode(each.inputs))


def inputs_of(graph: Graph) -> dict[str, str]:
    return {name: json.dumps(each.inputs, sort_keys=True, default=str) for name, each in graph.by_name.items()}


def test_the_tree_of_the_preview(declare: Declare) -> None:
    graph = declare(students=1)
    assert set(graph.by_name) >= SERVER
    assert {each.name for each in graph if each.parent.endswith("::grafana-server")} == SERVER
    boards = {each.name for each in graph if each.parent.endswith("Boards::boards")}
    assert boards | {"boards-sql"} == {each.name for each in inside(graph)}
    assert {each.name for each in graph if each.parent.endswith("::sql-source")} == SQL
    kinds = {
        "DataSource": 2, "Folder": 2, "FolderPermission": 2, "Dashboard": 5, "RuleGroup": 1, "ContactPoint": 0,
    }  # fmt: skip
    assert {kind: len(graph.of_type(f":{kind}")) for kind in kinds} == kinds


@pytest.mark.parametrize("given", [None, GIVEN])
def test_without_boards_nothing_of_grafana_is_there_and_with_them_nothing_else_changes(
    declare: Declare, given: dict[str, str] | None
) -> None:
    without = declare(students=2, grafana=OFF)
    assert not inside(without)
    assert not SERVER & set(without.by_name)
    assert not [each for each in without if each.type == "pulumi:providers:grafana"]
    boards = declare(students=2, grafana=given, secrets=["grafana"]) if given else declare(students=2)
    before, after = inputs_of(without), inputs_of(boards)
    # One that comes or goes interrupts nobody: the running web app is told where the boards are.
    told = {"class-delivery"} if given else {"class-delivery", "services-delivery"}
    assert {name for name in before if before[name] != after.get(name)} == told


@pytest.mark.parametrize(
    ("grafana", "link"),
    [(OFF, None), (None, "/grafana/d/mentor-class"), (GIVEN, "https://grafana.example.org/d/mentor-class-dev")],
)
def test_the_web_app_and_an_output_say_where_the_boards_are(
    declare: Declare, monkeypatch: pytest.MonkeyPatch, grafana: dict[str, str] | None, link: str | None
) -> None:
    graph = declare(students=1, secrets=["grafana"], **({"grafana": grafana} if grafana else {}))
    assert json.loads(graph.by_name["class-delivery"].inputs["stdin"])["boards"] == link
    assert exported(declare, monkeypatch, grafana) == (
        f"https://localhost:8443{link}" if link and link.startswith("/") else link
    )


def exported(declare: Declare, monkeypatch: pytest.MonkeyPatch, grafana: dict[str, str] | None) -> str | None:
    """The output that says where the boards are."""
    outputs: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", outputs.__setitem__)
    more = {"grafana": grafana} if grafana else {}
    declare(students=1, event={"name": f"for the outputs {len(str(grafana))}"}, secrets=["grafana"], **more)
    assert "portalUrl" in outputs
    found: str | None = outputs.get("grafanaUrl")
    return found


def test_in_an_existing_grafana_there_is_no_server_of_ours_and_it_asks_where_it_was_told(declare: Declare) -> None:
    graph = declare(students=1, grafana=GIVEN, secrets=["grafana"])
    assert not SERVER & set(graph.by_name)
    (provider,) = [each for each in graph if each.type == "pulumi:providers:grafana"]
    settings, secrets = opened(provider)
    assert (settings["url"], settings["auth"]) == (GIVEN["url"], "canary-token")
    assert "auth" in secrets
    assert "caCert" not in settings
    # Another address is other resources: what is in the one Grafana is not taken for what is to be in the other.
    assert provider.name == "boards-at-https-grafana-example-org"
    assert {each.name.startswith(f"{provider.name}-") for each in inside(graph)} == {True}
    (source,) = graph.of_type(":DataSource")
    assert (source.inputs["url"], source.inputs["isDefault"]) == (GIVEN["prometheusUrl"], False)
    assert not [each.name for each in graph if each.name != provider.name and "canary-token" in str(opened(each))]


def test_what_is_in_our_grafana_goes_with_its_volume_and_elsewhere_by_itself(declare: Declare) -> None:
    ours = declare(students=1)
    assert ours.by_name["board-reader-role"].deleted_with == ours.by_name["database-data"].urn
    for each in inside(ours):
        assert each.deleted_with == ours.by_name["grafana-data"].urn, each.name
    for each in inside(declare(students=1, grafana=GIVEN, secrets=["grafana"])):
        assert not each.deleted_with, each.name
    assert not [each.name for each in ours if each.deleted_with and not each.custom]


def test_our_grafana_is_reached_through_the_gateway_with_the_workshops_authority(declare: Declare) -> None:
    graph = declare(students=1)
    provider = graph.by_name["boards"]
    settings, secrets = opened(provider)
    assert settings["url"] == "https://localhost:8443/grafana"
    assert settings["auth"] == "admin:canary-grafana-admin"
    assert "auth" in secrets
    assert "PRIVATE KEY" not in settings["caCert"]
    assert {graph.by_name[name].urn for name in ("grafana", "gateway")} <= provider.dependencies


def reachable(url: str, **settings: Any) -> str:
    return reached(DockerHost("dev", url), WorkshopSettings.model_validate(settings))


def test_this_machine_takes_the_address_that_it_can_reach() -> None:
    local, far = "unix:///var/run/docker.sock", "ssh://root@192.0.2.7"
    both = {"address": ["lab.example.org", "127.0.0.1"]}
    assert reachable(local, **both) == "https://127.0.0.1:8443"
    assert reachable(local, address=["lab.example.org"]) == "https://lab.example.org:8443"
    assert reachable(local, **both, https={"bind": "192.0.2.9"}) == "https://lab.example.org:8443"
    assert reachable(local, **both, https={"tls": "acme", "email": "a@example.org", "port": 443}) == (
        "https://lab.example.org"
    )
    assert reachable(far, address=["lab.example.org", "192.0.2.7"]) == "https://192.0.2.7:8443"
    assert reachable(far, address=["lab.example.org", "127.0.0.1"]) == "https://lab.example.org:8443"


def test_a_certificate_of_ones_own_vouches_for_itself(
    declare: Declare, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("tls") / "crt.pem"
    file.write_text("-----BEGIN CERTIFICATE-----")
    own = declare(students=1).by_name["boards"].inputs["caCert"]
    files, acme = {"tls": "files", "certificate": str(file), "key": str(file)}, {"tls": "acme"}
    expected: list[tuple[dict[str, str], str | None]]
    expected = [(files, "-----BEGIN CERTIFICATE-----"), (acme, None), ({}, own)]
    for https, vouched in expected:
        assert vouching(WorkshopSettings.model_validate({"https": https}).https, own) == vouched


def roles(graph: Graph) -> dict[str, set[str]]:
    return {
        each.inputs["folderUid"]: {one["role"] for one in each.inputs["permissions"]}
        for each in graph.of_type(":FolderPermission")
    }


@pytest.mark.parametrize("visibility", ["own", "anonymous", "names"])
def test_students_see_one_folder_and_only_where_they_may_see_the_class(declare: Declare, visibility: str) -> None:
    graph = declare(students=2, visibility=visibility)
    seen = roles(graph)
    assert seen["workshop-class"] == seen["workshop-host"] == {"Editor"}
    assert seen.get("workshop-students") == (None if visibility == "own" else {"Editor", "Viewer"})
    assert set(seen) == {each.inputs["uid"] for each in graph.of_type(":Folder")}


def test_names_stand_where_they_may_be_seen(declare: Declare) -> None:
    people = [{"id": "p1", "name": "Canary Bird"}]
    for visibility, seen in (("own", False), ("anonymous", False), ("names", True)):
        graph = declare(students=people, visibility=visibility)
        boards: dict[str, str] = {}
        for each in graph.of_type(":Dashboard"):
            folder = each.inputs["folder"]
            boards[folder] = boards.get(folder, "") + each.inputs["configJson"]
        assert ("Canary Bird" in boards.get("workshop-students", "")) is seen
        assert "Canary Bird" not in boards["workshop-host"]
        others = [each for each in inside(graph) if not each.type.endswith(":Dashboard")]
        assert "Canary Bird" not in json.dumps([each.inputs for each in others], default=str)


def test_a_folder_is_closed_before_anything_is_put_into_it(declare: Declare) -> None:
    graph = declare(students=1, visibility="names")
    closing = {each.inputs["folderUid"]: each.urn for each in graph.of_type(":FolderPermission")}
    for each in graph.of_type(":Dashboard"):
        assert closing[each.inputs["folder"]] in each.dependencies, each.name
        assert graph.by_name["boards-numbers"].urn in each.dependencies, each.name
    (alerts,) = graph.of_type(":RuleGroup")
    assert closing[alerts.inputs["folderUid"]] in alerts.dependencies


@pytest.mark.parametrize("number", [3, 200])
def test_uids_and_the_number_of_things_do_not_depend_on_the_class(declare: Declare, number: int) -> None:
    graph, other = declare(students=number), declare(students=1)
    assert {each.name for each in inside(graph)} == {each.name for each in inside(other)}
    uids = {json.loads(each.inputs["configJson"])["uid"] for each in graph.of_type(":Dashboard")}
    assert uids == {"mentor-class", "mentor-student", "mentor-task", "mentor-projector", "mentor-host"}
    assert {each.inputs["uid"] for each in graph.of_type(":Folder")} == {"workshop-class", "workshop-host"}
    assert len(FOLDERS) == 3


def test_one_student_more_changes_the_boards_that_name_him_and_nothing_else_in_grafana(declare: Declare) -> None:
    before, after = declare(students=3), declare(students=4)
    changed = {each.name for each in inside(before) if each.inputs != after.by_name[each.name].inputs}
    assert changed == BOARDS_OF_STUDENTS


def test_every_query_asks_the_data_source_that_is_declared(declare: Declare) -> None:
    graph = declare(students=1, visibility="names")
    (source,) = graph.of_type(":DataSource")
    (group,) = graph.of_type(":RuleGroup")
    for rule in group.inputs["rules"]:
        assert {data["datasourceUid"] for data in rule["datas"]} == {source.inputs["uid"]}
    for each in graph.of_type(":Dashboard"):
        asked = {
            target["datasource"]["uid"]
            for panel in json.loads(each.inputs["configJson"])["panels"]
            for target in panel["targets"]
        }
        assert asked == {source.inputs["uid"]}, each.name


def test_the_server_is_quiet_unpublished_and_lets_the_gateway_alone_say_who_somebody_is(declare: Declare) -> None:
    graph = declare(students=1)
    server = graph.by_name["grafana"]
    environment = dict(each.split("=", 1) for each in server.inputs["envs"])
    (backplane,) = [each for each in graph.of_type(":Network") if each.name == "backplane"]
    subnet = backplane.inputs["ipamConfigs"][0]["subnet"]
    wanted = {
        "GF_AUTH_PROXY_ENABLED": "true",
        "GF_AUTH_PROXY_WHITELIST": subnet,
        "GF_AUTH_ANONYMOUS_ENABLED": "false",
        "GF_AUTH_DISABLE_LOGIN_FORM": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_SERVER_ROOT_URL": "https://localhost:8443/grafana/",
    }
    assert environment | wanted == environment
    assert not server.inputs.get("ports")
    assert server.inputs["image"] == "sha256:grafana-image"
    uploads, secrets = opened(server)
    assert [each["content"] for each in uploads["uploads"]] == ["canary-grafana-admin"]
    assert "uploads" in secrets
    assert graph.by_name["grafana-image"].inputs == {"name": "grafana/grafana:12.2.0", "keepLocally": True}
