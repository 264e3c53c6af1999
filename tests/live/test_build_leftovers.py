"""What the classic builder leaves on the host is removed, and nothing that looks like it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ground import NAMES
from tests.live import image_kit as kit

SCRIPT = (kit.ROOT / "mentor" / "components" / "scripts" / "build-leftovers.sh").read_text()


def labelled(token: str) -> set[str]:
    """All containers of one test: other tests' come and go beside them."""
    return set(kit.docker("ps", "-aq", "--no-trunc", "--filter", f"label=token={token}  twice").stdout.split())


@dataclass(frozen=True)
class Built:
    """An image, and the containers that its build left."""

    name: str
    token: str
    left: set[str]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    """An image whose every step is new, built as the official plugin does it: nothing is removed."""
    token = secrets.token_hex(6)
    (tmp_path / "Dockerfile").write_text(
        f'FROM debian:trixie-slim\nLABEL token="{token}  twice"\nARG WORD=some\n'
        f"RUN echo {token} $WORD && \\\n    true\nENV A=b\nCOPY Dockerfile /\nCMD sleep 1\n"
    )
    name = f"{NAMES}leftovers-{token}"
    options = ("-q", "--rm=false", "--build-arg", "WORD=a word", "-t", name)
    kit.docker("build", *options, str(tmp_path), env={"DOCKER_BUILDKIT": "0"})
    left = labelled(token)
    yield Built(name, token, left)
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
        labels = ("--label", kit.LABEL, "--label", f"token={built.token}  twice")
        kit.docker("create", "--name", names[2], *labels, image, "/bin/sh", "-c", "#(nop) ARG")
        kit.docker("run", "-d", "--name", names[3], built.name, "sleep", "100")
        before = labelled(built.token)
        assert len(before - built.left) == len(names)
        for _ in range(2):
            done = kit.run("bash", "-c", SCRIPT, env={"IMAGES": identity})
            assert (done.stdout, done.stderr) == ("", "")
            assert labelled(built.token) == before - built.left
    finally:
        for name in names:
            kit.docker("rm", "-f", name, check=False)
