"""`grafana.oss.Dashboard`."""

import json
from collections.abc import Collection
from typing import Any, ClassVar

from pulumiverse_grafana.oss import DashboardArgs

from offline.standins.grafana_server import GrafanaResource, resource_id, uid_of
from offline.standins.properties import Complaint, each
from offline.standins.resource import Call
from offline.standins.values import UNKNOWN, Values


class Dashboard(GrafanaResource):
    """A dashboard from its whole model; ids and versions, which Grafana gives, are no part of it."""

    typed: ClassVar = DashboardArgs
    table: ClassVar = each("configJson", "folder")
    outputs: ClassVar = ("orgId", "uid", "url", "dashboardId", "version")
    renewed: ClassVar = ("version",)

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        text = inputs.get("configJson", "{}")
        if text != UNKNOWN and model_of(text) is None:
            found.append(("configJson", "'configJson' must be a JSON object"))
        return found

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: Collection[str]) -> dict[str, str]:
        found = super().diff(state, old_inputs, inputs, ignored)
        old, new = model_of(state.get("configJson")), model_of(inputs.get("configJson"))
        if old is not None and new is not None and "configJson" in found:
            if own(old) == own(new):
                del found["configJson"]
            elif old.get("uid") != new.get("uid"):
                found["configJson"] += "_REPLACE"
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        made = self._save(inputs, overwrite=False)
        return resource_id(made["uid"]), self.read(made["uid"], inputs) or inputs

    def read(self, resource_id: str, state: Values) -> Values | None:
        found = self.server.ask("GET", f"dashboards/uid/{uid_of(resource_id)}", what="failed to read dashboard")
        if found is None:
            return None
        model, meta = found["dashboard"], found["meta"]
        known = model_of(state.get("configJson"))
        shown = own(model) if known is None or "uid" in known else own(model, "uid")
        return state | {
            "configJson": json.dumps(shown, sort_keys=True, ensure_ascii=False),
            "folder": meta.get("folderUid", ""),
            "uid": model["uid"],
            "url": self.server.address(meta["url"]),
            "dashboardId": model["id"],
            "version": model["version"],
            "orgId": "1",
        }

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        self._save(inputs, overwrite=True, id=state.get("dashboardId"))
        return self.read(resource_id, state | inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        with self.server.one_writer:
            self.server.ask("DELETE", f"dashboards/uid/{uid_of(resource_id)}", what="failed to delete dashboard")

    def _save(self, inputs: Values, *, overwrite: bool, **known: object) -> dict[str, Any]:
        model = own(model_of(inputs["configJson"]) or {}) | known
        body = {"dashboard": model, "folderUid": uid_of(inputs.get("folder", "")), "overwrite": overwrite}
        with self.server.one_writer:
            return dict(self.server.needed("POST", "dashboards/db", body, what="failed to save dashboard"))


def model_of(text: object) -> dict[str, Any] | None:
    """The model in a text, or None."""
    try:
        model = json.loads(str(text))
    except ValueError:
        return None
    return model if isinstance(model, dict) else None


def own(model: dict[str, Any], *less: str) -> dict[str, Any]:
    """A model without what Grafana adds."""
    kept = {name: value for name, value in model.items() if name not in {"id", "version", *less}}
    if isinstance(kept.get("panels"), list):
        kept["panels"] = [
            {name: value for name, value in panel.items() if name != "id"} if isinstance(panel, dict) else panel
            for panel in kept["panels"]
        ]
    return kept
