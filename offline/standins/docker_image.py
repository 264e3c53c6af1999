"""`docker.Image`: built on the engine's host with the classic builder, hashed by its context, never removed."""

import hashlib
import os
import platform
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from docker.utils.build import exclude_paths, tar
from pulumi_docker import BuilderVersion, ImageArgs

from offline.standins.docker_host import DockerHost, explained
from offline.standins.properties import Complaint, Property, each
from offline.standins.resource import Call, Failed, Resource
from offline.standins.values import UNKNOWN, Values

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_SHOWN = 30  # lines of output that a failed build shows


class Image(Resource):
    """An image built from a folder; a changed file, argument or setting builds it again, in place."""

    typed: ClassVar = ImageArgs
    table: ClassVar = {
        "imageName": Property(),
        "build": Property(of=each("context", "dockerfile", "args", "builderVersion")),
        "skipPush": Property(default=False),
        "buildOnPreview": Property(default=False, fixed=True),
    }
    outputs: ClassVar = ("baseImageName", "context", "dockerfile", "platform", "registryServer", "repoDigest")
    renewed: ClassVar = outputs
    exact: ClassVar = True

    def __init__(self, host: DockerHost) -> None:
        self.host = host

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        if not inputs.get("skipPush"):
            found.append(("skipPush", "the offline stand-in pushes no image: set skipPush"))
        build = inputs.get("build", {})
        if build != UNKNOWN and build.get("builderVersion") != BuilderVersion.BUILDER_V1.value:
            found.append(("build.builderVersion", "the offline stand-in builds with BuilderV1 only"))
        return found

    def defaults(self, inputs: Values) -> Values:
        added = super().defaults(inputs)
        build = inputs["build"]
        if build == UNKNOWN or UNKNOWN in (build.get("context"), build.get("dockerfile")):
            return added
        context = build.get("context") or "."
        dockerfile = build.get("dockerfile") or os.path.join(context, "Dockerfile")  # noqa: PTH118 -- kept as given
        if not Path(dockerfile).is_file():
            hint = Path(context) / dockerfile
            more = f'. Try setting `dockerfile` to "{hint}"' if hint.is_file() else ""
            raise Failed(f'could not open dockerfile at relative path "{dockerfile}"{more}')
        machine = platform.machine()
        found = {
            "context": context,
            "dockerfile": dockerfile,
            "platform": f"linux/{_ARCHITECTURES.get(machine, machine)}",
            "contextDigest": context_digest(Path(context), Path(dockerfile)),
        }
        return added | {"build": build | found}

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        return inputs["imageName"], self.update(inputs["imageName"], {}, inputs, call)

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        build, name = inputs["build"], inputs["imageName"]
        context, dockerfile = Path(build["context"]).resolve(), Path(build["dockerfile"]).resolve()
        inside = dockerfile.is_relative_to(context)
        relative = str(dockerfile.relative_to(context)) if inside else ".dockerfile.outside"
        content = None if inside else dockerfile.read_text("utf-8")
        call.log("Starting Docker build")
        with explained("error building image"):
            archive: Any = tar(context, _ignored(context, dockerfile), (relative, content))
            lines = self.host.api.build(
                fileobj=archive,
                custom_context=True,
                dockerfile=relative,
                tag=name,
                buildargs={key: str(value) for key, value in build.get("args", {}).items()},
                platform=build["platform"],
                decode=True,
                rm=False,  # as the official plugin does: one container for each step stays behind
            )
            _follow(lines, call)
            image_id: str = self.host.api.inspect_image(name)["Id"]  # type: ignore[no-untyped-call]
        call.log(f"Image built successfully, local id {image_id}")
        return inputs | {
            "baseImageName": name,
            "context": build["context"],
            "dockerfile": relative,
            "platform": build["platform"],
            "registryServer": "",
            "repoDigest": image_id,
        }


def context_digest(context: Path, dockerfile: Path) -> str:
    """A hash of everything the build would see: names, modes, contents, links; not what .dockerignore leaves out."""
    total = hashlib.sha256(dockerfile.read_bytes())
    for name in sorted(exclude_paths(str(context), _ignored(context, dockerfile))):
        path = context / name
        if path.is_symlink():
            content = str(path.readlink()).encode()
        elif path.is_file():
            content = path.read_bytes()
        else:
            continue
        entry = f"\0{name}\0{path.lstat().st_mode:o}\0{hashlib.sha256(content).hexdigest()}"
        total.update(entry.encode())
    return total.hexdigest()


def _ignored(context: Path, dockerfile: Path) -> list[str]:
    for path in (dockerfile.with_name(dockerfile.name + ".dockerignore"), context / ".dockerignore"):
        if path.is_file():
            lines = (line.strip() for line in path.read_text("utf-8").splitlines())
            return [line for line in lines if line and not line.startswith("#")]
    return []


def _follow(lines: Iterable[dict[str, str]], call: Call) -> None:
    """Pass the build's output on; when it fails, its end is part of the message."""
    last: deque[str] = deque(maxlen=_SHOWN)
    for line in lines:
        if call.cancelled.is_set():
            raise Failed("cancelled while building the image")
        if "error" in line:
            output = "\n".join(last)
            raise Failed(f"error reading build output: {line['error']}\n{output}")
        if text := line.get("stream", line.get("status", "")).strip():
            last.extend(text.splitlines())
            call.log(text)
