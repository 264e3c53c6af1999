"""The images of the workshop, built on its host from ``images/*`` and ``spyglass/``: first their base, then all others.

Comes in: the folders, the teacher's packages or Dockerfile, which Debian image the host has. Goes out: one image id per
service. A tag carries the hash of what went in, the tag of what it is built on included, so that a preview shows which
image changed, two stacks share what is equal, and a Debian image that was mended is built upon.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import RUN_SCRIPT
from mentor.host.docker_host import DockerHost
from mentor.host.probe import BASE_IMAGE

BASE = "images/base"
"""What every service's image is built on, itself on `BASE_IMAGE`."""
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
ON_DEBIAN = re.compile(rf"^FROM\s+(--\S+\s+)*{re.escape(BASE_IMAGE)}(\s|$)", re.IGNORECASE | re.MULTILINE)
LEFTOVERS = Path(__file__).parent / "scripts" / "build-leftovers.sh"
IGNORED = "__pycache__"
"""Python writes it beside the sources; the folders' .dockerignore leaves it out of the build as well."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """An image that others are built on.

    Its ``name`` is known before it exists, and makes their names. Their builds are given its ``id``: that is there for
    as long as something stands on it, while a name goes with `docker image prune --all`, though its image is in use.
    """

    name: str
    id: pulumi.Output[str]


def fingerprint(folder: Path, arguments: Mapping[str, str], debian: str, dockerfile: Path | None = None) -> str:
    """Twelve hex digits over names, modes and contents of a build's files, its arguments, and Debian if built on it.

    Raises:
        OSError: the folder cannot be read.
    """
    seen = hashlib.sha256(repr(sorted(arguments.items())).encode())
    if ON_DEBIAN.search((dockerfile or folder / "Dockerfile").read_text(encoding="utf-8", errors="replace")):
        seen.update(debian.encode() + b"\0")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and IGNORED not in path.parts:
            seen.update(os.fsencode(path.relative_to(folder)) + b"\0")
            seen.update(f"{os.access(path, os.X_OK)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()[:12]


def tag(name: str, folder: Path, arguments: Mapping[str, str], debian: str, dockerfile: Path | None = None) -> str:
    """The name under which the host has an image that was built from this.

    Raises:
        OSError: the folder cannot be read.
    """
    return f"mentor/{name}:{fingerprint(folder, arguments, debian, dockerfile)}"


def arguments_of(service: str, packages: Iterable[str] = ()) -> dict[str, str]:
    """What a service's build is given besides its base; ``packages`` are the teacher's, for the seat."""
    return {"PACKAGES": " ".join(sorted(packages))} if service == "seat" else {}


def build(
    name: str,
    folder: Path,
    arguments: Mapping[str, str | Built],
    debian: str,
    opts: pulumi.ResourceOptions,
    dockerfile: Path | None = None,
) -> Built:
    """One image, built by the host's own engine and never pushed."""
    names = {key: value.name if isinstance(value, Built) else value for key, value in arguments.items()}
    image_name = tag(name, folder, names, debian, dockerfile)
    image = docker.Image(
        f"{name}-image",
        image_name=image_name,
        build=docker.DockerBuildArgs(
            # Relative to the program: a moved checkout is not a changed image.
            context=os.path.relpath(folder),
            dockerfile=os.path.relpath(dockerfile) if dockerfile else None,
            args={key: value.id if isinstance(value, Built) else value for key, value in arguments.items()},
            builder_version=docker.BuilderVersion.BUILDER_V1,
        ),
        skip_push=True,
        opts=opts,
    )
    return Built(name=image_name, id=image.repo_digest)


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
        debian: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``packages`` and ``dockerfile`` are the teacher's; ``debian`` is the id of the host's `BASE_IMAGE`."""
        super().__init__("mentor:index:Images", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        base = build("base", Path(BASE), {}, debian, child)
        built = {
            service: build(service, Path(folder), {"BASE": base, **arguments_of(service, packages)}, debian, child)
            for service, folder in SERVICES.items()
        }
        if dockerfile:
            # Over the teacher's Dockerfile comes the removal of setuid bits that it brought.
            taught = build("taught", dockerfile.parent, {"SEAT": built["seat"]}, debian, child, dockerfile)
            built["seat"] = build("hardened", Path("images/hardened"), {"SEAT": taught}, debian, child)
        self.ids = {service: image.id for service, image in built.items()}
        sweep("image-leftovers", host, self.ids.values(), child)
        self.register_outputs({})
