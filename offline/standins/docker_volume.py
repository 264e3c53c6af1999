"""`docker.Volume`."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

import time
from typing import Any, ClassVar

from offline.standins.docker_container import LABEL
from offline.standins.docker_host import DockerHost, explained, gone
from offline.standins.properties import Property
from offline.standins.resource import Call, Failed, Resource
from offline.standins.values import Values

_REMOVAL = 30  # seconds until the last container must have let go


class Volume(Resource):
    """A volume; everything about it is fixed when it is made."""

    table: ClassVar = {
        "name": Property(replaces=True),
        "driver": Property(replaces=True, computed=True),
        "driverOpts": Property(kind="map", replaces=True),
        "labels": Property(kind="set", of=LABEL, replaces=True),
    }
    outputs: ClassVar = ("mountpoint", "driver")
    unsupported: ClassVar = frozenset({"cluster"})

    def __init__(self, host: DockerHost) -> None:
        self.host = host

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        del call
        with explained("Unable to create volume"):
            made = self.host.api.create_volume(
                inputs["name"],
                driver=inputs.get("driver"),
                driver_opts=inputs.get("driverOpts"),
                labels={entry["label"]: entry["value"] for entry in inputs.get("labels", [])},
            )
        return made["Name"], volume_state(inputs, made)

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del call
        with explained("Unable to inspect volume"):
            try:
                return volume_state(state, self.host.api.inspect_volume(resource_id))
            except Exception as error:
                if gone(error):
                    return None
                raise

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        end = time.monotonic() + _REMOVAL
        while True:
            with explained(f"Unable to remove volume '{state.get('name')}'"):
                try:
                    self.host.api.remove_volume(resource_id)
                except Exception as error:
                    if gone(error):
                        return
                    if "volume is in use" not in str(error) or time.monotonic() >= end:
                        raise
                else:
                    return
            if call.cancelled.wait(0.5):
                raise Failed("cancelled while the volume was still in use")


def volume_state(known: Values, found: dict[str, Any]) -> Values:
    """What was known, corrected by what the engine tells."""
    return known | {
        "name": found["Name"],
        "driver": found["Driver"],
        "driverOpts": found["Options"] or {},
        "labels": [{"label": label, "value": value} for label, value in sorted((found["Labels"] or {}).items())],
        "mountpoint": found["Mountpoint"],
    }
