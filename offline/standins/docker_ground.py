"""`docker.Network` and `docker.Volume`: from their properties to what the engine keeps, and back."""

from typing import Any, ClassVar

from pulumi_docker import NetworkArgs, VolumeArgs

from offline.standins.docker_host import EngineResource, engine_labels, explained, label_state, removed
from offline.standins.properties import each
from offline.standins.resource import Call
from offline.standins.values import Values

_SHARED = {**each("name", replaces=True), **each("labels", of=each("label", "value"), replaces=True, unordered=True)}
_IPAM = each("subnet", "gateway", computed=True)


class Network(EngineResource):
    """A network; everything about it is fixed when it is made."""

    what: ClassVar = "network"
    typed: ClassVar = NetworkArgs
    table: ClassVar = {
        **_SHARED,
        **each("driver", replaces=True, computed=True),
        **each("ipamDriver", default="default", fixed=True),
        **each("ipamConfigs", of=_IPAM, replaces=True, unordered=True, computed=True),
    }
    outputs: ClassVar = ("scope",)

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        ipam: Any = {
            "Driver": inputs["ipamDriver"],
            "Config": [
                {"Subnet": config.get("subnet"), "Gateway": config.get("gateway")}
                for config in inputs.get("ipamConfigs", [])
            ],
        }
        with explained("Unable to create network"):
            made = self.host.api.create_network(
                inputs["name"],
                driver=inputs.get("driver"),
                ipam=ipam,
                labels=engine_labels(inputs),
                check_duplicate=True,  # two networks of one name would be told apart by nobody
            )
        return made["Id"], self.read(made["Id"], inputs) or inputs

    def state(self, known: Values, found: Values) -> Values:
        configs = found["IPAM"]["Config"] or []
        return known | {
            "name": found["Name"],
            "driver": found["Driver"],
            "ipamConfigs": [{"subnet": config.get("Subnet"), "gateway": config.get("Gateway")} for config in configs],
            "labels": label_state(found["Labels"]),
            "scope": found["Scope"],
        }

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        what = f"Unable to remove network '{state.get('name')}'"
        removed(what, lambda: self.host.api.remove_network(resource_id), call)


class Volume(EngineResource):
    """A volume; everything about it is fixed when it is made."""

    what: ClassVar = "volume"
    typed: ClassVar = VolumeArgs
    table: ClassVar = _SHARED
    outputs: ClassVar = ("mountpoint", "driver")

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        with explained("Unable to create volume"):
            made = self.host.api.create_volume(inputs["name"], labels=engine_labels(inputs))
        return made["Name"], self.state(inputs, made)

    def state(self, known: Values, found: Values) -> Values:
        told = {"name": found["Name"], "driver": found["Driver"], "mountpoint": found["Mountpoint"]}
        return known | told | {"labels": label_state(found["Labels"])}

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        what = f"Unable to remove volume '{state.get('name')}'"
        removed(what, lambda: self.host.api.remove_volume(resource_id), call)
