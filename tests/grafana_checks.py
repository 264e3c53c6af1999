"""What the double of Grafana refuses, as Grafana would: dashboards and data sources. In: a body. Out: a `Refusal`."""

import re
from collections.abc import Container
from typing import Any

UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
PANELS = {"bargauge", "stat", "state-timeline", "table", "timeseries"}
Body = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - reads as what happened
    """Grafana would say no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def need(status: int, holds: object, message: str) -> None:
    if not holds:
        raise Refusal(status, message)


def check_dashboard(model: Body, sources: Container[str]) -> None:
    """Grafana's own conditions, and what would show an empty panel."""
    need(400, UID.fullmatch(model.get("uid", "")), "uid contains illegal characters")
    need(400, model.get("title"), "Dashboard title cannot be empty")
    need(400, isinstance(model.get("schemaVersion"), int), "schemaVersion must be a number")
    for panel in model["panels"]:
        where = f"{model['uid']}: {panel.get('title')}"
        need(400, panel["type"] in PANELS, f"{where}: no such panel {panel['type']}")
        need(400, 0 < panel["gridPos"]["w"] <= 24, f"{where}: wider than the page")
        need(400, panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24, f"{where}: runs off the page")
        need(400, panel.get("targets"), f"{where}: asks nothing")
        for target in panel["targets"]:
            need(400, target["datasource"]["uid"] in sources, f"{where}: no data source {target['datasource']}")
            need(400, target.get("expr") and target.get("refId"), f"{where}: a query without expression or letter")


def check_source(body: Body) -> None:
    """Grafana's own conditions, and what a plugin needs to connect; PostgreSQL's: page datasources/postgres."""
    need(400, body.get("access") in {"proxy", "direct"}, "access must be proxy or direct")
    url, data, secret = str(body.get("url", "")), body.get("jsonData") or {}, body.get("secureJsonData") or {}
    if body["type"] == "grafana-postgresql-datasource":
        need(400, re.fullmatch(r"[a-z.-]+:\d+", url), "invalid url: host:port")
        need(400, body.get("user") and data.get("database") and secret.get("password"), "who asks, where, and how?")
        need(400, data.get("sslmode") == "verify-full", "the server's name is not checked")
        need(400, data.get("tlsConfigurationMethod") == "file-content", "tls: where is the certificate?")
        need(400, "BEGIN CERTIFICATE" in secret.get("tlsCACert", ""), "tls: missing root certificate")
    else:
        need(400, body["type"] == "prometheus", f"no such plugin: {body['type']}")
        need(400, url.startswith("http"), "invalid url")
