"""The rules of the stack, held against everything that the program declares."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mentor.host import preflight
from tests.graph.conftest import BOARDS_OF_STUDENTS, HOST, Declared, Graph

Declare = Callable[..., Graph]


def inputs_of(graph: Graph) -> dict[str, str]:
    return {name: json.dumps(each.inputs, sort_keys=True, default=str) for name, each in graph.by_name.items()}


def person_of(declared: Declared) -> str | None:
    labels = {each["label"]: each["value"] for each in declared.inputs.get("labels", []) or []}
    return labels.get("mentor.student")


def test_the_smallest_workshop_is_declared(declare: Declare) -> None:
    graph = declare(students=3)
    assert {"s01-machine", "s02-machine", "s03-machine", "teacher-machine"} == {
        each.name for each in graph.of_type(":Container") if each.name.endswith("-machine")
    }


DELIVERED = {"class-delivery", "checks-delivery"}
"""What is told to services that run, whoever is in the class."""
TOLD = DELIVERED | BOARDS_OF_STUDENTS
"""The same, and the boards that name students."""


def test_the_size_of_the_class_changes_nobodys_inputs(declare: Declare) -> None:
    small, large = inputs_of(declare(students=2)), inputs_of(declare(students=200))
    assert {name for name in small if small[name] != large.get(name)} == TOLD


def test_one_student_more_adds_only_his_own(declare: Declare) -> None:
    before, after = inputs_of(declare(students=3)), inputs_of(declare(students=4))
    new = "s04"
    changed = {name for name in before if before[name] != after.get(name)}
    # What tells the running web app, the grader and the boards about the class; it restarts nothing.
    assert changed == TOLD
    assert {name for name in after if name not in before} == {
        name for name in after if new in name.replace("/", "-").split("-")
    }


def test_a_name_inserted_in_the_middle_moves_nobody(declare: Declare) -> None:
    before, after = inputs_of(declare(students=["anna", "carl"])), inputs_of(declare(students=["anna", "bert", "carl"]))
    assert {name for name in before if before[name] != after.get(name)} == TOLD


def test_a_changed_course_touches_only_what_is_delivered(
    declare: Declare, tmp_path_factory: pytest.TempPathFactory
) -> None:
    course = tmp_path_factory.mktemp("course") / "workshop"
    shutil.copytree("workshop", course)
    before = inputs_of(declare(students=2, course=str(course)))
    (course / "material" / "new-page.md").write_text("# New\n")
    after = inputs_of(declare(students=2, course=str(course)))
    assert {name for name in before if before[name] != after.get(name)} == {"material-delivery"}


def test_two_stacks_share_no_name_on_the_host(declare: Declare) -> None:
    def names(stack: str) -> set[str]:
        kinds = (":Container", ":Network", ":Volume")
        return {each.inputs["name"] for kind in kinds for each in declare(stack, students=2).of_type(kind)}

    assert not names("blue") & names("green")


def test_everything_on_the_host_carries_the_stacks_label(declare: Declare) -> None:
    graph = declare(students=2)
    for kind in (":Container", ":Network", ":Volume"):
        for each in graph.of_type(kind):
            assert {"label": "mentor.stack", "value": "dev"} in each.inputs["labels"], each.name
            if each.name.startswith(("s01", "s02", "teacher")):
                assert person_of(each) == each.name.split("-")[0]


def test_every_resource_names_its_provider(declare: Declare) -> None:
    for each in declare(students=2):
        if each.type.startswith(("docker:", "postgresql:", "grafana:")):
            assert re.search("::(host|sql|boards)::", each.provider), each.name


def test_every_container_has_a_limit_or_a_health_check_and_never_the_default_network(declare: Declare) -> None:
    for each in declare(students=2).of_type(":Container"):
        assert each.inputs["networksAdvanced"], each.name
        assert ("memory" in each.inputs) != ("healthcheck" in each.inputs), each.name
        assert each.inputs["logOpts"]["max-size"], each.name
        assert each.inputs["restart"] == "unless-stopped", each.name
        assert each.delete_before_replace, each.name
        assert ("memorySwap" in each.ignore_changes) != ("memorySwap" in each.inputs), each.name


def test_where_swap_is_not_counted_another_limit_of_memory_is_another_container(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such an engine refuses to change the limit of one that is there."""
    machine = declare(students=1).by_name["s01-machine"]
    assert machine.inputs["memorySwap"] == 2 * machine.inputs["memory"]
    assert "memory" not in machine.replace_on_changes
    monkeypatch.setattr(preflight, "require", lambda *_: replace(HOST, counts_swap=False))
    machine = declare(stack="uncounted", students=1).by_name["s01-machine"]
    assert "memorySwap" not in machine.inputs
    assert "memory" in machine.replace_on_changes


