"""What Prometheus has seen is saved whole, or not at all, and the server goes on either way."""

import stat
import tarfile
from pathlib import Path

import pytest

from ops import history
from ops.console import StopError
from ops.engine import Engine

DOCKER = """#!/bin/bash
echo "$1" >> "$0.log"
case $1 in
container) [ ! -e "$0.gone" ] ;;
cp) tar -C "$0.data" -c prometheus; exit $(cat "$0.fails") ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker command of our own, first on PATH, and the data that it copies."""
    program = tmp_path / "bin" / "docker"
    (program.with_suffix(".data") / "prometheus").mkdir(parents=True)
    (program.with_suffix(".data") / "prometheus" / "wal").write_bytes(bytes(200_000))
    program.with_suffix(".fails").write_text("0")
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def done(docker: Path) -> list[str]:
    return docker.with_suffix(".log").read_text().split()


def test_it_is_saved_for_its_owner_only_while_the_server_stands_still(docker: Path, tmp_path: Path) -> None:
    file = history.keep(Engine("unix:///nowhere"), "dev", tmp_path / "archive" / "dev")
    assert file is not None
    assert done(docker) == ["container", "stop", "cp", "start"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as saved:
        assert saved.getmember("prometheus/wal").size == 200_000


def test_without_a_server_there_is_nothing_to_save(docker: Path, tmp_path: Path) -> None:
    docker.with_suffix(".gone").touch()
    assert history.keep(Engine("unix:///nowhere"), "dev", tmp_path / "archive") is None
    assert not (tmp_path / "archive").exists()


def test_half_of_it_is_not_kept_and_the_server_goes_on(docker: Path, tmp_path: Path) -> None:
    docker.with_suffix(".fails").write_text("1")
    with pytest.raises(StopError, match="docker cp"):
        history.keep(Engine("unix:///nowhere"), "dev", tmp_path / "archive")
    assert list((tmp_path / "archive").iterdir()) == []
    assert done(docker)[-1] == "start"
