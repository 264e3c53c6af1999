"""The salt leaves a tracked file, and only where that is safe."""

import subprocess
from pathlib import Path

import pytest

from ops.salt import tidy, without_salt

TRACKED = "# three students\nconfig:\n  mentor:students: 3\n"
SALT = "encryptionsalt: v1:abc=:v1:def:ghi==\n"


def test_a_file_that_only_gained_a_salt_goes_back_as_it_was() -> None:
    assert without_salt('config:\n  mentor:students: "3"\n' + SALT, TRACKED) == TRACKED


def test_a_changed_setting_stays_without_the_salt() -> None:
    changed = "config:\n  mentor:students: 4\n"
    assert without_salt(changed + SALT, TRACKED) == changed


def test_an_encrypted_setting_keeps_its_salt() -> None:
    text = "config:\n  mentor:x:\n    secure: v1:zzz\n" + SALT
    assert without_salt(text, TRACKED) == text


def test_an_encrypted_setting_in_a_list_keeps_its_salt() -> None:
    text = "config:\n  mentor:x:\n    - secure: v1:zzz\n" + SALT
    assert without_salt(text, TRACKED) == text


def test_a_salt_that_is_tracked_already_stays() -> None:
    assert without_salt(TRACKED + SALT, TRACKED + SALT) == TRACKED + SALT


def test_a_file_without_a_salt_is_left_alone() -> None:
    changed = "config:\n  mentor:students:   5\n"
    assert without_salt(changed, TRACKED) == changed


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=folder, check=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.dev.yaml").write_text(TRACKED)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "Pulumi.dev.yaml")
    git(tmp_path, "commit", "-qm", "start")
    return tmp_path


def test_a_tracked_file_is_tidied_on_disk(checkout: Path) -> None:
    file = checkout / "Pulumi.dev.yaml"
    file.write_text(TRACKED + SALT)
    assert tidy(file)
    assert file.read_text() == TRACKED


def test_an_untracked_file_keeps_its_salt(checkout: Path) -> None:
    file = checkout / "Pulumi.class.yaml"
    file.write_text(TRACKED + SALT)
    assert not tidy(file)
    assert file.read_text() == TRACKED + SALT


def test_without_git_or_file_nothing_happens(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    assert not tidy(file)
    file.write_text(TRACKED + SALT)
    assert not tidy(file)
