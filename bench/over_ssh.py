"""A class of 32 on this machine's engine, by its socket and then over SSH, with an sshd as it comes.

In: a checkout where ``make setup`` has run, and its ``make env``; ``STUDENTS``. Out: one Markdown table on standard
output, and how many connections there were; exit status 1 where sshd refused one.
Usage: ``python bench/over_ssh.py``.
"""

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.class_of_32 import ROOT, STUDENTS, timed
from tests.ports import free_port
from tests.workshop_kit import backend, copy_of_the_project, with_the_operators_programs

STACK = "overssh"
REFUSED = re.compile("drop connection|MaxStartups throttling|no more sessions", re.IGNORECASE)


@contextmanager
def sshd(folder: Path, address: str) -> Iterator[str]:
    """An sshd of this machine for whoever measures; the Docker host's URL."""
    port = free_port()
    for name in ("host_key", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress {address}\nHostKey {folder}/host_key\nAuthorizedKeysFile {folder}/key.pub\n"
        f"PidFile none\nUsePAM no\nStrictModes no\nLogLevel VERBOSE\nSetEnv PATH={os.environ['PATH']}\n"
    )
    (folder / "known_hosts").write_text(f"[{address}]:{port} {(folder / 'host_key.pub').read_text()}")
    shim = folder / "bin" / "ssh"
    shim.parent.mkdir()
    options = f"-F none -o IdentityFile={folder}/key -o IdentitiesOnly=yes -o UserKnownHostsFile={folder}/known_hosts"
    shim.write_text(f'#!/bin/sh\nexec /usr/bin/ssh {options} "$@"\n')
    shim.chmod(0o755)
    with (folder / "sshd.log").open("wb") as log:
        server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        yield f"ssh://{getpass.getuser()}@{address}:{port}"
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    """Measure, print, leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="mentor-ssh-"))
    # As everybody reaches it: the databases are made through the published port.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # no packet is sent
        address = str(probe.getsockname()[0])
    place = folder / "program"
    (place / "state").mkdir(parents=True)
    copy_of_the_project(place)
    with_the_operators_programs(place)
    environment = {
        **os.environ,
        "PULUMI_BACKEND_URL": backend(place / "state"),
        "PULUMI_CONFIG_PASSPHRASE": "bench",
        "PULUMI_STACK": STACK,
        "MENTOR_ARCHIVE": "off",
        "PATH": f"{ROOT / 'ops' / 'ssh'}:{folder / 'bin'}:{os.environ['PATH']}",
        "XDG_RUNTIME_DIR": str(folder),
    }
    environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
    pulumi = ["pulumi", "--non-interactive"]
    go = ["--yes", "--skip-preview", "--stack", STACK]

    def configure(host: str, students: int) -> None:
        config = {"students": students, "hosts": [host], "address": [address], "https": {"port": 18944},
                  "database": {"port": 15944, "bind": address}, "grafana": {"enabled": False}}  # fmt: skip
        content = {"config": {f"mentor:{key}": value for key, value in config.items()}}
        (place / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(content))

    verify = [sys.executable, "-m", "ops.verify"]

    def steps(students: int) -> list[float]:
        every = {"up": [*pulumi, "up", *go], "no change": [*pulumi, "up", *go], "verify": verify,
                 "destroy": [*pulumi, "destroy", *go]}  # fmt: skip
        short = {"up", "destroy"}
        return [
            timed(what, command, place, environment)[1]
            for what, command in every.items()
            if students > 1 or what in short
        ]

    configure("unix:///var/run/docker.sock", 1)
    subprocess.run([*pulumi, "stack", "init", STACK], cwd=place, env=environment, check=True, capture_output=True)
    steps(1)
    configure("unix:///var/run/docker.sock", STUDENTS)
    local = steps(STUDENTS)
    with sshd(folder, address) as host:
        configure(host, STUDENTS)
        far = steps(STUDENTS)
        time.sleep(1)
        log = (folder / "sshd.log").read_text()
    refused = REFUSED.findall(log)
    print(f"| {STUDENTS} students | socket, s | SSH, s |\n|---|---|---|")
    names = ("`up`", "`up`, nothing changed", "`make verify`", "`destroy`, archives off")
    for what, here, there in zip(names, local, far, strict=True):
        print(f"| {what} | {here:.1f} | {there:.1f} |")
    connections, sessions = log.count("Accepted publickey"), log.count("Starting session")
    print(f"\n{connections} connections, {sessions} sessions, {len(refused)} refused")
    shutil.rmtree(folder)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
