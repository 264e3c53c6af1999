"""A home is put back: killed before any of its commands, the script leaves the old or the new whole."""

import hashlib
import os
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "images" / "seat" / "lib" / "put-back"
KILL = "set -T; trap '((--COUNTDOWN)) || kill -9 $BASHPID' DEBUG"
"""Kills the shell, or its subshell, before the COUNTDOWNth command of its own."""

OLD = {"home/old.txt": "old", "home/.seat/host_key": "old key", "home/work/deep/file": "old work",
       "engine/volumes/inner/_data/row": "old row"}  # fmt: skip
NEW = {"home/new.txt": "new", "home/.seat/host_key": "new key", "home/work/file": "new work",
       "engine/volumes/inner/_data/row": "new row", "engine/volumes/second/_data/row": "more"}  # fmt: skip


class Place:
    """A home and an engine's folder with the old work in them, and the new work in a tar."""

    def __init__(self, root: Path) -> None:
        self.root, self.tar = root / "place", root / "seat.tar"
        for base, tree in ((self.root, OLD), (root / "saved", NEW)):
            for name, text in tree.items():
                (base / name).parent.mkdir(parents=True, exist_ok=True)
                (base / name).write_text(text)
        (root / "saved/home/link").symlink_to("home/new.txt")
        os.link(root / "saved/home/new.txt", root / "saved/home/twin.txt")
        with tarfile.open(self.tar, "w") as archive:
            archive.add(root / "saved/home", "home")
            archive.add(root / "saved/engine/volumes", "engine/volumes")
        (self.root / "engine" / "overlay2").mkdir()  # what else an engine has stays
        self.sum = hashlib.sha256(self.tar.read_bytes()).hexdigest()

    def put_back(self, *sums: str, **environment: str) -> int:
        """Run the script; with a sum it takes the new work in, without it ends what was begun."""
        with self.tar.open("rb") as saved:
            return subprocess.run(
                ["bash", str(SCRIPT), str(self.root / "home"), str(self.root / "engine"), *sums],
                env=os.environ | environment, stdin=saved, capture_output=True, check=False,
            ).returncode  # fmt: skip

    def holds(self, *, wanted: dict[str, str]) -> bool:
        """Whether home and volumes are exactly these."""
        found = {
            str(path.relative_to(self.root)): path.read_text()
            for path in self.root.rglob("*")
            if path.is_file() and not path.is_symlink() and path.name != "twin.txt"
        }
        return found == wanted

    def keeps(self, tree: dict[str, str]) -> bool:
        """Whether each of these files is somewhere, in its place or on its way."""
        texts = [path.read_text() for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        return all(text in texts for text in tree.values())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_new_takes_the_place_of_the_old(place: Place) -> None:
    assert place.put_back(place.sum) == 0
    assert place.holds(wanted=NEW)
    assert (place.root / "home/link").readlink() == Path("home/new.txt")
    assert (place.root / "home/twin.txt").samefile(place.root / "home/new.txt")
    assert (place.root / "engine/overlay2").is_dir()
    assert place.put_back() == 0
    assert place.holds(wanted=NEW)


@pytest.mark.parametrize("kept", [0, 512, 10240])
def test_what_did_not_arrive_whole_changes_nothing(place: Place, kept: int) -> None:
    place.tar.write_bytes(place.tar.read_bytes()[:kept])
    assert place.put_back(place.sum) != 0
    assert place.put_back() == 0
    assert place.holds(wanted=OLD)


def test_killed_between_two_files_of_a_move_the_new_is_whole(place: Place, tmp_path: Path) -> None:
    """Once of the old on its way out, once of the new on its way in."""
    stub, turn = tmp_path / "bin" / "mv", tmp_path / "turn"
    stub.parent.mkdir()
    stub.write_text(f"""#!/bin/bash
case $1:$(cat {turn}):$2 in
  -t:out:old | -t:in:*/home) /bin/mv -t "$2" "$3"; exit 1 ;;
esac
exec /bin/mv "$@"
""")
    stub.chmod(0o755)
    path = f"{stub.parent}:{os.environ['PATH']}"
    turn.write_text("out")
    assert place.put_back(place.sum, PATH=path) != 0
    turn.write_text("in")
    assert place.put_back(PATH=path) != 0
    assert place.keeps(NEW)
    assert not place.holds(wanted=NEW)
    assert place.put_back() == 0
    assert place.holds(wanted=NEW)


def test_killed_at_any_command_the_old_or_the_new_is_whole(tmp_path: Path) -> None:
    (tmp_path / "kill").write_text(KILL)
    ends: list[str] = []
    for countdown in range(1, 200):
        place = Place(tmp_path / str(countdown))
        status = place.put_back(place.sum, BASH_ENV=str(tmp_path / "kill"), COUNTDOWN=str(countdown))
        assert place.keeps(OLD) or place.keeps(NEW), countdown
        assert place.put_back() == 0
        ends.append("new" if place.holds(wanted=NEW) else "old")
        assert ends[-1] == "new" or place.holds(wanted=OLD), countdown
        if status == 0:
            break
        assert status in {-signal.SIGKILL, 128 + signal.SIGKILL, 1}, countdown
    assert len(ends) > 20
    assert set(ends) == {"old", "new"}
    assert ends == sorted(ends, reverse=True), "what was chosen once was taken back"
