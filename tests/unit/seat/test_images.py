"""What can be said of the seat's and the registry's images without building them."""

import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCKERFILES = [
    ROOT / "images" / "seat" / "Dockerfile",
    ROOT / "images" / "registry" / "Dockerfile",
    ROOT / "workshop" / "images" / "postgres" / "Dockerfile",
]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_builds_with_the_classic_builder_from_the_one_base(dockerfile: Path) -> None:
    text = dockerfile.read_text()
    assert re.findall(r"^FROM (.*)$", text, re.MULTILINE) == ["debian:trixie-slim"]
    assert not re.search(r"^# *syntax=|<<-?['\"]?[A-Z]|--mount=", text, re.MULTILINE)


def test_the_clusters_image_shares_its_layers_with_the_exercise_before_it() -> None:
    lines = (ROOT / "workshop" / "images" / "cluster" / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith(("ARG", "FROM"))] == ["ARG BASE", "FROM ${BASE}"]


def test_every_script_of_an_image_is_executable_or_sourced() -> None:
    scripts = [path for name in ("seat", "registry") for path in (ROOT / "images" / name).glob("[bl]i[nb]/*")]
    assert scripts
    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == ["repository"]


def test_the_seats_filter_closes_the_way_from_seat_to_seat() -> None:
    """Keyrings belong to a uid, which all seats share; the inner engine needs "no such call", not "forbidden"."""
    profile = json.loads((ROOT / "images" / "seat" / "seccomp.json").read_text())
    rules = {name: rule for rule in profile["syscalls"] for name in rule["names"]}
    assert all(rules[name]["errnoRet"] == 38 for name in ("add_key", "keyctl", "request_key"))
    assert {rule["action"] for rule in profile["syscalls"]} == {"SCMP_ACT_ERRNO"}


def test_the_seats_filter_leaves_what_the_inner_engine_needs() -> None:
    profile = json.loads((ROOT / "images" / "seat" / "seccomp.json").read_text())
    refused = {name for rule in profile["syscalls"] for name in rule["names"] if "args" not in rule}
    assert not refused & {
        "clone",
        "clone3",
        "unshare",
        "setns",
        "mount",
        "umount2",
        "pivot_root",
        "chroot",
        "sethostname",
    }


def test_the_inner_engine_listens_on_its_socket_only() -> None:
    daemon = json.loads((ROOT / "images" / "seat" / "etc" / "seat" / "daemon.json").read_text())
    assert "hosts" not in daemon
    assert "--host fd://" in (ROOT / "images" / "seat" / "lib" / "engine").read_text()
