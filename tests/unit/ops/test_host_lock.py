"""Who works on a stack, as a container on its host says: taken, refused, taken over, given back."""

import subprocess

import pytest

from ops import host_lock
from ops.console import StopError
from ops.engine import Engine

NAME = "mentor-dev-in-use"
WHO, PID = "mentor.lock.who", "mentor.lock.pid"


class Host(Engine):
    """An engine with room for one container."""

    def __init__(self) -> None:
        super().__init__("unix:///nowhere")
        self.labels: dict[str, str] | None = None
        self.broken = ""

    def run(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        assert given is None
        said, status = "", 0
        if self.broken:
            said, status = self.broken, 1
        elif arguments[1] == "create" and self.labels is not None:
            said, status = f'Conflict. The container name "/{NAME}" is already in use by container "abc".', 1
        elif arguments[1] == "create":
            assert NAME in arguments
            self.labels = dict(word.split("=", 1) for word in arguments if word.startswith("mentor.lock."))
        elif arguments[1] == "rm":
            self.labels = None
        elif self.labels is None:
            status = 1
        else:
            return subprocess.CompletedProcess(
                arguments, 0, f"{self.labels[WHO]}\t{self.labels[PID]}\t2030-05-31T08:00:00.123Z\n", ""
            )
        return subprocess.CompletedProcess(arguments, status, "", said)


def test_it_is_held_for_the_time_of_a_run_also_of_one_that_fails() -> None:
    host = Host()
    seen = []

    def fail() -> None:
        with host_lock.held(host, "dev"):
            seen.append(host.labels)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen[0]
    assert host.labels is None


def test_another_machines_operator_is_named_with_the_way_out_and_keeps_it() -> None:
    host = Host()
    host.labels = {WHO: "ada@laptop", PID: "42"}
    with pytest.raises(StopError) as refused, host_lock.held(host, "dev"):
        pytest.fail("two at once")
    text = str(refused.value)
    assert "in use by ada@laptop (pid 42) since 2030-05-31 08:00:00 UTC" in text
    assert f"docker -H unix:///nowhere rm {NAME}" in text
    assert host.labels == {WHO: "ada@laptop", PID: "42"}


def test_a_dead_run_of_this_machine_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    host = Host()
    host.labels = {WHO: "ada@here", PID: "999999999"}
    with host_lock.held(host, "dev"):
        assert host.labels is not None
        assert host.labels[PID] != "999999999"
    assert "died and left the host held" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("who", "running", "gone"),
    [
        ("ada@here", None, True),
        ("ada@here", "python -m ops.up", False),
        ("ada@here", "vim", True),
        ("ada@there", None, False),
        ("somebody", None, False),
    ],
)
def test_only_of_this_machine_anything_is_certain(who: str, running: str | None, gone: bool) -> None:
    assert host_lock.left_behind({WHO: who, PID: "42"}, here="here", process=lambda _: running) is gone


def test_a_host_that_cannot_be_held_stops_nobody_here() -> None:
    """The program itself says what is wrong with it, and better."""
    host = Host()
    host.broken = "Cannot connect to the Docker daemon"
    with host_lock.held(host, "dev"):
        pass
