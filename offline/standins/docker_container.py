"""`docker.Container`: its properties and its life: made, filled, connected, started, waited for, changed, removed."""

import time
from typing import Any, ClassVar

from docker.errors import APIError, NotFound
from pulumi_docker import ContainerArgs

from offline.standins.docker_container_form import container_state, engine_config, mebibytes, restart, upload_archive
from offline.standins.docker_host import EngineResource, explained
from offline.standins.properties import each
from offline.standins.resource import Call, Failed, Unfinished
from offline.standins.values import Values

_PORT = {
    **each("internal"),
    **each("external", computed=True),
    **each("ip", default="0.0.0.0"),  # noqa: S104 -- the official default
    **each("protocol", default="tcp"),
}
_NETWORK = {**each("name"), **each("aliases", unordered=True)}
_DEVICE = {**each("hostPath"), **each("containerPath", computed=True)}
_HEALTHCHECK = {**each("tests", "retries"), **each("interval", "timeout", "startPeriod", default="0s")}


class Container(EngineResource):
    """A container; only limits, its restart policy and whether it runs are changed in place."""

    what: ClassVar = "container"
    typed: ClassVar = ContainerArgs
    table: ClassVar = {
        **each("name", "image", "privileged", "cpus", "logOpts", replaces=True),
        **each("hostname", "logDriver", replaces=True, computed=True),
        **each("envs", "securityOpts", replaces=True, unordered=True, computed=True),
        **each("labels", of=each("label", "value"), replaces=True, unordered=True, computed=True),
        **each("networksAdvanced", of=_NETWORK, replaces=True, unordered=True),
        **each("ports", of=_PORT, replaces=True),
        **each("volumes", of=each("containerPath", "volumeName", "readOnly"), replaces=True, unordered=True),
        **each("uploads", of=each("file", "content", "permissions"), replaces=True, unordered=True),
        **each("devices", of=_DEVICE, replaces=True, unordered=True),
        **each("capabilities", of=each("adds", "drops", unordered=True), replaces=True),
        **each("memory", "memorySwap", "tmpfs", "wait", "destroyGraceSeconds"),
        **each("healthcheck", of=_HEALTHCHECK, computed=True),
        **each("restart", default="no"),
        **each("waitTimeout", default=60),
        **each("start", "mustRun", "removeVolumes", default=True, fixed=True),
        **each("networkMode", default="bridge", fixed=True),
    }

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        config = engine_config(inputs)
        api = self.host.api
        with explained("Unable to create container"):
            made: str = api.create_container_from_config(config, inputs["name"])["Id"]  # type: ignore[no-untyped-call]
        try:
            self._connect(made, inputs.get("networksAdvanced", []))
            if uploads := inputs.get("uploads"):
                archive = upload_archive(uploads)
                with explained("Unable to upload volume content"):
                    api.put_archive(made, "/", archive)
            with explained("Unable to start container"):
                api.start(made)
            if inputs.get("wait"):
                self._wait(made, inputs["waitTimeout"], call)
        except Failed as error:
            # Recorded as planned, which is what the official plugin does: only a refresh looks at what became of it.
            raise Unfinished(str(error), made, inputs) from error
        return made, self.read(made, inputs) or inputs

    def state(self, known: Values, found: Values) -> Values:
        return container_state(known, found)

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        # A refresh records a stopped container as one that need not run; wanting it to run again starts it.
        if not state.get("mustRun", True):
            with explained("Unable to start container"):
                self.host.api.start(resource_id)
        if any((state.get(name) or 0) != (inputs.get(name) or 0) for name in ("restart", "memory", "memorySwap")):
            policy: Any = restart(inputs)
            with explained("Unable to update a container"):
                self.host.api.update_container(
                    resource_id,
                    mem_limit=mebibytes(inputs.get("memory")),
                    memswap_limit=mebibytes(inputs.get("memorySwap")),
                    restart_policy=policy,
                )
        return {name: value for name, value in state.items() if name in self.unknown} | inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        with explained(f"Error deleting container {resource_id}"):
            try:
                self.host.api.stop(resource_id, timeout=max(0, state.get("destroyGraceSeconds") or 0))
                self.host.api.remove_container(resource_id, v=True, force=True)
            except APIError as error:
                if not isinstance(error, NotFound) and "is already in progress" not in str(error):
                    raise
        for _ in range(100):  # "already in progress": somebody else removes it; nobody may meet its name again
            if self.read(resource_id, state) is None:
                return
            time.sleep(0.1)

    def _connect(self, made: str, networks: list[Values]) -> None:
        """Leave the default network for the named ones, in their order."""
        if networks:
            with explained("Unable to disconnect the default network"):
                try:
                    self.host.api.disconnect_container_from_network(made, "bridge")
                except APIError as error:
                    if "is not connected to" not in str(error):
                        raise
        for network in networks:
            with explained(f"Unable to connect to network '{network['name']}'"):
                self.host.api.connect_container_to_network(made, network["name"], aliases=network.get("aliases"))

    def _wait(self, made: str, seconds: float, call: Call) -> None:
        end = time.monotonic() + seconds
        while True:
            with explained("error inspecting container state"):
                health = self.host.api.inspect_container(made)["State"].get("Health")
            if health is None:
                raise Failed(
                    "you have supplied a 'wait' argument, but the container does not have a healthcheck defined."
                    " Please remove the 'wait' argument or add a 'healthcheck' attribute"
                )
            if health["Status"] == "healthy":
                return
            if time.monotonic() >= end:
                raise Failed(f"container failed to be in healthy state in {seconds} s")
            if call.cancelled.wait(0.3):
                raise Failed("cancelled while waiting for the container to be healthy")
