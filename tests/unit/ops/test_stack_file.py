"""The few settings that are read before the program runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops import stack_file
from ops.down import question


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("config: {}\n", stack_file.LOCAL_ENGINE),
        ("config:\n  mentor:hosts:\n    - ssh://root@far:2022\n", "ssh://root@far:2022"),
        ("config:\n  mentor:hosts: ssh://root@far\n", "ssh://root@far"),
        ("config:\n  mentor:hosts: 7\n", stack_file.LOCAL_ENGINE),
        ("config:\n  mentor:hosts: []\n", stack_file.LOCAL_ENGINE),
        ("config:\n  mentor:hosts:\n    - {url: 'ssh://root@far', install: docker}\n", "ssh://root@far"),
        ("config:\n  mentor:hosts:\n    - {install: docker}\n", stack_file.LOCAL_ENGINE),
        ("config: [unclosed\n", stack_file.LOCAL_ENGINE),
        ("", stack_file.LOCAL_ENGINE),
    ],
)
def test_the_engine_is_where_hosts_says(tmp_path: Path, text: str, engine: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text)
    assert stack_file.engine(file) == engine


@pytest.mark.parametrize(
    ("hosts", "word"),
    [
        ("[{url: 'ssh://root@far', install: docker}]", "docker"),
        ("[{url: 'ssh://root@far'}]", ""),
        ("['ssh://install@far']", ""),
        ("[{url: 'ssh://root@far', install: podman}]", ""),
    ],
)
def test_whether_docker_is_to_be_installed_is_a_word_for_the_setup(tmp_path: Path, hosts: str, word: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(f"config:\n  mentor:hosts: {hosts}\n")
    command = [sys.executable, "-m", "ops.stack_file", str(file), "install"]
    assert (
        subprocess.run(command, cwd=stack_file.ROOT, text=True, capture_output=True, check=True).stdout == f"{word}\n"
    )


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    assert stack_file.engine(stack_file.path("nowhere", tmp_path)) == stack_file.LOCAL_ENGINE
    assert stack_file.project(tmp_path) == "mentor"


def test_the_question_says_where_work_goes_or_that_it_is_lost() -> None:
    folder = Path("/srv/archive/dev")
    assert "s01, s02" in question(["s01", "s02"], folder, archived=True)
    assert str(folder) in question(["s01"], folder, archived=True)
    assert "without an archive" in question(["s01"], folder, archived=False)
