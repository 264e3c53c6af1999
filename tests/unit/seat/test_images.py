"""What can be said of the images without building them."""

import json
import os
import re
from pathlib import Path

import pytest

from mentor.components.images import BASE, SERVICES
from mentor.host.probe import BASE_IMAGE

ROOT = Path(__file__).parents[3]
STANDS_ON = {
    BASE: BASE_IMAGE,
    "images/hardened": "$SEAT",
    "workshop/images/postgres": BASE_IMAGE,
    "workshop/images/cluster": "$BASE",
    **dict.fromkeys(SERVICES.values(), "$BASE"),
}
SAID_BY_DEBIAN = ("policy-rc.d", "docker-clean", "/usr/share/man", "/usr/share/locale", "/usr/share/info")
SAID_BY_THE_BASE = (*SAID_BY_DEBIAN, "dpkg.cfg.d", "dpkg-deb", "apt-get", "--no-install-recommends", "/var/lib/apt")


def dockerfile(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()


def test_every_dockerfile_is_known_here() -> None:
    found = [path for top in ("images", "spyglass", "workshop") for path in (ROOT / top).rglob("Dockerfile")]
    assert {str(path.parent.relative_to(ROOT)) for path in found} == set(STANDS_ON)


@pytest.mark.parametrize("folder", STANDS_ON)
def test_an_image_builds_with_the_classic_builder_from_the_one_base(folder: str) -> None:
    text = dockerfile(folder)
    assert re.findall(r"^FROM (.*)$", text, re.MULTILINE) == [STANDS_ON[folder]]
    assert not re.search(r"^# *syntax=|<<-?['\"]?[A-Z]|--mount=", text, re.MULTILINE)


@pytest.mark.parametrize("folder", SERVICES.values())
def test_an_image_can_be_built_by_hand(folder: str) -> None:
    """After `docker build -t mentor/base images/base`."""
    assert "\nARG BASE=mentor/base\nFROM $BASE\n" in dockerfile(folder)


@pytest.mark.parametrize("folder", sorted(set(STANDS_ON) - {BASE}))
def test_no_image_repeats_what_it_stands_on(folder: str) -> None:
    said = SAID_BY_THE_BASE if folder.startswith("images/") and folder != BASE else SAID_BY_DEBIAN
    assert [words for words in said if words in dockerfile(folder)] == []


def test_the_base_says_what_no_other_repeats() -> None:
    commands = (ROOT / BASE / "sbin").iterdir()
    text = "".join([dockerfile(BASE), *(path.read_text() for path in commands)])
    assert [words for words in SAID_BY_THE_BASE if words not in text] == []


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
