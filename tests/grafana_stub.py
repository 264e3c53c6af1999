"""A double of Grafana, whose image cannot be built here: it keeps what it is sent, after checking it as Grafana would.

Only the calls that the plugin makes; anything else is 404. Without a password or token it is 401, with one of too
little right 403, a body that Grafana refuses is 400, 409 or 412. All are kept in ``refusals``, changes in ``writes``.

The API is that of https://grafana.com/docs/grafana/v12.4/developer-resources/api-reference/http-api/, its pages folder,
dashboard, data_source and alerting_provisioning; a folder's permissions are those of /api/access-control/folders/, as
Grafana's OpenAPI document has them (SetResourcePermissions).
"""

import base64
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.grafana_alerting import POINTS, Alerting, Route
from tests.grafana_checks import UID, Body, Refusal, check_dashboard, check_source, need

AUTH, TOKEN, EDITORS_TOKEN = "admin:stub-password", "stub-token", "editors-token"
RIGHTS = {
    "Basic " + base64.b64encode(AUTH.encode()).decode(): "Admin",
    f"Bearer {TOKEN}": "Admin",
    f"Bearer {EDITORS_TOKEN}": "Editor",
}
ROLES, LEVELS = {"Viewer", "Editor", "Admin"}, {"View", "Edit", "Admin", ""}


