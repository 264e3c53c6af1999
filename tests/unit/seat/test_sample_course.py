"""The sample course holds together: what one file names, another has."""

import csv
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

COURSE = Path(__file__).parents[3] / "workshop"
LAB: dict[str, Any] = yaml.safe_load((COURSE / "lab.yaml").read_text())
MATERIAL = COURSE / LAB["material"]
COMPOSED = {path.parent.name: yaml.safe_load(path.read_text()) for path in MATERIAL.glob("*/compose.yaml")}
both = pytest.mark.parametrize("compose", COMPOSED.values(), ids=COMPOSED)


def test_every_file_and_folder_that_the_course_names_is_there() -> None:
    assert all((COURSE / name).is_file() for name in LAB["database"]["files"])
    assert all((COURSE / image["build"] / "Dockerfile").is_file() for image in LAB["images"])


@both
def test_an_exercise_uses_only_images_that_the_registry_will_have(compose: dict[str, Any]) -> None:
    assert {service["image"] for service in compose["services"].values()} <= {image["name"] for image in LAB["images"]}


@both
def test_an_exercise_keeps_its_data_in_named_volumes(compose: dict[str, Any]) -> None:
    """A folder of the home would be left with files of other uids, which the student cannot remove."""
    mounts = [mount for service in compose["services"].values() for mount in service["volumes"]]
    files = [mount for mount in mounts if isinstance(mount, dict)]
    assert all(mount["read_only"] for mount in files)
    assert {mount.split(":")[0] for mount in mounts if mount not in files} == set(compose["volumes"])


@both
def test_an_exercise_opens_no_port_but_to_its_own_seat(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_exercises_are_these() -> None:
    assert set(COMPOSED) == {"cluster", "replication"}


def test_the_exercises_scripts_can_be_run() -> None:
    scripts = [path for path in MATERIAL.glob("*/*") if path.is_file() and path.read_text().startswith("#!")]
    assert {path.name for path in scripts} == {"status", "write"}
    assert all(os.access(path, os.X_OK) for path in scripts)


def test_the_clusters_passwords_are_plainly_for_training() -> None:
    """And the course's checks, which connect with them, know the same."""
    text = (MATERIAL / "cluster" / "templates" / "patroni.j2").read_text()
    assert set(re.findall(r"password: (\w+)", text)) == {"training"}
    assert set(re.findall(r"postgres:(\w+)@", (COURSE / "lab.yaml").read_text())) == {"training"}


def test_what_is_left_to_the_student_is_marked_in_the_clusters_files() -> None:
    """Where a chapter sends him to a file, the file says what to do there."""
    marked = {
        path.name for path in (MATERIAL / "cluster").rglob("*") if path.is_file() and "xercise" in path.read_text()
    }
    assert {"haproxy.j2", "inventory.ini"} <= marked


def test_the_welcome_lists_every_chapter() -> None:
    chapters = {path.name for path in MATERIAL.glob("*.md")} - {"00-welcome.md"}
    assert (
        set(re.findall(r"^\| \[(.*?)\]\(\1\) \|", (MATERIAL / "00-welcome.md").read_text(), re.MULTILINE)) == chapters
    )


def test_no_solution_reaches_a_student() -> None:
    solutions = {path.name for path in (COURSE / "solutions").iterdir()}
    assert solutions
    assert not solutions & {path.name for path in MATERIAL.rglob("*") if path.suffix == ".sql"}
    assert not (MATERIAL / "solutions").exists()


def test_the_example_roster_is_one() -> None:
    with (COURSE / "roster.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    assert list(people[0]) == ["id", "name", "email", "group", "subnet"]
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{0,30}", person["id"]) for person in people)
    assert any(not person["name"].isascii() for person in people)


@pytest.mark.parametrize("text", ["random()", "now()", "current_date", "clock_timestamp"])
def test_the_sample_data_is_the_same_on_every_load(text: str) -> None:
    assert text not in (COURSE / "sample.sql").read_text().lower()
