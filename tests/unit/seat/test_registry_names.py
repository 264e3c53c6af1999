"""The path under which a student's engine asks the registry for an image, as the registry's scripts work it out."""

import subprocess
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[3] / "images" / "registry" / "lib" / "repository"


def repository(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", '. "$0"; repository "$1"', LIBRARY, name], check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("lab/postgres:17", "lab/postgres:17"),
        ("docker.io/lab/postgres:17", "lab/postgres:17"),
        ("postgres:17.2-trixie", "library/postgres:17.2-trixie"),
        ("a/b__c/d-e.f:latest", "a/b__c/d-e.f:latest"),
    ],
)
def test_a_name_becomes_the_path_that_an_engine_asks_a_mirror_for(name: str, path: str) -> None:
    assert repository(name).stdout == f"{path}\n"


@pytest.mark.parametrize(
    "name",
    ["", "postgres", "Lab/postgres:17", "lab/postgres:", "lab//x:1", "../x:1", "x:1;id", "x:1\ny:2", "-x:1", "x:-1"],
)
def test_what_is_no_name_with_a_tag_is_refused(name: str) -> None:
    result = repository(name)
    assert (result.returncode, result.stdout) == (64, "")
    assert "not an image's name and tag" in result.stderr


@pytest.mark.parametrize("name", ["ghcr.io/lab/postgres:17", "localhost/postgres:17"])
def test_a_name_that_engines_never_ask_a_mirror_for_is_refused(name: str) -> None:
    result = repository(name)
    assert (result.returncode, result.stdout) == (64, "")
    assert "names a registry of its own" in result.stderr
