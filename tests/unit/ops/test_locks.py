"""Locks of a file backend: who holds one, and whether he is gone."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops import locks

TEXT = '{"pid":4711,"username":"ada","hostname":"vm","timestamp":"2026-11-22T02:13:46.445788041Z"}'


def lock(pid: int = 4711, host: str = "vm") -> locks.Lock:
    return locks.Lock(pid=pid, user="ada", host=host, time=datetime(2026, 11, 22, tzinfo=UTC), file=Path("x"))


def test_a_lock_names_its_holder() -> None:
    read = locks.parse(TEXT, Path("lock.json"))
    assert (read.pid, read.user, read.host) == (4711, "ada", "vm")
    assert read.time == datetime(2026, 11, 22, 2, 13, 46, tzinfo=UTC)
    assert "ada@vm (pid 4711) since 2026-11-2" in str(read)


def test_a_lock_is_dead_when_its_process_is_gone() -> None:
    assert locks.dead(lock(), here="vm", process=lambda _: None)


def test_a_lock_is_dead_when_another_program_has_its_number_by_now() -> None:
    assert locks.dead(lock(), here="vm", process=lambda _: "vim notes.txt")


def test_a_lock_is_alive_while_pulumi_runs() -> None:
    assert not locks.dead(lock(), here="vm", process=lambda _: "/opt/pulumi/pulumi up --yes")


def test_nothing_is_certain_of_another_machine() -> None:
    assert not locks.dead(lock(host="laptop"), here="vm", process=lambda _: None)


def test_a_running_process_has_a_command_line() -> None:
    found = locks.command_line(os.getpid())
    assert found is not None
    assert "python" in found


@pytest.mark.parametrize(
    ("backend", "folder"),
    [
        ("file:///srv/state", Path("/srv/state")),
        ("file:///srv/state?no_tmp_dir=true", Path("/srv/state")),
        ("file://~/state", Path.home() / "state"),
        ("s3://bucket", None),
        ("https://api.pulumi.com", None),
        ("", None),
    ],
)
def test_only_a_file_backend_has_lock_files(backend: str, folder: Path | None) -> None:
    assert locks.folder(backend) == folder


def test_locks_are_found_where_pulumi_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "mentor" / "dev"
    folder.mkdir(parents=True)
    (folder / "one.json").write_text(TEXT)
    (folder / "half.json").write_text(TEXT[:20])
    (folder / "one.json.attrs").write_text(json.dumps({"md5": "x"}))
    assert [held.pid for held in locks.held(f"file://{tmp_path}", "mentor", "dev")] == [4711]
    assert locks.held(f"file://{tmp_path}", "mentor", "other") == []


def test_attributes_that_a_killed_run_left_half_written_are_removed_and_nothing_else(tmp_path: Path) -> None:
    stacks = tmp_path / ".pulumi" / "stacks" / "mentor"
    stacks.mkdir(parents=True)
    texts = {"dev.json": "{}", "dev.json.attrs": "", "dev.json.bak.attrs": '{"md5": "x"}', "other.json.attrs": ""}
    for name, text in texts.items():
        (stacks / name).write_text(text)
    assert locks.mend(f"file://{tmp_path}", "mentor", "dev") == 1
    assert {file.name for file in stacks.iterdir()} == set(texts) - {"dev.json.attrs"}
    assert locks.mend(f"file://{tmp_path}", "mentor", "dev") == 0
    assert locks.mend("https://example.org", "mentor", "dev") == 0
