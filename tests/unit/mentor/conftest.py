"""A small course to read, and two ways to look at what `workshop.read` makes of a configuration."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import settings

from mentor.settings.problems import SettingsError
from mentor.workshop import Workshop, read

settings.register_profile("mentor", settings.get_profile("patient"), max_examples=60)
settings.load_profile("mentor")

Report: TypeAlias = Callable[..., list[str]]
Reads: TypeAlias = Callable[..., Workshop]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder with the smallest course."""
    project = tmp_path / "project"
    course = project / "workshop"
    (course / "material").mkdir(parents=True)
    (course / "material" / "01-start.md").write_text("# Start\n")
    (course / "sample.sql").write_text("create table t (a int);\n")
    (course / "images" / "db").mkdir(parents=True)
    (course / "images" / "db" / "Dockerfile").write_text("FROM debian:trixie-slim\n")
    (course / "lab.yaml").write_text(
        "title: A course\n"
        "material: material\n"
        "database:\n"
        "  files: [sample.sql]\n"
        "images:\n"
        "  - name: lab/db:17\n"
        "    build: images/db\n"
    )
    return project


@pytest.fixture
def reads(root: Path) -> Reads:
    """Read a configuration of which `students` is given where the test does not say otherwise."""

    def read_it(stack: str = "dev", **config: object) -> Workshop:
        return read({"students": 3, **config}, root, stack)

    return read_it


@pytest.fixture
def report(root: Path) -> Report:
    """The lines of the report, none when all is well."""

    def lines_of(stack: str = "dev", **config: object) -> list[str]:
        try:
            read({"students": 3, **config}, root, stack)
        except SettingsError as error:
            return str(error).splitlines()
        return []

    return lines_of
