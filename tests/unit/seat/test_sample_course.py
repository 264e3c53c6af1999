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


def test_every_file_and_folder_that_the_course_names_is_there() -> None:
    assert all((COURSE / name).is_file() for name in LAB["database"]["files"])
    assert all((COURSE / image["build"] / "Dockerfile").is_file() for image in LAB["images"])


def test_the_exercise_uses_only_images_that_the_registry_will_have() -> None:
    compose = yaml.safe_load((MATERIAL / "replication" / "compose.yaml").read_text())
    assert {service["image"] for service in compose["services"].values()} <= {image["name"] for image in LAB["images"]}


def test_the_exercise_keeps_its_data_in_named_volumes() -> None:
    """A folder of the home would be left with files of other uids, which the student cannot remove."""
    compose = yaml.safe_load((MATERIAL / "replication" / "compose.yaml").read_text())
    sources = {volume.split(":")[0] for service in compose["services"].values() for volume in service["volumes"]}
    assert sources == set(compose["volumes"])


def test_the_exercises_scripts_can_be_run() -> None:
    assert all(os.access(MATERIAL / "replication" / name, os.X_OK) for name in ("status", "write"))


def test_the_welcome_lists_every_chapter() -> None:
    chapters = {path.name for path in MATERIAL.glob("*.md")} - {"00-welcome.md"}
    assert set(re.findall(r"^\| `(.*?)` \|", (MATERIAL / "00-welcome.md").read_text(), re.MULTILINE)) == chapters


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
