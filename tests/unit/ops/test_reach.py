"""What is said of a far host's ports, and whether its portal answers this machine."""

from pathlib import Path
from typing import Any, cast

import pytest

from mentor.settings.hosts import host_of
from ops import reach
from ops.pulumi_cli import Stack
from tests.ports import free_port

FAR = "ssh://root@127.0.0.2:2222"


class Double:
    """A stack that is up, as its file and its outputs say."""

    def __init__(self, folder: Path, engine: str, settings: str = "") -> None:
        self.engine, self.project, self.file = engine, "mentor", folder / "Pulumi.dev.yaml"
        self.file.write_text(f"config:\n  mentor:students: 1\n{settings}")
        self.asked = 0

    def secrets(self) -> dict[str, Any]:
        self.asked += 1
        return {
            "portalUrl": f"https://127.0.0.2:{free_port()}",
            "databaseUrl": "postgresql://127.0.0.2:5433/?sslmode=require",
        }


def test_what_a_firewall_lets_in_is_said_with_whom_it_is_for() -> None:
    outputs = {"portalUrl": "https://lab.example.org", "databaseUrl": "postgresql://lab.example.org:5433/"}
    line = reach.firewall(host_of("ssh://root@lab.example.org"), outputs)
    assert "before lab.example.org lets in TCP 443 for everybody's browser, 5433 for this machine" in line
    assert "and 22 for this machine" in line
    assert "and 2222 for this machine" in reach.firewall(host_of(FAR), outputs)


def test_a_portal_that_does_not_answer_here_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reach.tell(cast("Stack", Double(tmp_path, FAR)))
    said = capsys.readouterr().out
    assert "all of it is made, and seen from here the portal is not well: it does not answer" in said
    assert "let its port through the firewall" in said


@pytest.mark.parametrize(
    ("engine", "settings"),
    [("unix:///var/run/docker.sock", ""), (FAR, "  mentor:https: {bind: 127.0.0.1}\n")],
)
def test_a_workshop_here_or_behind_a_tunnel_is_not_looked_at(
    tmp_path: Path, engine: str, settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Double(tmp_path, engine, settings)
    reach.tell(cast("Stack", stack))
    assert (stack.asked, capsys.readouterr().out) == (0, "")
