"""How course material reaches a seat: nothing that a student wrote is ever lost.

In: the script as the image carries it, run on temporary folders. Out: what the folders hold afterwards.
"""

import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[3] / "images" / "seat" / "lib" / "merge_material.py"


def load() -> ModuleType:
    """The script as a module: it has no package, because it runs alone in the seat."""
    spec = importlib.util.spec_from_file_location("merge_material", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its own module up
    spec.loader.exec_module(module)
    return module


merge_material = load()


class Seat:
    """A course folder and a student's folder, with the record of deliveries beside them."""

    def __init__(self, root: Path) -> None:
        self.material = root / "course"
        self.home = root / "workshop"
        self.record = root / "record.json"
        self.material.mkdir()
        self.home.mkdir()

    def publish(self, **files: str) -> None:
        """Replaces the whole course: ``_`` stands for ``/`` and nothing for the ending."""
        for path in sorted(self.material.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        for name, text in files.items():
            path = self.material / name.replace("_", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def merge(self) -> str:
        """Runs the script's main function and returns what it says."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            assert merge_material.main(str(self.material), str(self.home), str(self.record)) == 0
        return said.getvalue().strip()

    def files(self) -> dict[str, str]:
        """What the student's folder holds."""
        return {str(p.relative_to(self.home)): p.read_text() for p in self.home.rglob("*") if p.is_file()}


@pytest.fixture
def seat(tmp_path: Path) -> Seat:
    return Seat(tmp_path)


def test_new_material_is_added_with_its_folders(seat: Seat) -> None:
    seat.publish(a="1", sub_b="2")
    assert seat.merge() == "2 new"
    assert seat.files() == {"a": "1", "sub/b": "2"}


def test_a_second_run_does_and_says_nothing(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    before = (seat.home / "a").stat().st_mtime_ns, seat.record.read_text()
    assert seat.merge() == ""
    assert ((seat.home / "a").stat().st_mtime_ns, seat.record.read_text()) == before


def test_a_file_that_the_student_left_alone_is_updated(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    seat.publish(a="2", b="new")
    assert seat.merge() == "1 new; 1 updated"
    assert seat.files() == {"a": "2", "b": "new"}


def test_a_changed_file_stays_and_the_new_version_lands_beside_it(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    (seat.home / "a").write_text("mine")
    seat.publish(a="2")
    assert seat.merge() == "you changed these, see the new version: a.new"
    assert seat.files() == {"a": "mine", "a.new": "2"}


def test_a_still_newer_version_replaces_the_one_beside(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    (seat.home / "a").write_text("mine")
    for version in "23":
        seat.publish(a=version)
        seat.merge()
    assert seat.files() == {"a": "mine", "a.new": "3"}


def test_a_version_beside_that_the_student_edited_too_is_kept(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    (seat.home / "a").write_text("mine")
    seat.publish(a="2")
    seat.merge()
    (seat.home / "a.new").write_text("mine too")
    seat.publish(a="3")
    assert seat.merge() == "you changed these, see the new version: a.new2"
    assert seat.files() == {"a": "mine", "a.new": "mine too", "a.new2": "3"}


def test_a_version_beside_that_was_thrown_away_does_not_come_back(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    (seat.home / "a").write_text("mine")
    seat.publish(a="2")
    seat.merge()
    (seat.home / "a.new").unlink()
    assert seat.merge() == ""
    assert seat.files() == {"a": "mine"}


def test_who_takes_the_new_version_over_gets_updates_again(seat: Seat) -> None:
    seat.publish(a="1")
    seat.merge()
    (seat.home / "a").write_text("mine")
    seat.publish(a="2")
    seat.merge()
    (seat.home / "a.new").replace(seat.home / "a")
    seat.publish(a="3")
    assert seat.merge() == "1 updated"
    assert seat.files() == {"a": "3"}


def test_a_deleted_file_stays_deleted_even_when_the_course_changes_it(seat: Seat) -> None:
    seat.publish(a="1", b="1")
    seat.merge()
    (seat.home / "a").unlink()
    assert seat.merge() == ""
    seat.publish(a="2", b="1")
    assert seat.merge() == ""
    assert seat.files() == {"b": "1"}


def test_a_file_of_the_students_own_with_the_same_name_is_kept(seat: Seat) -> None:
    (seat.home / "a").write_text("mine")
    seat.publish(a="1")
    seat.merge()
    assert seat.files() == {"a": "mine", "a.new": "1"}


def test_what_left_the_course_stays_with_the_student(seat: Seat) -> None:
    seat.publish(a="1", b="1")
    seat.merge()
    seat.publish(b="1")
    assert seat.merge() == ""
    assert seat.files() == {"a": "1", "b": "1"}


def test_a_file_where_the_course_has_a_folder_is_kept(seat: Seat) -> None:
    (seat.home / "sub").write_text("mine")
    seat.publish(sub_b="1", sub_c_d="2")
    seat.merge()
    assert seat.files() == {"sub": "mine", "sub.new/b": "1", "sub.new/c/d": "2"}
    assert seat.merge() == ""


def test_a_folder_where_the_course_has_a_file_is_kept(seat: Seat) -> None:
    (seat.home / "a").mkdir()
    (seat.home / "a" / "own").write_text("mine")
    seat.publish(a="1")
    seat.merge()
    assert seat.files() == {"a/own": "mine", "a.new": "1"}


def test_a_link_that_the_student_made_is_not_written_through(seat: Seat, tmp_path: Path) -> None:
    seat.publish(a="1")
    seat.merge()
    (tmp_path / "precious").write_text("1")
    (seat.home / "a").unlink()
    (seat.home / "a").symlink_to(tmp_path / "precious")
    seat.publish(a="2")
    seat.merge()
    assert (tmp_path / "precious").read_text() == "1"
    assert (seat.home / "a.new").read_text() == "2"


def test_scripts_stay_executable_and_links_stay_links(seat: Seat) -> None:
    seat.publish(run="#!/bin/sh\n")
    (seat.material / "run").chmod(0o555)
    (seat.material / "again").symlink_to("run")
    seat.merge()
    assert os.access(seat.home / "run", os.X_OK | os.W_OK)
    assert (seat.home / "again").readlink() == Path("run")


def test_a_name_that_is_not_utf8_is_delivered_once(seat: Seat) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    (seat.material / name).write_text("1")
    assert seat.merge() == "1 new"
    assert seat.merge() == ""
    assert (seat.home / name).read_text() == "1"


def test_a_name_cannot_send_commands_to_the_terminal(seat: Seat) -> None:
    seat.publish(**{"\x1b]0;x\x07": "1"})
    seat.merge()
    next(path for path in seat.home.iterdir()).write_text("mine")
    seat.publish(**{"\x1b]0;x\x07": "2"})
    assert seat.merge().isprintable()


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"a": 3}'])
def test_a_spoilt_record_never_costs_a_file(seat: Seat, spoilt: str) -> None:
    seat.publish(a="1", b="1")
    seat.merge()
    (seat.home / "a").write_text("mine")
    seat.record.write_text(spoilt)
    seat.publish(a="2", b="1")
    seat.merge()
    assert seat.files() == {"a": "mine", "a.new": "2", "b": "1"}


def test_an_interrupted_run_is_finished_by_the_next(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.publish(a="1", b="1", c="1")
    real = merge_material.put

    def full_disk(source: Path, target: Path) -> None:
        if target.name == "b":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(merge_material, "put", full_disk)
    with pytest.raises(OSError, match="No space left"):
        merge_material.main(str(seat.material), str(seat.home), str(seat.record))
    assert set(json.loads(seat.record.read_text())) == {"a"}
    monkeypatch.undo()
    assert seat.merge() == "2 new"
    assert seat.files() == {"a": "1", "b": "1", "c": "1"}


def test_a_course_that_is_missing_is_an_error_without_a_traceback(seat: Seat) -> None:
    result = subprocess.run(
        [sys.executable, SCRIPT, seat.material / "gone", seat.home, seat.record],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("course material: ")
    assert "Traceback" not in result.stderr


Step = tuple[str, str, str]
names = st.sampled_from(["a", "b", "sub_a"])
steps = st.lists(st.tuples(st.sampled_from(["publish", "write", "delete"]), names, st.sampled_from("123")), max_size=12)


@settings(max_examples=40, deadline=None)
@given(steps=steps)
def test_whatever_happens_nothing_that_the_student_wrote_is_lost(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    seat = Seat(tmp_path_factory.mktemp("seat"))
    course: dict[str, str] = {}
    written: dict[str, str] = {}
    for number, (action, name, text) in enumerate(steps):
        path = seat.home / name.replace("_", "/")
        if action == "publish":
            course[name] = text
            seat.publish(**course)
            seat.merge()
        elif action == "write":
            path.parent.mkdir(exist_ok=True)
            written[str(path.relative_to(seat.home))] = f"mine {number}"
            path.write_text(f"mine {number}")
        elif path.exists():
            path.unlink()
            written.pop(str(path.relative_to(seat.home)), None)
        now = seat.files()
        assert {name: now.get(name) for name in written} == written
        assert not [left for left in now if ".new-" in left]
