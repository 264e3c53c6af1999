"""The ssh that stands before ssh: a real sshd with its own limits, and many calls at once such as docker's."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.spyglass import seat_double
from tests.unit.spyglass.seat_double import SeatDouble
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)

SSH = Path(__file__).parents[3] / "ops" / "ssh" / "ssh"
SAID = "docker system dial-stdio"


class Host:
    """An sshd, and whoever calls it with docker's words."""

    def __init__(self, double: SeatDouble, folder: Path) -> None:
        self.double, self.folder = double, folder
        self.sockets = Path(tempfile.mkdtemp(prefix="a b%"))  # short, as a socket's path has to be
        self.calls: list[subprocess.Popen[bytes]] = []
        self.log = folder / "sshd.log"
        (folder / "bin").mkdir()
        # It answers when all are there, so that all are there at once.
        docker = folder / "bin" / "docker"
        docker.write_text(
            f"#!/bin/sh\necho . >> {folder}/here\n"
            f'until [ -e {folder}/go ]; do [ -e {folder} ] || exit; sleep 0.1; done\necho "$*"\ncat\n'
        )
        docker.chmod(0o755)

    def call(self, *before: str, words: str = SAID, port: int | None = None, **more: str) -> subprocess.Popen[bytes]:
        options = ["-o", f"IdentityFile={self.double.key}", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
                   "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-F", "none"]  # fmt: skip
        place = ["-l", self.double.user, "-p", str(port or self.double.port)]
        environment = {"PATH": f"{SSH.parent}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(self.sockets)} | more
        self.calls.append(subprocess.Popen(
            ["ssh", *options, *place, *before, *words.split()], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ))  # fmt: skip
        return self.calls[-1]

    def hang_up(self) -> None:
        """End all connections, as when the line is lost."""
        mine = f"ControlPath=.*{self.sockets.name.rpartition('%')[2]}/"
        subprocess.run(["pkill", "-KILL", "-f", mine], check=False)
        until(lambda: subprocess.run(["pgrep", "-f", mine], check=False).returncode, "they are gone")

    def here(self) -> int:
        file = self.folder / "here"
        return len(file.read_text().split()) if file.exists() else 0

    def go(self) -> None:
        (self.folder / "go").touch()

    def visits(self) -> int:
        return self.log.read_text().count("Accepted publickey")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    folder = tmp_path / "host"
    folder.mkdir()
    monkeypatch.setattr(seat_double, "LIMITS", ["LogLevel VERBOSE", f"SetEnv PATH={folder}/bin:/usr/bin:/bin"])
    with seat_double.seat(folder) as double:
        made = Host(double, folder)
        try:
            yield made
        finally:
            made.go()
            for call in made.calls:
                call.kill()
                call.wait(PATIENCE)
            made.hang_up()
            shutil.rmtree(made.sockets)


def answers(call: subprocess.Popen[bytes], text: bytes = b"hello\n") -> None:
    said, complaint = call.communicate(text, timeout=PATIENCE)
    assert (call.returncode, said) == (0, b"system dial-stdio\n" + text), complaint


def test_forty_at_once_share_a_few_connections(host: Host) -> None:
    calls = [host.call("--", "127.0.0.1") for _ in range(40)]
    until(lambda: host.here() == 40, lambda: f"{host.here()} of 40 are through")
    host.go()
    for call in calls:
        answers(call)
    # Eight, and one for each call that meets a full one, which is rare.
    assert host.visits() <= 20
    log = host.log.read_text()
    assert not re.search("MaxStartups|beginning|drop connection", log), log


def test_older_dockers_words_are_understood_and_others_passed_on(host: Host) -> None:
    host.go()
    answers(host.call("127.0.0.1", "--"))
    assert len(list(host.sockets.glob("mentor-*-*"))) == 1
    before = host.visits()
    assert host.call("127.0.0.1", words="echo plain").communicate(timeout=PATIENCE)[0] == b"plain\n"
    assert host.visits() == before + 1
    assert len(list(host.sockets.glob("mentor-*-*"))) == 1


def test_a_connection_that_was_lost_is_opened_again(host: Host) -> None:
    host.go()
    calls = [host.call("--", "127.0.0.1") for _ in range(20)]
    for call in calls:
        answers(call)
    host.hang_up()
    left = list(host.sockets.glob("mentor-*-*"))
    assert left, "nobody has tidied up"
    before = host.visits()
    calls = [host.call("--", "127.0.0.1") for _ in range(20)]
    for call in calls:
        answers(call)
    assert 1 <= host.visits() - before <= 8, "they share again"


def test_a_host_that_does_not_answer_is_said_by_ssh_and_does_not_hold_up_the_others(host: Host) -> None:
    calls = [host.call("--", "127.0.0.1", port=9) for _ in range(20)]
    for call in calls:
        assert b"Connection refused" in call.communicate(timeout=PATIENCE)[1]
        assert call.returncode == 255


def test_the_next_one_behind_it_is_taken_also_when_it_stands_there_twice(tmp_path: Path) -> None:
    for name in ("before", "behind", "last"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ssh").write_text(f"#!/bin/sh\necho {name}\n")
        (tmp_path / name / "ssh").chmod(0o755)
    own = SSH.parent
    path = f"{tmp_path}/before:{own}:{tmp_path}/behind:{own}:{tmp_path}/last:{os.environ['PATH']}"
    assert subprocess.check_output([str(SSH), "host"], env={"PATH": path}, timeout=PATIENCE) == b"behind\n"


def test_a_folder_that_others_can_write_to_is_not_used(host: Host) -> None:
    host.go()
    host.sockets.chmod(0o770)
    call = host.call("--", "127.0.0.1", HOME=str(host.folder / "nowhere"))
    answers(call)
    assert list(host.sockets.iterdir()) == []


@pytest.mark.parametrize("behind", [False, True])
def test_two_checkouts_do_not_call_each_other(tmp_path: Path, *, behind: bool) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(SSH, other / "ssh")
    places = [str(SSH.parent), str(other)] if behind else [str(other), str(SSH.parent)]
    done = subprocess.run(["ssh", "-V"], env={"PATH": ":".join([*places, os.environ["PATH"]])}, check=True,
                          capture_output=True, timeout=PATIENCE)  # fmt: skip
    assert b"OpenSSH" in done.stderr
