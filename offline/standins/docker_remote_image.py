"""`docker.RemoteImage`: an image that the engine has, or pulls; never removed."""

import contextlib
from typing import Any, ClassVar

from docker.errors import NotFound
from pulumi_docker import RemoteImageArgs

from offline.standins.docker_host import EngineResource, explained
from offline.standins.properties import Complaint, each
from offline.standins.resource import Call
from offline.standins.values import Values


class RemoteImage(EngineResource):
    """An image by its name, pulled when the engine has none."""

    what: ClassVar = "image"
    typed: ClassVar = RemoteImageArgs
    table: ClassVar = {**each("name", replaces=True), **each("keepLocally")}
    outputs: ClassVar = ("imageId", "repoDigest")

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        if not inputs.get("keepLocally"):
            found.append(("keepLocally", "the offline stand-in removes no image: set keepLocally"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        name = inputs["name"]
        found = self.read("", inputs)
        if found is None:
            call.log(f"pulling {name}")
            with explained(f"Unable to read Docker image into resource: unable to pull image {name}"):
                self.host.api.pull(name)
            found = self.read("", inputs)
        return (found or {}).get("imageId", "") + name, found or inputs

    def read(self, resource_id: str, state: Values) -> Values | None:
        with explained(f"Unable to read Docker image {state['name']}"), contextlib.suppress(NotFound):
            return self.state(state, self.host.api.inspect_image(state["name"]))  # type: ignore[no-untyped-call]
        return None

    def state(self, known: Values, found: dict[str, Any]) -> Values:
        digests = found.get("RepoDigests") or []
        return known | {"imageId": found["Id"], "repoDigest": digests[0] if digests else ""}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        return self.read(resource_id, state | inputs) or inputs
