"""What this machine lacks, and what fails, is said in words."""

import sys
from pathlib import Path

import pytest

from bench.compare import __main__ as program
from bench.compare import host, images, measure
from bench.compare.host import FailedError
from bench.compare.pulumi_program import Mentor, plugins
from bench.compare.scripted import Ansible, Compose
from bench.compare.tools import MissingError, Place
from tests.unit.bench.runs import run
from tests.waiting import until


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, in which nobody else's comparison has its lock."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker command of our own, alone on PATH, which knows nothing; and a cache that is empty."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "unknown: $1" >&2\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("MENTOR_CACHE", str(tmp_path / "cache"))
    return program


@pytest.mark.usefixtures("docker")
def test_a_command_that_fails_says_its_last_words() -> None:
    with pytest.raises(FailedError, match=r"^docker compose version ended with 3: unknown: compose$"):
        host.docker("compose", "version")


def test_a_command_that_is_not_there_is_named(docker: Path) -> None:
    docker.unlink()
    with pytest.raises(FailedError, match=r"^docker ps: .*No such file"):
        host.docker("ps")


def test_what_a_command_that_takes_too_long_started_is_ended_with_it(tmp_path: Path) -> None:
    script = f"/bin/sleep 600 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(FailedError, match=r"took longer than 0\.5 s"):
        host.run(["/bin/sh", "-c", script], seconds=0.5)
    state = Path("/proc") / (tmp_path / "pid").read_text().strip() / "stat"

    def has_ended() -> bool:
        try:
            return state.read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):  # the second, where it goes while it is being read
            return True

    # It was killed before the error came; it dies when it is next to run.
    until(has_ended, "what the command started has ended", seconds=10)


@pytest.mark.usefixtures("docker")
def test_without_compose_and_without_the_seats_it_is_missing() -> None:
    with pytest.raises(MissingError, match="`docker compose` is not installed, and the seat's does not run here"):
        Compose({"seat": "mentor/seat:x"}).version()


def test_compose_is_dockers_own_where_it_has_one(docker: Path, tmp_path: Path) -> None:
    docker.write_text('#!/bin/sh\n[ "$1" = compose ] && echo 2.40.0\n')
    compose = Compose({"seat": "mentor/seat:x"})
    assert compose.version().startswith("docker compose 2.40.0, script ")
    images = dict.fromkeys(("directory", "postgres", "seat"), "x")
    command = compose.command("up", ["s01"], Place(folder=tmp_path, port=5, images=images))
    assert command.environment["COMPOSE"] == "docker compose"
    assert (tmp_path / "compose.yaml").exists()


@pytest.mark.usefixtures("docker")
def test_where_pip_fails_ansible_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(MissingError, match=r"pip cannot install ansible==\S+ and requests==\S+: /nowhere/python"):
        Ansible().version()


@pytest.mark.usefixtures("docker")
def test_without_pulumi_the_way_to_it_is_said() -> None:
    with pytest.raises(MissingError, match="pulumi is not on PATH: `make setup`"):
        Mentor(archives=False).version()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"#!/bin/sh\n", "stand-ins for the plugins"), (b"\x7fELF", "official plugins"), (None, "plugins unknown")],
)
def test_which_plugins_were_used_is_known(
    content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    plugin = tmp_path / "plugins" / "resource-docker-v1.2.3" / "pulumi-resource-docker"
    plugin.parent.mkdir(parents=True)
    if content:
        plugin.write_bytes(content)
    assert plugins() == said


@pytest.mark.usefixtures("docker")
def test_without_docker_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--folder", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("make compare: docker image ls ended with 3: unknown: image\n")


def test_a_missing_tool_is_left_out_and_a_failed_run_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Missing:
        def version(self) -> str:
            raise MissingError("not for this machine")

    class Present:
        def version(self) -> str:
            return "1"

    made = {"loop": Present, "mentor": Present, "ansible": Missing}
    monkeypatch.setattr(program, "made", lambda _: made)
    monkeypatch.setattr(images, "tags", lambda _: {})
    monkeypatch.setattr(images, "are_there", lambda _: True)
    monkeypatch.setattr(
        measure, "measure", lambda name, *_: run(name, 3, error="up: it fell" if name == "mentor" else None)
    )
    arguments = ["--tools", "loop,mentor,ansible", "--students", "8", "--folder", str(tmp_path)]
    assert program.main(arguments) == 1
    said = capsys.readouterr().out
    assert "* Ansible was not measured: not for this machine." in said
    assert "* Failed: mentor, 8 students" in said
    assert "| 8 | up | 3.0 |" in said
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_two_at_a_time_refuse_each_other(place: Path) -> None:
    with host.alone(), pytest.raises(FailedError, match="another one runs"), host.alone():
        pass
    with host.alone():
        assert list(place.iterdir())
