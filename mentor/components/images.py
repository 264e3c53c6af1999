"""The images of the workshop, built on its host from ``images/*`` and ``spyglass/``.

Comes in: the folders, the teacher's packages or Dockerfile, which base image the host has. Goes out: one image id per
service. A tag carries the hash of what went in, so that a preview shows which image changed, two stacks share what is
equal, and a base image that was mended is built upon.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import RUN_SCRIPT
from mentor.host.docker_host import DockerHost
from mentor.host.probe import BASE_IMAGE

SERVICES = {
    "seat": "images/seat",
    "directory": "images/directory",
    "postgres": "images/postgres",
    "registry": "images/registry",
    "grader": "images/grader",
    "exporter": "images/exporter",
    "prometheus": "images/prometheus",
    "gateway": "images/gateway",
    "spyglass": "spyglass",
}
ON_BASE = re.compile(rf"^FROM\s+(--\S+\s+)*{re.escape(BASE_IMAGE)}(\s|$)", re.IGNORECASE | re.MULTILINE)
LEFTOVERS = Path(__file__).parent / "scripts" / "build-leftovers.sh"
IGNORED = "__pycache__"
"""Python writes it beside the sources; the folders' .dockerignore leaves it out of the build as well."""


def fingerprint(folder: Path, arguments: Mapping[str, str], base: str, dockerfile: Path | None = None) -> str:
    """Twelve hex digits over names, modes and contents of a build's files, its arguments, its base image's id.

    Raises:
        OSError: the folder cannot be read.
    """
    seen = hashlib.sha256(repr(sorted(arguments.items())).encode())
    if ON_BASE.search((dockerfile or folder / "Dockerfile").read_text(encoding="utf-8", errors="replace")):
        seen.update(base.encode() + b"\0")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and IGNORED not in path.parts:
            seen.update(os.fsencode(path.relative_to(folder)) + b"\0")
            seen.update(f"{os.access(path, os.X_OK)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()[:12]


def tag(name: str, folder: Path, arguments: Mapping[str, str], base: str, dockerfile: Path | None = None) -> str:
    """The name under which the host has an image that was built from this.

    Raises:
        OSError: the folder cannot be read.
    """
    return f"mentor/{name}:{fingerprint(folder, arguments, base, dockerfile)}"


def arguments_of(service: str, packages: Iterable[str] = ()) -> dict[str, str]:
    """What a service's build is given; ``packages`` are the teacher's, for the seat."""
    return {"PACKAGES": " ".join(sorted(packages))} if service == "seat" else {}


def build(
    name: str,
    folder: Path,
    arguments: Mapping[str, str],
    base: str,
    opts: pulumi.ResourceOptions,
    dockerfile: Path | None = None,
) -> tuple[str, docker.Image]:
    """One image, built by the host's own engine and never pushed; and its name, which others may build on."""
    image_name = tag(name, folder, arguments, base, dockerfile)
    image = docker.Image(
        f"{name}-image",
        image_name=image_name,
        build=docker.DockerBuildArgs(
            # Relative to the program: a moved checkout is not a changed image.
            context=os.path.relpath(folder),
            dockerfile=os.path.relpath(dockerfile) if dockerfile else None,
            args=dict(arguments),
            builder_version=docker.BuilderVersion.BUILDER_V1,
        ),
        skip_push=True,
        opts=opts,
    )
    return image_name, image


def sweep(name: str, host: DockerHost, images: Iterable[pulumi.Input[str]], opts: pulumi.ResourceOptions) -> None:
    """Remove what the builder left of these builds, which otherwise stays on the host after ``destroy``."""
    command.local.Command(
        name,
        create=RUN_SCRIPT,
        environment={
            **host.environment,
            "SCRIPT": LEFTOVERS.read_text(encoding="utf-8"),
            "IMAGES": pulumi.Output.all(*images).apply(" ".join),
        },
        opts=opts,
    )


class Images(pulumi.ComponentResource):
    """Every image of the workshop's own containers. ``ids`` maps a service to the id that its container runs."""

    ids: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        host: DockerHost,
        packages: list[str],
        dockerfile: Path | None,
        base: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``packages`` and ``dockerfile`` are the teacher's; ``base`` is the id of the host's `BASE_IMAGE`."""
        super().__init__("mentor:index:Images", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        built = {
            service: build(service, Path(folder), arguments_of(service, packages), base, child)
            for service, folder in SERVICES.items()
        }
        ids = {service: image.repo_digest for service, (_, image) in built.items()}
        if dockerfile:
            ids["seat"] = self._on_top(*built["seat"], dockerfile, base).repo_digest
        self.ids = ids
        sweep("image-leftovers", host, ids.values(), child)
        self.register_outputs({})

    def _on_top(self, seat_name: str, seat: docker.Image, dockerfile: Path, base: str) -> docker.Image:
        """The teacher's Dockerfile over the seat, and over that the removal of setuid bits that it brought."""
        after_seat = pulumi.ResourceOptions(parent=self, depends_on=[seat])
        taught_name, taught = build("taught", dockerfile.parent, {"SEAT": seat_name}, base, after_seat, dockerfile)
        after_taught = pulumi.ResourceOptions(parent=self, depends_on=[taught])
        return build("hardened", Path("images/hardened"), {"SEAT": taught_name}, base, after_taught)[1]