class Grafana(Alerting):
    """What it holds, and how it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.permissions: dict[str, list[Body]] = {}
        self.dashboards: dict[str, Body] = {}
        self.secrets: dict[str, Body] = {}
        self.refusals: list[str] = []
        self.writes: list[str] = []
        self.lock = threading.Lock()
        self.routes: list[Route] = [
            *self.alerting_routes,
            ("POST", r"/api/folders", self.make_folder),
            ("GET", r"/api/folders/([^/]+)", lambda _, uid: self.folders.get(uid)),
            ("PUT", r"/api/folders/([^/]+)", self.change_folder),
            ("GET", r"/api/search", self.search),
            ("DELETE", r"/api/folders/([^/]+)", self.delete_folder),
            ("GET", r"/api/access-control/folders/([^/]+)", lambda _, uid: self.permissions.get(uid)),
            ("POST", r"/api/access-control/folders/([^/]+)", self.permit),
            ("POST", r"/api/datasources", self.make_source),
            ("GET", r"/api/datasources/uid/([^/]+)", lambda _, uid: self.sources.get(uid)),
            ("PUT", r"/api/datasources/uid/([^/]+)", self.change_source),
            ("DELETE", r"/api/datasources/uid/([^/]+)", lambda _, uid: self.sources.pop(uid, None)),
            ("POST", r"/api/dashboards/db", self.save_dashboard),
            ("GET", r"/api/dashboards/uid/([^/]+)", lambda _, uid: self.dashboards.get(uid)),
            ("DELETE", r"/api/dashboards/uid/([^/]+)", lambda _, uid: self.dashboards.pop(uid, None)),
        ]

    def answer(self, method: str, path: str, authorization: str, body: Body) -> tuple[int, Any]:
        """Status and JSON."""
        with self.lock:
            right = RIGHTS.get(authorization)
            need(401, right, "Invalid username or password")
            only_admins = path.startswith(("/api/datasources", "/api/access-control", POINTS))
            allowed = right == "Admin" or method == "GET" or not only_admins
            need(403, allowed, "You'll need additional permissions to perform this action")
            for verb, pattern, handler in self.routes:
                found = re.fullmatch(pattern, path)
                if verb == method and found:
                    if method != "GET":
                        self.writes.append(f"{method} {path}")
                    answer = handler(body, *found.groups())
                    return (404, {"message": "not found"}) if answer is None else (200, answer)
        return 404, {"message": "not found"}

    # Folders

    def make_folder(self, body: Body) -> Body:
        need(400, body.get("title"), "folder title cannot be empty")
        uid = body.get("uid") or f"f{len(self.folders)}"
        need(400, UID.fullmatch(uid), "uid contains illegal characters")
        need(409, uid not in self.folders, "a folder with the same uid already exists")
        self.folders[uid] = {"uid": uid, "title": body["title"], "url": f"/dashboards/f/{uid}", "parentUid": ""}
        # As Grafana does: its maker is its administrator, and both roles get their usual rights.
        given: list[Body] = [{"userId": 1, "permission": "Admin"}]
        given += [{"builtInRole": "Editor", "permission": "Edit"}, {"builtInRole": "Viewer", "permission": "View"}]
        fixed = {"builtInRole": "Admin", "permission": "Admin", "isManaged": False, "isInherited": False}
        self.permissions[uid] = [*(one | {"isManaged": True, "isInherited": False} for one in given), fixed]
        return self.folders[uid]

    def change_folder(self, body: Body, uid: str) -> Body | None:
        self.folders |= {uid: self.folders[uid] | {"title": body["title"]}} if uid in self.folders else {}
        return self.folders.get(uid)

    def search(self, query: Body) -> list[Body]:
        """The dashboards of one folder."""
        found = self.dashboards.items()
        return [{"uid": uid} for uid, each in found if each["meta"]["folderUid"] == query["folderUIDs"]]

    def delete_folder(self, _: Body, uid: str) -> Body | None:
        if self.folders.pop(uid, None) is None:
            return None
        self.permissions.pop(uid)
        self.dashboards = {key: each for key, each in self.dashboards.items() if each["meta"]["folderUid"] != uid}
        self.groups = {key: each for key, each in self.groups.items() if key[0] != uid}
        return {"message": "Folder deleted"}

    def permit(self, body: Body, uid: str) -> Body | None:
        if uid not in self.permissions:
            return None
        for each in body["permissions"]:
            whom = {name: each[name] for name in ("builtInRole", "userId", "teamId") if each.get(name)}
            need(400, len(whom) == 1, "a permission is one user's, one team's or one role's")
            need(400, whom.get("builtInRole", "Viewer") in ROLES, "invalid role")
            need(400, each["permission"] in LEVELS, "invalid permission")
            kept = [one for one in self.permissions[uid] if not (one["isManaged"] and whom.items() <= one.items())]
            added = whom | {"permission": each["permission"], "isManaged": True, "isInherited": False}
            self.permissions[uid] = [*kept, added] if each["permission"] else kept
        return {"message": "Permissions updated"}

    def managed(self, uid: str) -> dict[str, str]:
        """Whom a folder is given to, and how far."""
        return {
            one.get("builtInRole") or f"user {one['userId']}": one["permission"]
            for one in self.permissions[uid]
            if one["isManaged"]
        }

    # Data sources

    def make_source(self, body: Body) -> Body:
        taken = body["name"] in [source["name"] for source in self.sources.values()]
        need(409, not taken, "data source with the same name already exists")
        uid = body.get("uid") or f"d{len(self.sources)}"
        need(400, UID.fullmatch(uid), "uid contains illegal characters")
        return self._keep_source(body, uid)

    def change_source(self, body: Body, uid: str) -> Body | None:
        return self._keep_source(body, uid) if uid in self.sources else None

    def _keep_source(self, body: Body, uid: str) -> Body:
        check_source(body)
        if body.get("isDefault"):
            self.sources = {key: each | {"isDefault": False} for key, each in self.sources.items()}
        # Secrets are never told again, only that there are some.
        kept = {name: value for name, value in body.items() if name != "secureJsonData"}
        self.secrets[uid] = self.secrets.get(uid, {}) | body.get("secureJsonData", {})
        told = {"secureJsonFields": dict.fromkeys(self.secrets[uid], True)}
        self.sources[uid] = {"isDefault": False} | kept | told | {"uid": uid, "orgId": 1}
        return {"datasource": self.sources[uid]}

    # Dashboards

    def save_dashboard(self, body: Body) -> Body:
        model, folder = body["dashboard"], body.get("folderUid", "")
        need(400, not folder or folder in self.folders, "folder not found")
        check_dashboard(model, set(self.sources))
        uid = model["uid"]
        before = self.dashboards.get(uid)
        need(412, before is None or body.get("overwrite"), "a dashboard with the same uid already exists")
        version = before["dashboard"]["version"] + 1 if before else 1
        kept = model | {"id": before["dashboard"]["id"] if before else len(self.dashboards) + 1, "version": version}
        self.dashboards[uid] = {"dashboard": kept, "meta": {"folderUid": folder, "url": f"/d/{uid}/x"}}
        return {"uid": uid, "id": kept["id"], "version": version, "status": "success"}


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    grafana: Grafana

    def handle_any(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.removeprefix("/grafana").partition("?")
        authorization = self.headers.get("Authorization", "")
        try:
            body = json.loads(text) if text else dict(urllib.parse.parse_qsl(query))
            status, answer = self.grafana.answer(self.command, path, authorization, body)
        except Refusal as refusal:
            self.grafana.refusals.append(f"{refusal.status} {path}: {refusal}")
            status, answer = refusal.status, {"message": str(refusal)}
        told = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names are the protocol's

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(grafana: Grafana) -> Iterator[str]:
    """Where it answers, on a port of the system's choice, under the path that the gateway has for it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"grafana": grafana}))
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/grafana"
    server.shutdown()
    server.server_close()
