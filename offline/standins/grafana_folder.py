"""`grafana.oss.Folder` and `FolderPermission`."""

import re
from typing import Any, ClassVar

from pulumiverse_grafana.oss import FolderArgs, FolderPermissionArgs

from offline.standins.grafana_server import GrafanaResource, resource_id, uid_of
from offline.standins.properties import Complaint, Property, each
from offline.standins.resource import Call
from offline.standins.values import UNKNOWN, Values

_UID = re.compile(r"[a-zA-Z0-9_-]+")
_CHOICES = {"role": ("Viewer", "Editor", "Admin"), "permission": ("View", "Edit", "Admin")}


class Folder(GrafanaResource):
    """A folder of dashboards; deleted with all that is in it."""

    typed: ClassVar = FolderArgs
    table: ClassVar = {
        **each("title"),
        **each("uid", replaces=True, computed=True),
        **each("preventDestroyIfNotEmpty", default=False, fixed=True),
    }
    outputs: ClassVar = ("orgId", "url")

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        uid = inputs.get("uid", "x")
        if uid != UNKNOWN and not _UID.fullmatch(str(uid)):
            found.append(("uid", "folder UIDs can only be alphanumeric, dashes, or underscores"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        body = {"title": inputs["title"]} | ({"uid": inputs["uid"]} if inputs.get("uid") else {})
        made = self.server.needed("POST", "folders", body, what="failed to create folder")
        return resource_id(made["uid"]), self.read(made["uid"], inputs) or inputs

    def read(self, resource_id: str, state: Values) -> Values | None:
        found = self.server.ask("GET", f"folders/{uid_of(resource_id)}", what="failed to read folder")
        told = {name: found[name] for name in ("title", "uid")} if found else {}
        return found and state | told | {"orgId": "1", "url": self.server.address(found["url"])}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        body = {"title": inputs["title"], "overwrite": True}
        self.server.needed("PUT", f"folders/{uid_of(resource_id)}", body, what="failed to update folder")
        return self.read(resource_id, state | inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        what = "failed to delete folder"
        self.server.ask("DELETE", f"folders/{uid_of(resource_id)}", what=what, forceDeleteRules="true")


class FolderPermission(GrafanaResource):
    """Who may see and edit a folder: exactly those named; deleting it leaves nobody but administrators."""

    typed: ClassVar = FolderPermissionArgs
    table: ClassVar = {
        **each("folderUid", replaces=True),
        "permissions": Property(of=each("role", "permission"), unordered=True),
    }
    outputs: ClassVar = ("orgId",)

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        given = inputs.get("permissions", [])
        for index, one in enumerate(given if isinstance(given, list) else []):
            for name, known in _CHOICES.items():
                value = one.get(name) if isinstance(one, dict) else None
                if value not in (None, UNKNOWN, *known):
                    where = f"permissions[{index}].{name}"
                    found.append((where, f"expected '{where}' to be one of {', '.join(known)}, got '{value}'"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        return resource_id(inputs["folderUid"]), self.update(inputs["folderUid"], {}, inputs, call)

    def read(self, resource_id: str, state: Values) -> Values | None:
        found = self._managed(uid_of(resource_id))
        if found is None:
            return None
        # One that is a person's or a team's is shown too: `role` is empty then, which no input is.
        permissions = [{"role": one.get("builtInRole", ""), "permission": one["permission"]} for one in found]
        return state | {"folderUid": uid_of(resource_id), "orgId": "1", "permissions": permissions}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        self._set(uid_of(resource_id), inputs.get("permissions", []))
        return self.read(resource_id, state | inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        if self._managed(uid_of(resource_id)) is not None:
            self._set(uid_of(resource_id), [])

    def _managed(self, uid: str) -> list[dict[str, Any]] | None:
        """What was given on this very folder: neither fixed roles nor what comes from a folder around it."""
        found = self.server.ask("GET", f"access-control/folders/{uid}", what="failed to read permissions")
        return found and [one for one in found if one.get("isManaged") and not one.get("isInherited")]

    def _set(self, uid: str, wanted: list[Values]) -> None:
        """Tell Grafana the difference: what is no longer to be is given an empty permission."""
        now = {_key(one) for one in self._managed(uid) or []}
        then = {_key({"builtInRole": one.get("role"), "permission": one["permission"]}) for one in wanted}
        gone = [(*whom, "") for *whom, _ in sorted(now - then)]
        names = ("builtInRole", "teamId", "userId")
        changes = [
            {name: value for name, value in zip(names, whom, strict=True) if value} | {"permission": permission}
            for *whom, permission in [*gone, *sorted(then - now)]
        ]
        what = "failed to set permissions"
        self.server.needed("POST", f"access-control/folders/{uid}", {"permissions": changes}, what=what)


def _key(one: dict[str, Any]) -> tuple[str, int, int, str]:
    return one.get("builtInRole") or "", one.get("teamId") or 0, one.get("userId") or 0, one["permission"]
