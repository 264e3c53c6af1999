"""The rounds of `make up`: two on a server without Docker, and how much is done at once; doubles play CLI and state."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ops import host_lock, outlived, reach, recover, repair, up
from ops.console import StopError
from ops.engine import Engine
from ops.preview import Loss, Summary
from ops.pulumi_cli import Stack

DOCKER = {"op": "same", "urn": "urn:pulumi:dev::mentor::mentor:index:DockerEngine::engine"}
PROVIDER = {"op": "create", "urn": "urn:pulumi:dev::mentor::pulumi:providers:docker::host"}
OLD_PROVIDER = PROVIDER | {"op": "delete"}
VOLUME = {"type": "docker:index/volume:Volume", "urn": "urn:pulumi:dev::mentor::docker:index/volume:Volume::course"}


@dataclass
class Double:
    """A stack whose server is to have Docker: what each preview says, by round."""

    rounds: Sequence[Sequence[Mapping[str, Any]]]
    resources: Sequence[Mapping[str, Any]] = ()
    status: int = 0
    name: str = "dev"
    prefix: str = "mentor-dev"
    engine: str = "ssh://root@lab.example.org"
    installs: bool = True
    shown: list[str] = field(default_factory=list)

    def exists(self) -> bool:
        return True

    def export(self) -> dict[str, Any]:
        return {"resources": list(self.resources)}

    def preview(self, *flags: str) -> dict[str, Any]:
        assert flags == ("--show-sames",)
        assert outlived.VARIABLE not in os.environ
        return {"steps": list(self.rounds[len(self.shown)])}

    def show(self, *arguments: str) -> int:
        self.shown.append(arguments[0])
        return self.status

    def output(self, name: str) -> str:
        return f"the {name}"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was told of the portal; nothing is asked of a host."""

    @contextmanager
    def nobody(_engine: Engine, _stack: str) -> Iterator[None]:
        yield

    looked: list[str] = []
    monkeypatch.setattr(recover, "ready", lambda _stack: None)
    monkeypatch.setattr(host_lock, "held", nobody)
    monkeypatch.setattr(repair, "look", lambda *_: {})
    monkeypatch.setattr(repair, "trouble", lambda *_: {})
    monkeypatch.setattr(up, "admit_lost_volumes", lambda *_: None)
    monkeypatch.setattr(reach, "tell", lambda stack: looked.append(stack.name))
    return looked


def run(monkeypatch: pytest.MonkeyPatch, stack: Double) -> int:
    monkeypatch.setattr(Stack, "from_environment", lambda: cast("Stack", stack))
    return up.main()


def test_docker_comes_first_and_the_workshop_in_the_same_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], told: list[str]
) -> None:
    stack = Double([[DOCKER], [DOCKER, PROVIDER]])
    assert run(monkeypatch, stack) == 0
    assert (stack.shown, told) == (["up", "up"], ["dev"])
    said = capsys.readouterr().out
    assert said.count("first Docker") == 1
    assert "the nextSteps" in said


def test_what_a_shell_says_of_an_earlier_run_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(outlived.VARIABLE, "role:s01")
    assert run(monkeypatch, Double([[PROVIDER]])) == 0


def test_where_docker_is_one_round_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for steps in ([DOCKER, PROVIDER], [PROVIDER]):
        stack = Double([steps])
        assert run(monkeypatch, stack) == 0
        assert stack.shown == ["up"]


def test_a_workshop_that_the_state_knows_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Double([[DOCKER, OLD_PROVIDER]], resources=[VOLUME])
    with pytest.raises(StopError, match="pulumi stack rm --force --preserve-config dev"):
        run(monkeypatch, stack)
    assert stack.shown == []


def test_an_installation_that_fails_is_the_end_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Double([[DOCKER]], status=7)
    with pytest.raises(StopError, match="not finished") as raised:
        run(monkeypatch, stack)
    assert (raised.value.status, stack.shown) == (7, ["up"])


def test_two_rounds_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Double([[DOCKER], [DOCKER]])
    with pytest.raises(StopError, match="is not found there"):
        run(monkeypatch, stack)
    assert stack.shown == ["up", "up"]


@pytest.mark.parametrize(
    ("engine", "losses", "own", "cores", "flags"),
    [
        ("unix:///var/run/docker.sock", (), "", 2, ["--parallel=32"]),
        ("unix:///var/run/docker.sock", (), "", 16, ["--parallel=64"]),
        ("unix:///var/run/docker.sock", (), "4", 2, []),
        ("unix:///var/run/docker.sock", (Loss("s01", "deleted", "home"),), "", 2, []),
        ("ssh://root@lab.example.org", (), "", 2, []),
    ],
)
def test_much_is_made_at_once_here_unless_archives_are_written(
    monkeypatch: pytest.MonkeyPatch, engine: str, losses: tuple[Loss, ...], own: str, cores: int, flags: list[str]
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setenv("PULUMI_PARALLEL", own)
    summary = Summary(counts={}, losses=losses, interruptions=(), errors=())
    assert up.at_once(cast("Stack", Double([], engine=engine)), summary) == flags
