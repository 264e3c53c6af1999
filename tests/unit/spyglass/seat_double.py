"""A seat for the tests: a real sshd and a real tmux of this machine, on a port and in folders of their own."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
MISSING = "needs sshd and tmux: apt-get install openssh-server tmux"


def available() -> bool:
    """Whether this machine has what a seat is made of."""
    return bool(SSHD and shutil.which("tmux"))


def free_port() -> int:
    """A port of the loopback that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class SeatDouble:
    """Where it listens, and its tmux as the student sees it."""

    def __init__(self, folder: Path, port: int, key: Path) -> None:
        self.port = port
        self.key = key
        self.user = getpass.getuser()
        self._environment = os.environ | {"TMUX_TMPDIR": str(folder / "tmux")}

    def tmux(self, *arguments: str) -> str:
        """What tmux answers on the student's side."""
        done = subprocess.run(
            ["tmux", *arguments], env=self._environment, check=False, capture_output=True, text=True, timeout=10
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
        "MaxSessions 100",
        f"SetEnv TMUX_TMPDIR={folder / 'tmux'} LC_ALL=C.UTF-8 HOME={folder} SHELL=/bin/sh",  # nothing of whoever tests
    ]
    config.write_text("\n".join(lines) + "\n")
    double = SeatDouble(folder, port, key)
    with (folder / "sshd.log").open("wb") as log:
        sshd = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=log)
    try:
        _wait_for(port, sshd)
        yield double
    finally:
        double.tmux("kill-server")
        sshd.terminate()
        sshd.wait(10)


def _wait_for(port: int, sshd: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert sshd.poll() is None, "sshd ended"
            assert time.monotonic() < until, "sshd does not listen"
            time.sleep(0.05)
        else:
            return
