"""`grafana.alerting.RuleGroup`."""

import json
import re
from collections.abc import Collection
from typing import Any, ClassVar

from pulumiverse_grafana.alerting import RuleGroupArgs

from offline.standins.grafana_server import GrafanaResource, resource_id
from offline.standins.properties import Property, each
from offline.standins.resource import Call, Failed
from offline.standins.values import Values

_DATA = {
    **each("refId", "datasourceUid", "model"),
    "relativeTimeRange": Property(of=each("from", "to")),
}
_RULE = {
    **each("name", "condition", "labels", "annotations"),
    **each("for", default="0s"),
    **each("noDataState", default="NoData"),
    **each("execErrState", default="Alerting"),
    **each("isPaused", default=False, fixed=True),
    "datas": Property(of=_DATA),
    "notificationSettings": Property(of=each("contactPoint")),
}
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_FILLED_IN = {"maxDataPoints": 43200, "intervalMs": 1000}  # by Grafana, in a query's model
_WHAT = "failed to {} rule group"


class RuleGroup(GrafanaResource):
    """Alert rules that are evaluated together; saved and replaced as a whole."""

    typed: ClassVar = RuleGroupArgs
    table: ClassVar = {
        **each("name", "folderUid", replaces=True),
        **each("intervalSeconds"),
        "rules": Property(of=_RULE),
        **each("disableProvenance", default=False, fixed=True),
    }
    outputs: ClassVar = ("orgId",)

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: Collection[str]) -> dict[str, str]:
        return super().diff(_comparable(state), old_inputs, _comparable(inputs), ignored)

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        folder, name = inputs["folderUid"], inputs["name"]
        if (self.server.ask("GET", _path(folder, name), what=_WHAT.format("look for")) or {}).get("rules"):
            raise Failed(f'rule group with name "{name}" already exists')
        made = resource_id(f"{folder}:{name}")
        return made, self.update(made, {}, inputs, call)

    def read(self, resource_id: str, state: Values) -> Values | None:
        found = self._found(resource_id, "read")
        if not found.get("rules"):
            return None
        told = {"name": found["title"], "folderUid": found["folderUid"], "intervalSeconds": found["interval"]}
        return state | told | {"rules": [_packed(rule) for rule in found["rules"]], "orgId": "1"}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        folder, name = inputs["folderUid"], inputs["name"]
        known = [rule.get("uid", "") for rule in state.get("rules", [])]
        rules = [
            _unpacked(rule, folder, name) | {"uid": known[index] if index < len(known) else ""}
            for index, rule in enumerate(inputs["rules"])
        ]
        body = {"title": name, "folderUid": folder, "interval": inputs["intervalSeconds"], "rules": rules}
        self.server.needed("PUT", _path(folder, name), body, what=_WHAT.format("save"))
        return self.read(resource_id, state | inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        for rule in self._found(resource_id, "delete").get("rules", []):
            path = f"v1/provisioning/alert-rules/{rule['uid']}"
            self.server.ask("DELETE", path, what=_WHAT.format("delete"))

    def _found(self, resource_id: str, verb: str) -> dict[str, Any]:
        _, folder, name = resource_id.split(":", 2)
        return dict(self.server.ask("GET", _path(folder, name), what=_WHAT.format(verb)) or {})


def _path(folder: str, name: str) -> str:
    return f"v1/provisioning/folder/{folder}/rule-groups/{name}"


def _comparable(values: Values) -> Values:
    """Lengths of time and models in one way of writing."""
    rules = values.get("rules")
    if not isinstance(rules, list):
        return values
    return values | {"rules": [rule | _one_way(rule) if isinstance(rule, dict) else rule for rule in rules]}


def _one_way(rule: Values) -> Values:
    datas = [
        data | {"model": _model(data["model"])} if isinstance(data, dict) and "model" in data else data
        for data in rule.get("datas", [])
    ]
    return {"for": duration(rule.get("for") or "0s"), "datas": datas}


def _model(text: str) -> str:
    try:
        model = json.loads(text)
    except ValueError:
        return text  # not known yet
    return json.dumps({name: value for name, value in model.items() if _FILLED_IN.get(name) != value}, sort_keys=True)


def _unpacked(rule: Values, folder: str, group: str) -> dict[str, Any]:
    """A rule as Grafana is told of it."""
    told = rule.get("notificationSettings")
    receiver = {"notification_settings": {"receiver": told["contactPoint"]}} if told else {}
    return receiver | {
        "title": rule["name"],
        "folderUID": folder,
        "ruleGroup": group,
        "orgID": 1,
        "condition": rule.get("condition", ""),
        "for": rule.get("for", "0s"),
        "noDataState": rule.get("noDataState", "NoData"),
        "execErrState": rule.get("execErrState", "Alerting"),
        "labels": rule.get("labels") or {},
        "annotations": rule.get("annotations") or {},
        "isPaused": False,
        "data": [data | {"queryType": "", "model": json.loads(data["model"])} for data in rule["datas"]],
    }


def _packed(rule: dict[str, Any]) -> Values:
    """A rule as its resource has it, from what Grafana tells."""
    told = ("uid", "condition", "noDataState", "execErrState", "isPaused")
    datas = [
        {name: data[name] for name in ("refId", "datasourceUid", "relativeTimeRange")}
        | {"model": _model(json.dumps(data["model"]))}
        for data in rule["data"]
    ]
    settings = rule.get("notification_settings")
    contact = {"notificationSettings": {"contactPoint": settings["receiver"]}} if settings else {}
    return (
        contact
        | {name: rule[name] for name in told}
        | {
            "name": rule["title"],
            "for": duration(rule.get("for") or "0s"),
            "labels": rule.get("labels") or {},
            "annotations": rule.get("annotations") or {},
            "datas": datas,
        }
    )


def duration(text: str) -> str:
    """The one way in which a length of time is compared, ``90s`` for ``1m30s``."""
    found = re.findall(r"(\d+)([dhms])", text)
    return f"{sum(int(number) * _UNITS[unit] for number, unit in found)}s"
