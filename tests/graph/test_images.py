"""Which image is built on which, and what is built anew when one below changes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mentor.components import images
from mentor.components.images import BASE, SERVICES
from mentor.host import preflight
from tests.graph.conftest import HOST, ROOT, Graph

Declare = Callable[..., Graph]
OWN_DOCKERFILE = {"students": 1, "seat": {"dockerfile": "images/hardened/Dockerfile"}}


def names(graph: Graph) -> dict[str, str]:
    """What each image is called on the host."""
    return {each.name.removesuffix("-image"): each.inputs["imageName"] for each in graph.of_type(":Image")}


def test_each_image_is_given_the_id_of_the_one_that_it_stands_on(declare: Declare) -> None:
    """Not the name: `docker image prune --all` takes that from an image that only other images use."""
    built = {each.name.removesuffix("-image"): each for each in declare(**OWN_DOCKERFILE).of_type(":Image")}
    given = {name: each.inputs["build"].get("args", {}) for name, each in built.items()}
    assert "BASE" not in given["base"]
    assert {name: given[name]["BASE"] for name in SERVICES} == dict.fromkeys(SERVICES, "sha256:base-image")
    assert (given["taught"], given["hardened"]) == ({"SEAT": "sha256:seat-image"}, {"SEAT": "sha256:taught-image"})


def test_a_courses_own_image_knows_nothing_of_ours(declare: Declare) -> None:
    image = declare(students=1).by_name["course-lab-postgres-17-image"]
    assert not image.inputs["build"].get("args")


def test_another_base_is_another_image_for_all_that_stand_on_it(
    declare: Declare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = names(declare(**OWN_DOCKERFILE))
    base = tmp_path / "base"
    shutil.copytree(ROOT / BASE, base)
    (base / "sbin" / "more").touch()
    monkeypatch.setattr(images, "BASE", str(base))
    after = names(declare(**OWN_DOCKERFILE, course="workshop"))
    assert {name for name in before if before[name] == after[name]} == {
        "course-lab-postgres-17",
        "course-lab-cluster-17",
    }


def test_another_debian_is_another_image_for_all(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(declare(**OWN_DOCKERFILE))
    monkeypatch.setattr(preflight, "require", lambda *_: replace(HOST, base_image="sha256:mended"))
    after = names(declare(**OWN_DOCKERFILE, course="workshop"))
    assert {name for name in before if before[name] == after[name]} == set()
