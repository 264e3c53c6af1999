"""`grafana.alerting.ContactPoint`."""

from typing import Any, ClassVar

from pulumiverse_grafana.alerting import ContactPointArgs

from offline.standins.grafana_server import GrafanaResource, resource_id
from offline.standins.properties import Complaint, Property, each
from offline.standins.resource import Call
from offline.standins.values import Values

_KINDS = {"emails": "email", "webhooks": "webhook"}
_COMMON = {
    **each("uid", computed=True),
    **each("disableResolveMessage", default=False, fixed=True),
}
_SEPARATOR = ";"
_PATH = "v1/provisioning/contact-points"
_WHAT = "failed to {} contact point"


class ContactPoint(GrafanaResource):
    """Where messages go. All ways that have one name are one contact point; it is known by that name."""

    typed: ClassVar = ContactPointArgs
    table: ClassVar = {
        **each("name", replaces=True),
        "emails": Property(of={**each("addresses"), **_COMMON}, unordered=True),
        "webhooks": Property(of={**each("url"), **_COMMON}, unordered=True),
        **each("disableProvenance", default=False, fixed=True),
    }
    outputs: ClassVar = ("orgId",)

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        if not any(inputs.get(kind) for kind in _KINDS):
            found.append(("emails", f"one of {', '.join(_KINDS)} must be specified"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        return resource_id(inputs["name"]), self.update(inputs["name"], {}, inputs, call)

    def read(self, resource_id: str, state: Values) -> Values | None:
        found = self._ways(resource_id.rpartition(":")[2], "read")
        if not found:
            return None
        told = {kind: [_packed(one) for one in found if one["type"] == way] for kind, way in _KINDS.items()}
        return state | told | {"name": found[0]["name"], "orgId": "1"}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        """Keep the ways that there are, add those that are missing, and then take away the others."""
        known = [(kind, one["uid"]) for kind in _KINDS for one in state.get(kind) or []]
        for kind, way in _KINDS.items():
            for one in inputs.get(kind) or []:
                uid = next((uid for other, uid in known if other == kind), "")
                body = {"uid": uid, "name": inputs["name"], "type": way} | _unpacked(one)
                if uid:
                    known.remove((kind, uid))
                    self.server.needed("PUT", f"{_PATH}/{uid}", body, what=_WHAT.format("update"))
                else:
                    self.server.needed("POST", _PATH, body, what=_WHAT.format("create"))
        for _, uid in known:
            self.server.ask("DELETE", f"{_PATH}/{uid}", what=_WHAT.format("update"))
        return self.read(inputs["name"], inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        for one in self._ways(resource_id.rpartition(":")[2], "delete"):
            self.server.ask("DELETE", f"{_PATH}/{one['uid']}", what=_WHAT.format("delete"))

    def _ways(self, name: str, verb: str) -> list[dict[str, Any]]:
        found = self.server.ask("GET", _PATH, what=_WHAT.format(verb)) or []
        return [one for one in found if one["name"] == name]


def _unpacked(one: Values) -> dict[str, Any]:
    """One way as Grafana is told of it."""
    addresses = one.get("addresses")
    settings = {"url": one["url"]} if addresses is None else {"addresses": _SEPARATOR.join(addresses)}
    return {"settings": settings, "disableResolveMessage": False}


def _packed(one: dict[str, Any]) -> Values:
    """One way as its resource has it."""
    settings = one["settings"]
    told = {"url": settings["url"]} if "url" in settings else {"addresses": settings["addresses"].split(_SEPARATOR)}
    return told | {"uid": one["uid"], "disableResolveMessage": one.get("disableResolveMessage", False)}
