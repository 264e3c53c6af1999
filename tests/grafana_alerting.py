"""The alerting part of the double of Grafana: rule groups, and contact points with their ways of sending.

As https://grafana.com/docs/grafana/v12.4/developer-resources/api-reference/http-api/alerting_provisioning/ has them. A
contact point is all ways of one name; one that a rule names cannot be taken away.
"""

import re
from collections.abc import Callable
from typing import Any

from tests.grafana_checks import Body, need

STATES = {"OK", "NoData", "Alerting", "KeepLast", "Error"}
NEEDED = {"email": "addresses", "webhook": "url"}
"""By kind of way: what its settings must have."""
POINTS = "/api/v1/provisioning/contact-points"
GROUPS = r"/api/v1/provisioning/folder/([^/]+)/rule-groups/([^/]+)"
Route = tuple[str, str, Callable[..., Any]]


class Alerting:
    """What it holds, and how it answers; the rest of Grafana has the folders and the data sources."""

    def __init__(self) -> None:
        self.folders: dict[str, Body] = {}
        self.sources: dict[str, Body] = {}
        self.groups: dict[tuple[str, str], Body] = {}
        self.ways: dict[str, Body] = {}
        self.alerting_routes: list[Route] = [
            ("GET", POINTS, lambda _: list(self.ways.values())),
            ("POST", POINTS, self.make_way),
            ("PUT", rf"{POINTS}/([^/]+)", self.change_way),
            ("DELETE", rf"{POINTS}/([^/]+)", self.delete_way),
            ("GET", GROUPS, lambda _, *key: self.groups.get(key)),
            ("PUT", GROUPS, self.save_group),
            ("DELETE", GROUPS, lambda _, *key: self.groups.pop(key, None)),
            ("DELETE", r"/api/v1/provisioning/alert-rules/([^/]+)", self.delete_rule),
        ]

    def contacts(self) -> set[str]:
        """The names of the contact points."""
        return {way["name"] for way in self.ways.values()}

    def make_way(self, body: Body) -> Body:
        uid = body.get("uid") or f"w{len(self.ways)}"
        need(409, uid not in self.ways, "a receiver with the same uid already exists")
        return self._keep_way(body, uid)

    def change_way(self, body: Body, uid: str) -> Body | None:
        return self._keep_way(body, uid) if uid in self.ways else None

    def _keep_way(self, body: Body, uid: str) -> Body:
        need(400, body.get("name"), "a contact point needs a name")
        need(400, body["type"] in NEEDED, f"unknown integration {body['type']}")
        need(400, body["settings"].get(NEEDED.get(body["type"])), f"required field of {body['type']} is not specified")
        self.ways[uid] = body | {"uid": uid, "provenance": "api"}
        return self.ways[uid]

    def delete_way(self, _: Body, uid: str) -> Body | None:
        if uid not in self.ways:
            return None
        name = self.ways[uid]["name"]
        others = [way for other, way in self.ways.items() if way["name"] == name and other != uid]
        named = [rule for group in self.groups.values() for rule in group["rules"] if receiver(rule) == name]
        need(409, others or not named, "contact point is in use by a rule")
        return self.ways.pop(uid)

    def save_group(self, body: Body, folder: str, name: str) -> Body:
        need(400, folder in self.folders, "folder does not exist")
        need(400, body["interval"] > 0 and body["interval"] % 10 == 0, "interval must be a multiple of 10 seconds")
        for index, rule in enumerate(body["rules"]):
            refs = [data["refId"] for data in rule["data"]]
            need(400, rule["condition"] in refs, f"condition {rule['condition']} does not exist")
            need(400, {rule["noDataState"], rule["execErrState"]} <= STATES, "unknown state")
            need(400, re.fullmatch(r"(\d+[smhd])+", rule["for"]), "for is no length of time")
            need(400, receiver(rule) in {None, *self.contacts()}, f"receiver {receiver(rule)} does not exist")
            for data in rule["data"]:
                need(400, data["datasourceUid"] in {*self.sources, "__expr__", "-100"}, "data source not found")
                need(400, isinstance(data["model"], dict), "model must be an object")
            rule["uid"] = rule.get("uid") or f"r{len(self.groups)}-{index}"
        self.groups[folder, name] = body
        return body

    def delete_rule(self, _: Body, uid: str) -> Body:
        for key, group in list(self.groups.items()):
            group["rules"] = [rule for rule in group["rules"] if rule["uid"] != uid]
            if not group["rules"]:
                del self.groups[key]
        return {}


def receiver(rule: Body) -> str | None:
    """The contact point that a rule names."""
    found: str | None = (rule.get("notification_settings") or {}).get("receiver")
    return found
