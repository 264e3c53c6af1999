"""The web app's reset script in a seat: what is saved is whole, what is to end ends, what is the student's stays."""

import io
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from ops.seat_options import SEAT_OPTIONS
from tests.live import image_kit as kit
from tests.waiting import until

SCRIPT = (kit.ROOT / "spyglass" / "admin" / "seat_reset.sh").read_text()
# An image of this machine's own files: nothing is pulled. Its container writes a file that belongs to nobody outside.
CONTAINER = """
mkdir -p ~/image && cd ~/image
for file in /usr/bin/{bash,sleep,chown}; do
  for path in "$file" $(ldd "$file" | grep -o '/[^ ]*'); do mkdir -p ".${path%/*}"; cp -L "$path" ".$path"; done
done
tar -c . | docker import - tiny > /dev/null
docker run -d --name db -v notes:/notes tiny /usr/bin/bash -c 'echo precious > /notes/a; /usr/bin/chown 70:70 /notes/a;
  echo x > /notes/metadata.db; exec /usr/bin/sleep 1000' > /dev/null
until [ -e "$(docker volume inspect -f '{{.Mountpoint}}' notes)/metadata.db" ]; do sleep 0.2; done
"""


@pytest.fixture(scope="module")
def seat() -> Iterator[str]:
    with kit.ground() as ground:
        course = ground.volume("course")
        kit.docker("run", "--rm", "-v", f"{course}:/course", "--entrypoint", "bash", kit.image("seat"), "-ec",
                   "mkdir /course/v1; echo one > /course/v1/one; echo two > /course/v1/two; ln -s v1 /course/current; "
                   "echo v1 > /course/version")  # fmt: skip
        volumes = ["-v", f"{ground.volume('home')}:/home/student", "-v", f"{ground.volume('engine')}:/var/lib/engine"]
        seccomp = f"--security-opt=seccomp={kit.ROOT / 'images/seat/seccomp.json'}"
        options = [*SEAT_OPTIONS, seccomp, "-e", "STUDENT=s01", *volumes, "-v", f"{course}:/course:ro"]
        container = ground.container("seat-s01", kit.image("seat"), {}, *options)
        inside(container, "until seat-ready && [ -e ~/workshop/two ]; do sleep 0.2; done")
        yield container


def as_student(seat: str) -> list[str]:
    """A command that runs bash with the script that comes next, with what a session has."""
    environment = ["-e", "HOME=/home/student", "-e", "XDG_RUNTIME_DIR=/run/user/1000"]
    return ["docker", "exec", "-u", "student", *environment, seat, "bash", "-c"]


def inside(seat: str, script: str) -> str:
    return kit.run(*as_student(seat), script).stdout


def reset(seat: str, step: str) -> str:
    return kit.run(*as_student(seat), SCRIPT, "reset", step).stdout


def test_a_soft_reset_brings_the_material_back_and_ends_what_ran(seat: str) -> None:
    inside(seat, "cd ~/workshop; rm one; echo mine > two; echo note > own")
    inside(seat, "tmux new-session -d -s main 'echo on the screen; trap : HUP TERM; sleep 5001; sleep 5002'")
    inside(seat, "tmux split-window -d -t main 'nohup sleep 5003'; until pgrep -xc sleep | grep -qx 2; do :; done")
    until(lambda: "on the screen" in reset(seat, "terminal-text"), "what was shown is told")
    reset(seat, "soft")
    until(lambda: inside(seat, "pgrep -x sleep || true") == "", "what ran in the terminal has ended")
    assert inside(seat, "tmux list-sessions -F '#{session_name}'") == "main\n"
    assert inside(seat, "cd ~/workshop; head *") == (
        "==> one <==\none\n\n==> own <==\nnote\n\n==> two <==\nmine\n\n==> two.new <==\ntwo\n"
    )


def test_a_soft_reset_where_nobody_was_yet_is_no_error(seat: str) -> None:
    inside(seat, "tmux kill-server || true")
    assert reset(seat, "terminal-text") == ""
    reset(seat, "soft")
    assert inside(seat, "tmux list-sessions -F '#{session_name}'") == "main\n"


def test_an_engine_that_was_never_used_has_nothing_to_save_and_is_not_started(seat: str) -> None:
    assert reset(seat, "engine-volumes") == ""
    assert inside(seat, "pgrep dockerd || true") == ""


def test_an_engines_volumes_are_saved_and_then_it_is_empty(seat: str) -> None:
    inside(seat, CONTAINER)
    saving = subprocess.run([*as_student(seat), SCRIPT, "reset", "engine-volumes"], check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(saving.stdout)) as saved:
        members = {member.name: member for member in saved}
        file = saved.extractfile("volumes/notes/_data/a")
        assert file
        assert file.read() == b"precious\n"
    assert (members["volumes/notes/_data/a"].uid, members["volumes/notes/_data/a"].gid) == (70, 70)
    assert "volumes/notes/_data/metadata.db" in members  # the student's own file of that name
    assert "volumes/metadata.db" not in members
    assert inside(seat, "docker ps -q") == ""  # stopped, so that what they write is whole
    inside(seat, "docker start db")
    reset(seat, "engine")
    assert inside(seat, "ls -A /var/lib/engine") == ""
    assert inside(seat, "pgrep 'dockerd|containerd' || true") == ""
    # It starts again by itself, and what was saved can be put back.
    inside(seat, "until docker version > /dev/null 2>&1; do sleep 0.5; done")
    assert inside(seat, "docker ps -aq; docker images -q; docker volume ls -q") == ""
