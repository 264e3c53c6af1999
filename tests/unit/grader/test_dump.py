"""A dump is whole or not there, and leaves room on the disk that PostgreSQL shares; pg_dump is a script here."""

import asyncio
import os
import shutil
import time
from collections import namedtuple
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from images.grader.grader import dump
from images.grader.grader.reset import ResetError, Resetter
from tests.waiting import PATIENCE

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - what shutil gives


async def stream(*chunks: bytes, pause: float = 0, fail: bool = False) -> AsyncGenerator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(pause)
        yield chunk
    if fail:
        raise dump.DumpError("The database cannot be read: no right")


def keep(folder: Path, what: AsyncGenerator[bytes], **bounds: Any) -> str:
    return asyncio.run(dump.keep(folder / "s01", what, **bounds))


def instead_of_pg_dump(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[bytes]:
    """What this script says in pg_dump's place."""
    program = folder / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {folder}/pid\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return dump.pg_dump("/run/nowhere", "s01", ["--x"])


def from_pg_dump(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch, **bounds: Any) -> str:
    """Keep what this script says in pg_dump's place."""
    (folder / "saves").mkdir()
    return asyncio.run(dump.keep(folder / "saves" / "s01", instead_of_pg_dump(folder, script, monkeypatch), **bounds))


def test_what_came_is_a_file_of_the_group(tmp_path: Path) -> None:
    name = keep(tmp_path, stream(b"PGDMP", b" and more"))
    (path,) = (tmp_path / "s01").iterdir()
    assert path.name == name
    assert path.read_bytes() == b"PGDMP and more"
    assert path.stat().st_mode & 0o7777 == 0o640
    assert (tmp_path / "s01").stat().st_mode & 0o7777 == 0o2770


@pytest.mark.parametrize(
    ("bounds", "what", "words", "status"),
    [
        ({"most": 10}, stream(b"x" * 6, b"x" * 6), "There is more to save than", 507),
        ({"free": 10**18}, stream(b"x"), "The disk of the workshop is nearly full, so nothing more is saved", 507),
        ({"seconds": 0.05}, stream(b"x", pause=5), "not done after 0.05 s", 504),
        ({}, stream(b"x", fail=True), "no right", 502),
    ],
)
def test_what_cannot_be_saved_whole_leaves_nothing(
    tmp_path: Path, bounds: dict[str, float], what: AsyncGenerator[bytes], words: str, status: int
) -> None:
    with pytest.raises(dump.DumpError, match=words) as refused:
        keep(tmp_path, what, **bounds)
    assert refused.value.status == status
    assert list((tmp_path / "s01").iterdir()) == []


def test_a_disk_that_fills_up_while_it_is_written_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = iter([2 * dump.FREE, dump.FREE, dump.FREE - 1])
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, next(free)))
    with pytest.raises(dump.DumpError, match="nearly full"):
        keep(tmp_path, stream(b"one", b"two", b"three", b"four"))
    assert list((tmp_path / "s01").iterdir()) == []
    assert next(free, "asked no more") == "asked no more"


def test_what_a_stop_left_behind_goes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "s01").mkdir()
    (tmp_path / "s01" / ".20261122T080000Z-database.dump.part").write_text("half")
    (tmp_path / "s01" / "20261122T080000Z-engine.tar.gz.part").write_text("being written by the other service")
    name = keep(tmp_path, stream(b"x"))
    assert {path.name for path in (tmp_path / "s01").iterdir()} == {name, "20261122T080000Z-engine.tar.gz.part"}


def test_pg_dump_is_asked_as_who_checks_and_heard_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # More complaints than a pipe holds, before the content.
    script = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo \"$@\"; head -c 3000000 /dev/zero"
    name = from_pg_dump(tmp_path, script, monkeypatch)
    words, _, content = (tmp_path / "saves" / "s01" / name).read_bytes().partition(b"\n")
    assert {b"--x", b"--format=custom", b"--username=check_s01", b"--dbname=s01"} <= set(words.split())
    assert len(content) == 3_000_000


def test_a_pg_dump_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "echo half; echo 'pg_dump: error: no such thing' >&2; echo more >&2; exit 1"
    with pytest.raises(dump.DumpError, match=r"cannot be read: error: no such thing\.$"):
        from_pg_dump(tmp_path, script, monkeypatch)
    assert list((tmp_path / "saves" / "s01").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "bounds"),
    # Time enough for it to begin; it would go on for much longer.
    [("exec yes", {"most": 5_000_000}), ("exec yes", {"free": 10**18}), ("exec sleep 600", {"seconds": 3})],
)
def test_a_pg_dump_of_which_no_more_is_wanted_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, bounds: dict[str, float]
) -> None:
    began = time.monotonic()
    with pytest.raises(dump.DumpError):
        from_pg_dump(tmp_path, script, monkeypatch, **bounds)
    assert time.monotonic() - began < 120
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
    assert list((tmp_path / "saves" / "s01").iterdir()) == []


def test_one_that_waits_for_its_reader_is_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> str:
        return Path("/proc", (tmp_path / "pid").read_text().strip(), "io").read_text()

    async def run() -> None:
        stream = instead_of_pg_dump(tmp_path, "exec yes", monkeypatch)
        assert await anext(stream)
        before = ""
        while before != (now := said()):  # until it says no more: all that is between them is full
            before = now
            await asyncio.sleep(0.2)
        async with asyncio.timeout(PATIENCE):
            await stream.aclose()

    asyncio.run(run())
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_without_room_a_reset_does_not_even_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, dump.FREE - 1))

    async def idle(_student: str) -> None:
        return

    async def reset() -> str:
        work: Any = SimpleNamespace(
            schedule=SimpleNamespace(hold=lambda _student: None, release=lambda _student, anew: anew),
            idle=idle,
            lanes=asyncio.Semaphore(1),
            ledger=None,
        )
        return await Resetter("/run/nowhere", tmp_path, work).reset("s01")

    with pytest.raises(ResetError) as refused:
        asyncio.run(reset())
    assert refused.value.status == 507
    assert str(refused.value) == (
        "The disk of the workshop is nearly full, so nothing more is saved on it. Nothing was reset."
    )
