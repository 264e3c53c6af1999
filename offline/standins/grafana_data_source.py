"""`grafana.oss.DataSource`."""

import json
from collections.abc import Collection
from typing import Any, ClassVar

from pulumiverse_grafana.oss import DataSourceArgs

from offline.standins.grafana_server import GrafanaResource, resource_id, uid_of
from offline.standins.properties import Complaint, each
from offline.standins.resource import Call
from offline.standins.values import UNKNOWN, Values

_PLAIN = {
    "name": "name",
    "type": "type",
    "url": "url",
    "username": "user",
    "accessMode": "access",
    "isDefault": "isDefault",
    "uid": "uid",
}
_RESERVED = {
    "jsonDataEncoded": ("httpHeaderName", "teamHttpHeaders"),
    "secureJsonDataEncoded": ("httpHeaderValue",),
}


class DataSource(GrafanaResource):
    """Where dashboards get their numbers. Its secrets are written and never read back."""

    typed: ClassVar = DataSourceArgs
    table: ClassVar = {
        **each("name", "type", "url", "jsonDataEncoded", "secureJsonDataEncoded"),
        **each("username", default=""),
        **each("uid", replaces=True, computed=True),
        **each("isDefault", default=False),
        **each("accessMode", default="proxy", fixed=True),
        **each("basicAuthEnabled", default=False, fixed=True),
    }
    outputs: ClassVar = ("orgId",)
    secret_outputs: ClassVar = frozenset({"secureJsonDataEncoded"})

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        for key, reserved in _RESERVED.items():
            text = inputs.get(key, "{}")
            if text != UNKNOWN and _read(text) is None:
                found.append((key, f"'{key}' must be a JSON object"))
            found += [(key, f"{name} is a reserved key") for name in reserved if name in str(text)]
        return found

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: Collection[str]) -> dict[str, str]:
        found = super().diff(state, old_inputs, inputs, ignored)
        for key in _RESERVED:
            if _read(state.get(key)) == _read(inputs.get(key)):
                found.pop(key, None)
        if state.get("isDefault") and not inputs.get("isDefault"):
            found.pop("isDefault", None)  # only another one that becomes the default ends it
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        made = self.server.needed("POST", "datasources", _body(inputs), what="failed to create data source")
        uid = made["datasource"]["uid"]
        return resource_id(uid), self.read(uid, inputs) or inputs

    def read(self, resource_id: str, state: Values) -> Values | None:
        found = self.server.ask("GET", f"datasources/uid/{uid_of(resource_id)}", what="failed to read data source")
        if found is None:
            return None
        told = {mine: found.get(theirs) for mine, theirs in _PLAIN.items()}
        data = json.dumps(found.get("jsonData") or {}, sort_keys=True)
        return state | told | {"jsonDataEncoded": data, "orgId": str(found["orgId"])}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        path = f"datasources/uid/{uid_of(resource_id)}"
        self.server.needed("PUT", path, _body(inputs), what="failed to update data source")
        return self.read(resource_id, state | inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        self.server.ask("DELETE", f"datasources/uid/{uid_of(resource_id)}", what="failed to delete data source")


def _read(text: object) -> dict[str, Any] | None:
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _body(inputs: Values) -> dict[str, Any]:
    body = {theirs: inputs[mine] for mine, theirs in _PLAIN.items() if inputs.get(mine) is not None}
    data, secure = (_read(inputs.get(key)) or {} for key in _RESERVED)
    return body | {"jsonData": data, "secureJsonData": secure}
