"""`docker.Network`."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

import time
from typing import Any, ClassVar

from offline.standins.docker_container import LABEL
from offline.standins.docker_host import DockerHost, explained, gone
from offline.standins.properties import Property
from offline.standins.resource import Call, Failed, Resource
from offline.standins.values import Values

_REMOVAL = 30  # seconds until the last endpoint must be gone
_IPAM = {
    "subnet": Property(computed=True),
    "gateway": Property(computed=True),
    "ipRange": Property(computed=True),
    "auxAddress": Property(kind="map", computed=True),
}


class Network(Resource):
    """A network; everything about it is fixed when it is made."""

    table: ClassVar = {
        "name": Property(replaces=True),
        "driver": Property(replaces=True, computed=True),
        "options": Property(kind="map", replaces=True, computed=True),
        "internal": Property(kind="boolean", replaces=True, computed=True),
        "attachable": Property(kind="boolean", replaces=True),
        "ingress": Property(kind="boolean", replaces=True),
        "ipv6": Property(kind="boolean", replaces=True),
        "ipamDriver": Property(replaces=True, default="default"),
        "ipamOptions": Property(kind="map", replaces=True),
        "ipamConfigs": Property(kind="set", of=_IPAM, replaces=True, computed=True),
        "labels": Property(kind="set", of=LABEL, replaces=True),
    }
    outputs: ClassVar = ("scope", "driver", "internal", "ipamConfigs", "options")

    def __init__(self, host: DockerHost) -> None:
        self.host = host

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        ipam: Any = {
            "Driver": inputs["ipamDriver"],
            "Options": inputs.get("ipamOptions"),
            "Config": [
                {
                    "Subnet": config.get("subnet"),
                    "Gateway": config.get("gateway"),
                    "IPRange": config.get("ipRange"),
                    "AuxiliaryAddresses": config.get("auxAddress", {}),
                }
                for config in inputs.get("ipamConfigs", [])
            ],
        }
        with explained("Unable to create network"):
            made = self.host.api.create_network(
                inputs["name"],
                driver=inputs.get("driver"),
                options=inputs.get("options"),
                ipam=ipam,
                internal=inputs.get("internal", False),
                labels={entry["label"]: entry["value"] for entry in inputs.get("labels", [])},
                enable_ipv6=inputs.get("ipv6", False),
                attachable=inputs.get("attachable"),
                ingress=inputs.get("ingress"),
                # Two networks of one name would be told apart by nobody.
                check_duplicate=True,
            )
        return made["Id"], self.read(made["Id"], inputs, call) or inputs

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del call
        with explained("Unable to inspect network"):
            try:
                return network_state(state, self.host.api.inspect_network(resource_id))
            except Exception as error:
                if gone(error):
                    return None
                raise

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        end = time.monotonic() + _REMOVAL
        while True:
            with explained(f"Unable to remove network '{state.get('name')}'"):
                try:
                    self.host.api.remove_network(resource_id)
                except Exception as error:
                    if gone(error):
                        return
                    if "has active endpoints" not in str(error) or time.monotonic() >= end:
                        raise
                else:
                    return
            if call.cancelled.wait(0.5):
                raise Failed("cancelled while the network still had endpoints")


def network_state(known: Values, found: dict[str, Any]) -> Values:
    """What was known, corrected by what the engine tells."""
    ipam = found["IPAM"]
    return known | {
        "name": found["Name"],
        "driver": found["Driver"],
        "options": found["Options"] or {},
        "internal": found["Internal"],
        "attachable": found["Attachable"],
        "ingress": found["Ingress"],
        "ipv6": found["EnableIPv6"],
        "ipamDriver": ipam["Driver"],
        "ipamOptions": ipam["Options"] or {},
        "ipamConfigs": [
            {
                "subnet": config.get("Subnet"),
                "gateway": config.get("Gateway"),
                "ipRange": config.get("IPRange"),
                "auxAddress": config.get("AuxiliaryAddresses"),
            }
            for config in ipam["Config"] or []
        ],
        "labels": [{"label": label, "value": value} for label, value in sorted((found["Labels"] or {}).items())],
        "scope": found["Scope"],
    }
