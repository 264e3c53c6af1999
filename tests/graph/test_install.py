"""A server that is to have Docker: first its installation alone, then all else after it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mentor.host import preflight
from tests.graph.conftest import HOST, Graph

SERVER: dict[str, Any] = {
    "students": 1, "database": {"bind": "0.0.0.0"},
    "hosts": [{"url": "ssh://root@lab.example.org", "install": "docker"}],
}  # fmt: skip


def test_where_there_is_no_docker_its_installation_is_all_that_is_declared(
    declare: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "require", lambda *_: replace(HOST, version="", base_image=""))
    graph = declare(**SERVER, event={"name": "first round"})
    assert sorted(one.name for one in graph) == ["debian-image", "docker-installed", "engine"]
    installed, image = graph.by_name["docker-installed"], graph.by_name["debian-image"]
    assert installed.urn in image.dependencies
    assert all(one.inputs["triggers"] for one in (installed, image))  # anew each time, until there is one
    assert "delete" not in installed.inputs


def test_what_is_declared_of_it_is_the_same_once_docker_is_there_and_all_else_waits_for_it(
    declare: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "require", lambda *_: replace(HOST, version="", base_image=""))
    first = declare(**SERVER, event={"name": "first round again"})
    monkeypatch.setattr(preflight, "require", lambda *_: HOST)
    second = declare(**SERVER, event={"name": "second round"})
    for name in ("docker-installed", "debian-image"):
        before, after = first.by_name[name], second.by_name[name]
        assert {**after.inputs} | {"triggers": before.inputs["triggers"]} == before.inputs
        assert after.ignore_changes == {"triggers"}
    [provider] = [one for one in second if one.type == "pulumi:providers:docker"]
    assert {second.by_name[name].urn for name in ("docker-installed", "debian-image")} <= provider.dependencies
    assert provider.inputs["host"] == "ssh://root@lab.example.org"


def test_a_host_that_has_docker_is_declared_as_before(declare: Callable[..., Graph]) -> None:
    graph = declare(students=1)
    assert not [one for one in graph if one.name in {"engine", "docker-installed", "debian-image"}]
