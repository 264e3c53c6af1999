"""What the classic builder leaves on the host is removed, and nothing that looks like it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ground import NAMES
from tests.live import image_kit as kit

SCRIPT = (kit.ROOT / "mentor" / "components" / "scripts" / "build-leftovers.sh").read_text()


def everything() -> set[str]:
    return set(kit.docker("ps", "-aq", "--no-trunc").stdout.split())


@dataclass(frozen=True)
class Built:
    """An image, and the containers that its build left."""

    name: str
    left: set[str]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    """An image whose every step is new, built as the official plugin does it: nothing is removed."""
    token = secrets.token_hex(6)
    (tmp_path / "Dockerfile").write_text(
        f'FROM debian:trixie-slim\nARG WORD=some\nLABEL token="{token}  twice"\n'
        f"RUN echo {token} $WORD && \\\n    true\nENV A=b\nCOPY Dockerfile /\nCMD sleep 1\n"
    )
    name, before = f"{NAMES}leftovers-{token}", everything()
    options = ("-q", "--rm=false", "--build-arg", "WORD=a word", "-t", name)
    kit.docker("build", *options, str(tmp_path), env={"DOCKER_BUILDKIT": "0"})
    left = everything() - before
    yield Built(name, left)
    for container in left:
        kit.docker("rm", "-f", container, check=False)
    kit.docker("rmi", "-f", name)


def test_the_builders_containers_go_and_all_others_stay(built: Built) -> None:
    assert len(built.left) >= 4, "the builder left nothing: this test would say nothing"
    names = [f"{built.name}-{number}" for number in range(4)]
    identity = kit.docker("image", "inspect", "-f", "{{.Id}}", built.name).stdout.strip()
    image = kit.docker("inspect", "-f", "{{.Image}}", min(built.left)).stdout.strip()
    try:
        # Of the same images: never started, stopped, with a step's own shell and the stack's label, running.
        kit.docker("create", "--name", names[0], built.name)
        kit.docker("run", "--name", names[1], built.name, "true")
        kit.docker("create", "--name", names[2], "--label", kit.LABEL, image, "/bin/sh", "-c", "#(nop) ARG")
        kit.docker("run", "-d", "--name", names[3], built.name, "sleep", "100")
        before = everything()
        for _ in range(2):
            done = kit.run("bash", "-c", SCRIPT, env={"IMAGES": identity})
            assert (done.stdout, done.stderr) == ("", "")
            assert everything() == before - built.left
    finally:
        for name in names:
            kit.docker("rm", "-f", name, check=False)
