"""What is saved before a reset: whole or not at all, bounded, and readable by the services that share the folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spyglass.saves import SaveError, Saves


async def stream(*chunks: bytes, pause: float = 0, fail: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(pause)
        yield chunk
    if fail:
        raise RuntimeError("the line is gone")


def keep(saves: Saves, what: AsyncIterator[bytes]) -> str | None:
    return asyncio.run(saves.keep("s01", "engine.tar.gz", what))


def test_what_came_is_a_file_of_the_group(tmp_path: Path) -> None:
    saves = Saves(tmp_path)
    name = keep(saves, stream(b"one ", b"two"))
    assert name
    (saved,) = saves.of("s01")
    assert (saved.name, saved.size) == (name, 7)
    path = saves.find("s01", name)
    assert path
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o7777 == 0o640
    assert (tmp_path / "s01").stat().st_mode & 0o7777 == 0o2770


def test_two_within_a_second_are_two_files(tmp_path: Path) -> None:
    saves = Saves(tmp_path)
    names = [keep(saves, stream(b"x")) for _ in range(2)]
    assert sorted(saved.name for saved in saves.of("s01")) == names


def test_nothing_came_so_there_is_no_file(tmp_path: Path) -> None:
    assert keep(Saves(tmp_path), stream()) is None
    assert list((tmp_path / "s01").iterdir()) == []


@pytest.mark.parametrize(
    ("saves", "what", "error", "words"),
    [
        ({"most": 10}, stream(b"x" * 6, b"x" * 6), SaveError, "more to save"),
        ({"free": 10**18}, stream(b"x"), SaveError, "nearly full"),
        ({"time": 0.05}, stream(b"x", pause=5), SaveError, "took longer"),
        ({}, stream(b"x", fail=True), RuntimeError, "line is gone"),
    ],
)
def test_what_cannot_be_saved_whole_leaves_nothing(
    tmp_path: Path, saves: dict[str, float], what: AsyncIterator[bytes], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        keep(Saves(tmp_path, **saves), what)  # type: ignore[arg-type]
    assert list((tmp_path / "s01").iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="cannot be written"):
        keep(Saves(tmp_path / "nowhere"), stream(b"x"))
    assert Saves(tmp_path / "nowhere").of("s01") == []


def test_what_a_stop_left_behind_goes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "s01").mkdir()
    (tmp_path / "s01" / "20261122T080000Z-engine.tar.gz.part").write_text("half")
    (tmp_path / "s01" / "20261122T080000Z-database.dump.part").write_text("being written by the other service")
    keep(Saves(tmp_path), stream(b"x"))
    left = sorted(path.name.split("-", 1)[1] for path in (tmp_path / "s01").iterdir())
    assert left == ["database.dump.part", "engine.tar.gz"]


def test_a_name_from_a_browser_leads_nowhere_else(tmp_path: Path) -> None:
    saves = Saves(tmp_path)
    keep(saves, stream(b"x"))
    (tmp_path / "secret").write_text("x")
    (tmp_path / "s01" / "secret").write_text("x")
    for name in ("../secret", "secret", "", ".", "/etc/passwd", "..%2fsecret"):
        assert saves.find("s01", name) is None, name


def test_newest_first(tmp_path: Path) -> None:
    (tmp_path / "s01").mkdir()
    for name in ("20261122T080000Z-terminal.txt", "20261122T090000Z-database.dump", "20261121T100000Z-engine.tar.gz"):
        (tmp_path / "s01" / name).write_text("x")
    assert [saved.at.day * 100 + saved.at.hour for saved in Saves(tmp_path).of("s01")] == [2209, 2208, 2110]
