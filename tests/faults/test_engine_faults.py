"""An engine that fails in the middle of ``up``: its disk is full, or it stops. It is one of its own, in a container."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.fault_kit import SERVICES, held, operate, quick, said
from tests.ground import NAMES, run
from tests.live.node_kit import Node
from tests.waiting import until
from tests.workshop_kit import Workshop, docker

SIZE = "6G"
UP = ("up", "--yes", "--skip-preview")


class Engine(Node):
    """A second engine on a disk of its own, reached by its local socket, as if it were this machine's."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix=f"{NAMES}engine-"))
        self.socket = self.home / "docker.sock"
        self.device = ""

    def start(self, *authorized: str) -> None:
        """Give it a disk that can be filled without harm, then start it."""
        disk = self.home / "disk"
        run("truncate", "-s", SIZE, str(disk))
        run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1", str(disk))
        self.device = run("losetup", "--find", "--show", str(disk)).stdout.strip()
        docker("volume", "create", "--opt", "type=ext4", "--opt", f"device={self.device}", self.name)
        super().start(*authorized)
        self.find()

    def find(self) -> None:
        """Lay the link to its socket, which is where its first process sees it."""
        first = docker("inspect", "-f", "{{.State.Pid}}", self.name)
        self.socket.unlink(missing_ok=True)
        self.socket.symlink_to(f"/proc/{first}/root/run/docker.sock")

    def stop(self) -> None:
        docker("kill", self.name)

    def come_back(self) -> None:
        docker("start", self.name)
        self.find()
        until(
            lambda: run("docker", "-H", f"unix://{self.socket}", "info", check=False).returncode == 0,
            lambda: docker("logs", "--tail", "30", self.name),
        )

    def remove(self) -> None:
        super().remove()
        if self.device:
            run("losetup", "--detach", self.device, check=False)
        shutil.rmtree(self.home)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine()
    try:
        made.start()
        # What it has to build itself would take minutes, and its disk.
        made.give_base_and_cache(but="")
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def lab(engine: Engine, workshop_factory: Callable[..., Workshop]) -> Workshop:
    """A workshop on the second engine; it goes with that."""
    workshop = quick(workshop_factory("engine", students=1, hosts=[f"unix://{engine.socket}"]))
    workshop.set(database={"port": workshop.database_port, "bind": engine.address})
    return workshop


def containers(engine: Engine) -> set[str]:
    """The names of all that runs there."""
    return set(engine.docker("ps", "--format", "{{.Names}}").split())


def assert_whole(lab: Workshop, engine: Engine, *people: str) -> None:
    wanted = {lab.container(thing) for thing in (*SERVICES, *(f"seat-{person}" for person in people))}
    assert containers(engine) == wanted
    lab.up("--refresh", "--expect-no-changes")


FILLER = "/var/lib/docker/filler"
FILL = f"""fallocate -l $(($(stat -f -c '%f * %S' /var/lib/docker) - 64 * 1024 * 1024)) {FILLER}
dd if=/dev/zero of={FILLER}.rest bs=1M"""
"""Most of it at once; the rest is written until nothing more fits."""


def test_f20_a_full_disk_is_named_and_the_next_run_finishes(lab: Workshop, engine: Engine) -> None:
    try:
        # Nobody's things are made before the course is loaded.
        with held(lab, "*'course-load'") as (doomed, hold):
            docker("exec", engine.name, "bash", "-c", FILL, check=False)  # ends with: no space left
            hold.release()
            assert doomed.wait() != 0
    finally:
        docker("exec", engine.name, "rm", "-f", FILLER, f"{FILLER}.rest")
    assert "no space left on device" in doomed.text.lower(), doomed.text
    assert "Traceback" not in doomed.text, doomed.text
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert_whole(lab, engine, "s01", "teacher")


def test_f1_an_engine_that_stops_is_named_and_the_next_run_finishes(lab: Workshop, engine: Engine) -> None:
    seat = lab.container("seat-s01")
    engine.docker("exec", "-u", "student", seat, "sh", "-c", "echo kept > ~/kept.txt")
    lab.set(students=2)
    with held(lab, "'s02 network connect'*", *UP) as (doomed, hold):
        engine.stop()
        hold.release()
        assert doomed.wait() != 0
    assert "Traceback" not in doomed.text, doomed.text
    assert str(engine.socket) in doomed.text or "docker daemon" in doomed.text, doomed.text
    meanwhile = operate(lab, "up")
    assert meanwhile.returncode != 0
    assert f'mentor:hosts[0]: "unix://{engine.socket}" cannot be used' in said(meanwhile), said(meanwhile)
    engine.come_back()
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert_whole(lab, engine, "s01", "s02", "teacher")
    assert engine.docker("exec", "-u", "student", seat, "sh", "-c", "cat ~/kept.txt") == "kept"
