"""The image's commands: the course's material, waiting for a seat, finding one's own address."""

import io
import ipaddress
import socket
import subprocess
import sys
import tarfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from spyglass.__main__ import own_address
from spyglass.settings import from_environment
from tests.ports import free_port

BIN = Path(__file__).parents[3] / "spyglass" / "bin"


@pytest.fixture
def course_put() -> ModuleType:
    loader = SourceFileLoader("course_put", str(BIN / "course-put"))
    spec = spec_from_loader("course_put", loader)
    assert spec
    module = module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def archive(files: dict[str, str], *extra: tarfile.TarInfo) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.uid = len(text), 0o600, 4711
            tar.addfile(entry, io.BytesIO(text.encode()))
        for entry in extra:
            tar.addfile(entry)
    packed.seek(0)
    return packed


def test_new_material_takes_the_place_of_the_old_one(course_put: ModuleType, tmp_path: Path) -> None:
    course_put.put("aaaaaa", archive({"./one.md": "1", "./sub/two.sh": "2"}), tmp_path)
    assert (tmp_path / "version").read_text() == "aaaaaa\n"
    assert (tmp_path / "current" / "sub" / "two.sh").read_text() == "2"
    assert (tmp_path / "current" / "one.md").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "current").readlink() == Path("aaaaaa")  # relative: seats see the same volume
    course_put.put("bbbbbb", archive({"one.md": "new"}), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bbbbbb", "current", "version"]
    assert (tmp_path / "current" / "one.md").read_text() == "new"
    course_put.put("bbbbbb", archive({"one.md": "new"}), tmp_path)
    assert (tmp_path / "current" / "one.md").read_text() == "new"


def test_material_that_would_land_elsewhere_changes_nothing(course_put: ModuleType, tmp_path: Path) -> None:
    root = tmp_path / "course"
    root.mkdir()
    course_put.put("aaaaaa", archive({"one.md": "1"}), root)
    link = tarfile.TarInfo("out")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for wrong in (archive({"../escape.md": "x"}), archive({}, link), io.BytesIO(b"no tar at all" * 100)):
        with pytest.raises((tarfile.TarError, OSError)):
            course_put.put("bbbbbb", wrong, root)
    assert not (tmp_path / "escape.md").exists()
    assert (root / "version").read_text() == "aaaaaa\n"
    assert (root / "current" / "one.md").read_text() == "1"


@pytest.mark.parametrize("name", ["", "..", "a/b", "short", "x" * 129])
def test_a_version_is_a_hash(course_put: ModuleType, tmp_path: Path, name: str) -> None:
    assert course_put.main([name], tmp_path) == 2


def test_waiting_ends_when_the_port_answers_or_the_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        assert subprocess.run([BIN / "wait-for", "127.0.0.1", port, "5"], check=False).returncode == 0
    late = subprocess.run(
        [BIN / "wait-for", "127.0.0.1", str(free_port()), "0.3"], check=False, capture_output=True, text=True
    )
    assert late.returncode == 1
    assert "did not answer within 0.3 s" in late.stderr


def test_the_app_listens_on_the_one_network_it_is_told() -> None:
    assert own_address(ipaddress.IPv4Network("127.0.0.0/8")) == "127.0.0.1"
    with pytest.raises(OSError, match="no address"):
        own_address(ipaddress.IPv4Network("198.51.100.0/24"))
    good = {"SPYGLASS_NETWORK": "10.64.0.0/28", "SPYGLASS_STACK": "blue-2"}
    assert str(from_environment(good).network) == "10.64.0.0/28"
    for wrong in ({}, {"SPYGLASS_NETWORK": "x"}):
        with pytest.raises(SystemExit, match="SPYGLASS_NETWORK"):
            from_environment(wrong)


def test_the_app_is_told_the_name_of_its_workshop() -> None:
    network = {"SPYGLASS_NETWORK": "10.64.0.0/28"}
    assert from_environment(network | {"SPYGLASS_STACK": "blue-2"}).stack == "blue-2"
    for wrong in ({}, *({"SPYGLASS_STACK": name} for name in ("", "Blue", "a;b", "a=b", "a b", "blue\n", "x" * 41))):
        with pytest.raises(SystemExit, match="SPYGLASS_STACK"):
            from_environment(network | wrong)
