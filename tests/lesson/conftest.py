"""What tests of drafted courses start from: a scratch server for a file of tests, a dump and a course to be made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import scratch
from ops.drafting import asking
from ops.scratch import Scratch
from tests.live import image_kit as kit


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    """A busy machine takes longer for an answer than a draft may wait for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "SECONDS", 3)
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[Scratch]:
    kit.need_engine()
    kit.scratch_images()
    with scratch.server() as running:
        running.load(Path(__file__).parent, [])
        yield running


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kit.need_engine()
    kit.scratch_images()
    monkeypatch.setenv("COURSE", str(tmp_path / "course"))
    monkeypatch.setenv("SEAT", "no")
    monkeypatch.delenv("LEVEL", raising=False)
    for name in ("START", "DSN", "DUMP", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "course"


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kit.need_engine()
    kit.scratch_images()
    monkeypatch.setenv("DUMP", str(tmp_path / "dump"))
    return tmp_path / "dump"
