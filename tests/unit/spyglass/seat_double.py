"""A seat for the tests: a real sshd and a real tmux of this machine, on a port and in folders of their own."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spyglass import seats
from tests.ports import free_port
from tests.waiting import PATIENCE, wait_for_server

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
LIMITS = ["MaxSessions 100"]
MISSING = "needs sshd and tmux: apt-get install openssh-server tmux"


def available() -> bool:
    """Whether this machine has what a seat is made of."""
    return bool(SSHD and shutil.which("tmux"))


class SeatDouble:
    """Where it listens, and its tmux as the student sees it."""

    def __init__(self, folder: Path, port: int, key: Path) -> None:
        self.port = port
        self.key = key
        self.user = getpass.getuser()
        self._environment = os.environ | {"TMUX_TMPDIR": str(folder / "tmux")}

    def command(self, *arguments: str) -> list[str]:
        """A command of tmux on the student's side."""
        return ["env", f"TMUX_TMPDIR={self._environment['TMUX_TMPDIR']}", "tmux", *arguments]

    def tmux(self, *arguments: str) -> str:
        """What tmux answers on the student's side."""
        done = subprocess.run(
            ["tmux", *arguments], env=self._environment, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
        return done.stdout

    def clients(self) -> list[str]:
        """The flags of all attached clients."""
        return self.tmux("list-clients", "-F", "#{client_flags}").split()


@contextmanager
def seat(folder: Path) -> Iterator[SeatDouble]:
    """Start it; stop sshd and tmux at the end."""
    assert SSHD
    port, key = free_port(), folder / "seat_key"
    (folder / "tmux").mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host_key")], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd refuses to start without its empty folder
    config = folder / "sshd_config"
    lines = [
        f"ListenAddress 127.0.0.1:{port}",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {key}.pub",
        "PidFile none",
        "UsePAM no",
        "StrictModes no",
        "PermitRootLogin yes",
        *LIMITS,
        "Subsystem sftp internal-sftp",
        f"SetEnv TMUX_TMPDIR={folder / 'tmux'} LC_ALL=C.UTF-8 HOME={folder} SHELL=/bin/sh",  # nothing of whoever tests
    ]
    config.write_text("\n".join(lines) + "\n")
    double = SeatDouble(folder, port, key)
    with (folder / "sshd.log").open("wb") as log:
        sshd = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=log)
    try:
        wait_for_server(port, sshd, (folder / "sshd.log").read_text)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(seats, "PATIENCE", PATIENCE)  # it is slow at times, and never silent
            yield double
    finally:
        double.tmux("kill-server")
        sshd.terminate()
        sshd.wait(PATIENCE)