def test_seats_are_unprivileged_by_default(declare: Declare) -> None:
    machine = declare(students=1).by_name["s01-machine"].inputs
    assert not machine.get("privileged")
    assert machine["capabilities"] == {
        "drops": ["ALL"],
        "adds": ["CAP_NET_ADMIN", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"],
    }
    assert not machine.get("ports")


def test_only_the_gateway_and_the_database_are_published_on_loopback_by_default(declare: Declare) -> None:
    published = {
        each.name: [(port["ip"], port["external"]) for port in each.inputs["ports"]]
        for each in declare(students=2).of_type(":Container")
        if each.inputs.get("ports")
    }
    assert published == {"gateway": [("127.0.0.1", 8443)], "postgres": [("127.0.0.1", 5432)]}


def test_a_real_address_is_published_to_the_network(declare: Declare) -> None:
    graph = declare(students=1, address=["lab.example.org"])
    assert graph.by_name["gateway"].inputs["ports"][0]["ip"] == "0.0.0.0"
    assert graph.by_name["postgres"].inputs["ports"][0]["ip"] == "127.0.0.1"


def test_what_lives_in_a_server_goes_with_its_volume(declare: Declare) -> None:
    graph = declare(students=2)
    for kind, volume in ((":Role", "database-data"), (":Database", "database-data")):
        for each in graph.of_type(kind):
            assert each.deleted_with == graph.by_name[volume].urn, each.name
    assert graph.by_name["s01-account"].deleted_with == graph.by_name["directory-data"].urn


def test_what_is_put_into_a_server_is_put_again_when_the_server_was_made_anew(declare: Declare) -> None:
    """Its volume may have been lost with it. Not by a trigger: that would put first, and then run the old delete."""
    graph = declare(students=2)
    put = {
        "directory": ["s01-account", "s02-account", "teacher-account"],
        "postgres": ["course-template"],
        "spyglass": ["class-delivery", "material-delivery"],
        "grader": ["checks-delivery"],
        "registry": [each.name for each in graph if each.name.endswith("-in-registry")],
    }
    for server, commands in put.items():
        assert commands
        for name in commands:
            declared = graph.by_name[name]
            assert declared.inputs["environment"]["SERVER"] == f"{server}-id", name
            assert f"{server}-id" not in declared.inputs["triggers"], name
            assert "update" not in declared.inputs, name


def test_an_image_that_is_built_on_another_comes_after_it_everywhere(declare: Declare) -> None:
    """It has the other's layers then, and only its own are stored and sent."""
    graph = declare(students=1)
    below, above = graph.by_name["course-lab-postgres-17-image"], graph.by_name["course-lab-cluster-17-image"]
    assert above.inputs["build"]["args"] == {"BASE": "sha256:course-lab-postgres-17-image"}
    assert below.urn in above.dependencies
    assert graph.by_name["lab-postgres-17-in-registry"].urn in graph.by_name["lab-cluster-17-in-registry"].dependencies


def test_an_archive_runs_before_anything_it_reads_is_deleted(declare: Declare) -> None:
    graph = declare(students=1)
    archive = graph.by_name["s01-archive"]
    by_urn = {each.urn: each for each in graph}
    waiting, before = [archive.urn], set[str]()
    while waiting:
        more = by_urn[waiting.pop()].dependencies - before
        before |= more
        waiting += more
    needed = ("s01-home", "s01-engine", "s01-machine", "postgres", "saves", "s01-role", "s01-database")
    assert {graph.by_name[name].urn for name in needed} <= before
    assert not archive.deleted_with
    above = by_urn.get(archive.parent)
    while above:
        assert not above.deleted_with
        above = by_urn.get(above.parent)


def test_a_join_is_by_id_and_undone_before_it_is_redone(declare: Declare) -> None:
    graph = declare(students=1)
    join = graph.by_name["s01-joins"]
    assert join.delete_before_replace
    ids = {join.inputs["environment"][service] for service in ("SPYGLASS", "POSTGRES", "REGISTRY")}
    assert ids == {"spyglass-id", "postgres-id", "registry-id"}
    assert join.inputs["triggers"] == ["s01-network-id"], "a service that is made anew parts no other one"
    for service in ("SPYGLASS", "POSTGRES", "REGISTRY"):
        assert f'"${service}"' in join.inputs["delete"]


def test_the_web_app_is_told_its_workshops_name(declare: Declare) -> None:
    """Its cookies carry it: of two workshops under one host name, each would overwrite the other's."""
    for stack in ("dev", "blue"):
        container = declare(stack=stack, students=1).by_name["spyglass"]
        assert f"SPYGLASS_STACK={stack}" in container.inputs["envs"]


def test_the_backplanes_name_sorts_before_every_seats(declare: Declare) -> None:
    names = sorted(each.inputs["name"] for each in declare(students=["a", "b0"]).of_type(":Network"))
    assert names[0] == "mentor-dev-backplane"


def test_no_password_reaches_a_command_line_an_environment_or_a_label(declare: Declare) -> None:
    allowed = {"stdin", "uploads"}
    kept = {("board-reader-role", "password"), ("boards-sql", "secureJsonDataEncoded")}

    def plain(value: Any) -> str:
        return json.dumps(value, default=str)

    for each in declare(students=2):
        if each.type.startswith(("pulumi:providers", "random:", "mentor:")):
            continue
        for key, value in each.inputs.items():
            if key not in allowed and (each.name, key) not in kept:
                assert "canary-" not in plain(value), f"{each.name}.{key}"
                assert "PRIVATE KEY" not in plain(value), f"{each.name}.{key}"


def test_only_directory_and_web_app_know_the_password_that_sets_passwords(declare: Declare) -> None:
    graph = declare(students=1)
    knowing = {
        each.name
        for each in graph
        if "canary-directory-keeper" in json.dumps(each.inputs.get("uploads", []), default=str)
    }
    assert knowing == {"directory", "spyglass"}


def test_an_external_directory_gets_no_server_and_no_account(
    declare: Declare, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = tmp_path_factory.mktemp("ca") / "ca.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        [*made, "-subj", "/CN=school", "-keyout", "/dev/null", "-out", str(authority)], check=True, capture_output=True
    )
    directory = {
        "url": "ldaps://ldap.example.org",
        "base": "ou=people,dc=example,dc=org",
        "bindDn": "cn=reader,dc=example,dc=org",
        "bindPassword": "canary-school",
        "ca": str(authority),
    }
    graph = declare(students=1, directory=directory, secrets=["directory"])
    assert "directory" not in graph.by_name
    assert not [name for name in graph.by_name if name.endswith("-account")]
    uploads = json.dumps(graph.by_name["postgres"].inputs["uploads"])
    assert "ldap.example.org" in uploads
