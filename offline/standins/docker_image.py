"""`docker.Image`: built on the engine's host with the classic builder, hashed by its context, never removed."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

import hashlib
import os
import platform
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from docker.utils import build as docker_build

from offline.standins.docker_host import DockerHost, explained
from offline.standins.properties import Change, Property
from offline.standins.resource import Call, Difference, Failed, Resource
from offline.standins.values import UNKNOWN, Values

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_SHOWN = 30  # lines of output that a failed build shows
_BUILD = {
    "context": Property(),
    "dockerfile": Property(),
    "args": Property(kind="map"),
    "target": Property(),
    "platform": Property(),
    "network": Property(),
    "addHosts": Property(kind="list"),
    "cacheFrom": Property(kind="object", of={"images": Property(kind="list")}),
    "builderVersion": Property(one_of=("BuilderV1", "BuilderBuildKit")),
}
_REGISTRY = {"server": Property(), "username": Property(), "password": Property(secret=True)}


class Image(Resource):
    """An image built from a folder; a changed file, argument or setting builds it again, in place."""

    table: ClassVar = {
        "imageName": Property(required=True),
        "build": Property(kind="object", of=_BUILD),
        "registry": Property(kind="object", of=_REGISTRY),
        "skipPush": Property(kind="boolean", default=False),
        "buildOnPreview": Property(kind="boolean", default=False),
    }
    outputs: ClassVar = ("baseImageName", "context", "dockerfile", "platform", "registryServer", "repoDigest")
    renewed: ClassVar = outputs
    named: ClassVar = False

    def __init__(self, host: DockerHost) -> None:
        self.host = host

    def complaints(self, inputs: Values) -> list[tuple[str, str]]:
        found = super().complaints(inputs)
        if not inputs.get("skipPush"):
            found.append(("skipPush", "the offline stand-in pushes no image: set skipPush"))
        build = inputs.get("build", {})
        if build != UNKNOWN and build.get("builderVersion") != "BuilderV1":
            found.append(("build.builderVersion", "the offline stand-in builds with BuilderV1 only"))
        return found

    def defaults(self, inputs: Values, call: Call) -> Values:
        added = super().defaults(inputs, call)
        build = inputs.get("build", {})
        if build == UNKNOWN or UNKNOWN in (build.get("context"), build.get("dockerfile")):
            return added
        context = build.get("context") or "."
        dockerfile = build.get("dockerfile") or os.path.join(context, "Dockerfile")  # noqa: PTH118 -- kept as given
        if not Path(dockerfile).is_file():
            hint = Path(context) / dockerfile
            more = f'. Try setting `dockerfile` to "{hint}"' if hint.is_file() else ""
            raise Failed(f'could not open dockerfile at relative path "{dockerfile}"{more}')
        digest = {"contextDigest": context_digest(Path(context), Path(dockerfile))}
        machine = platform.machine()
        own = {"platform": f"linux/{_ARCHITECTURES.get(machine, machine)}"}
        return added | {"build": own | build | {"context": context, "dockerfile": dockerfile} | digest}

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: frozenset[str]) -> Difference:
        del state
        found: dict[str, Change] = {}
        for name in self.table:
            before, after = old_inputs.get(name), inputs.get(name)
            if name == "registry" and isinstance(before, dict) and isinstance(after, dict):
                before, after = before.get("server"), after.get("server")  # credentials may change freely
            if name not in ignored and before != after:
                found[name] = Change(before is not None, after is not None, replaces=False)
        return Difference(found)

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        return inputs["imageName"], self._build(inputs, call)

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del resource_id, call
        return state

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        del resource_id, state
        return self._build(inputs, call)

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        """Nothing: an image may be another stack's too, and the official plugin keeps it as well."""

    def _build(self, inputs: Values, call: Call) -> Values:

        build, name = inputs["build"], inputs["imageName"]
        context, dockerfile = Path(build["context"]).resolve(), Path(build["dockerfile"]).resolve()
        inside = dockerfile.is_relative_to(context)
        relative = str(dockerfile.relative_to(context)) if inside else ".dockerfile.outside"
        excluded = _ignored(context, dockerfile)
        if inside and excluded:
            excluded.append(f"!{relative}")
        files = context_files(context, excluded)
        outside = None if inside else [(relative, dockerfile.read_text("utf-8"))]
        call.log("Starting Docker build")
        with explained("error building image"):
            archive: Any = docker_build.create_archive(str(context), files=files, extra_files=outside)
            lines = self.host.api.build(
                fileobj=archive,
                custom_context=True,
                dockerfile=relative,
                tag=name,
                buildargs={key: str(value) for key, value in build.get("args", {}).items()},
                target=build.get("target", ""),
                platform=build["platform"],
                network_mode=build.get("network"),
                extra_hosts=dict(entry.split(":", 1) for entry in build.get("addHosts", [])),
                cache_from=build.get("cacheFrom", {}).get("images", []),
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
            "registryServer": inputs.get("registry", {}).get("server", ""),
            "repoDigest": image_id,
        }


def context_digest(context: Path, dockerfile: Path) -> str:
    """A hash of everything the build would see: names, modes, contents, links; not what .dockerignore leaves out."""
    total = hashlib.sha256(dockerfile.read_bytes())
    for name in context_files(context, _ignored(context, dockerfile)):
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


def context_files(context: Path, excluded: list[str]) -> list[str]:
    """Every path that belongs to the build's context, in order."""
    if not excluded:
        return sorted(str(path.relative_to(context)) for path in context.rglob("*"))
    from docker.utils import build as docker_build  # noqa: PLC0415 -- a third of a second, at every run

    return sorted(docker_build.exclude_paths(str(context), excluded))


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
