"""The first round of `make up` on a server without Docker; a double plays the CLI and the state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ops import recover, up
from ops.console import StopError
from ops.pulumi_cli import Stack


@dataclass
class Double:
    """A stack whose server is to have Docker."""

    resources: Sequence[Mapping[str, Any]] = ()
    diagnostics: Sequence[Mapping[str, Any]] = ()
    status: int = 0
    name: str = "dev"
    engine: str = "ssh://root@lab.example.org"
    shown: list[tuple[str, ...]] = field(default_factory=list)

    def export(self) -> dict[str, Any]:
        return {"resources": list(self.resources)}

    def preview(self) -> dict[str, Any]:
        return {"steps": [], "diagnostics": list(self.diagnostics)}

    def show(self, *arguments: str) -> int:
        self.shown.append(arguments)
        return self.status


@pytest.fixture(autouse=True)
def no_dead_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recover, "ready", lambda _stack: None)


def test_docker_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    stack = Double(resources=[{"type": "command:local:Command"}])
    up.bring_docker(cast("Stack", stack))
    assert [arguments[0] for arguments in stack.shown] == ["up"]
    assert "first Docker" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("stack", "says"),
    [
        (Double(resources=[{"type": "docker:index/volume:Volume"}]), "pulumi stack rm --force --preserve-config dev"),
        (Double(diagnostics=[{"severity": "error", "message": "mentor:hosts[0]: runs fedora"}]), "runs fedora"),
    ],
)
def test_nothing_is_done_where_it_is_no_new_server_or_cannot_be(stack: Double, says: str) -> None:
    with pytest.raises(StopError, match=says):
        up.bring_docker(cast("Stack", stack))
    assert stack.shown == []


def test_an_installation_that_fails_is_the_end_of_the_run() -> None:
    with pytest.raises(StopError, match="Docker is not installed") as raised:
        up.bring_docker(cast("Stack", Double(status=7)))
    assert raised.value.status == 7
