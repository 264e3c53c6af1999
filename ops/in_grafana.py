"""Clears what a broken run left in Grafana and the state does not have: the next run would meet "already exists".

In: the state with its secrets in plain text, a preview. Out: a line for everything that was removed, or left to a
person. Removed is only what the run was about to make, and only as it was about to make it: whatever differs is
somebody's, and so is a folder with anything in it.
"""

import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from ops.references import provider

_KINDS = {
    "grafana:oss/folder:Folder": "folder",
    "grafana:oss/dashboard:Dashboard": "dashboard",
    "grafana:oss/dataSource:DataSource": "data source",
    "grafana:alerting/ruleGroup:RuleGroup": "rule group",
    "grafana:alerting/contactPoint:ContactPoint": "contact point",
}
"""Permissions are no things of their own: to set them again is no conflict."""
_POINTS = "v1/provisioning/contact-points"
_SECONDS = 20
_MARK, _PLAINTEXT = "4dabf18193072939515e22adb298388d", "plaintext"
"""By which a state tells a secret from other mappings, and where its text is."""
_DIRECT: dict[str, httpx.BaseTransport | None] = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}


@dataclass(frozen=True, kw_only=True)
class Made:
    """Something that the run was about to make: its kind, what Grafana knows it by, and what it was to be."""

    kind: str
    name: str
    inputs: Mapping[str, Any]
    provider: str

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> "Made | None":
        """A resource of a state, if it is one of these."""
        kind, inputs = _KINDS.get(resource.get("type", "")), resource.get("inputs") or {}
        if kind is None:
            return None
        if kind == "dashboard":
            name = json.loads(inputs["configJson"])["uid"]
        elif kind == "rule group":
            name = f"{inputs['folderUid']}/rule-groups/{inputs['name']}"
        else:
            name = inputs["name" if kind == "contact point" else "uid"]
        return cls(kind=kind, name=name, inputs=inputs, provider=provider(resource))


def pending(deployment: Mapping[str, Any]) -> tuple[Made, ...]:
    """What the broken run was about to make and the state lacks: folders last, when nothing of it is in them."""
    operations = deployment.get("pending_operations") or []
    creating = [Made.of(operation["resource"]) for operation in operations if operation.get("type") == "creating"]
    known = {
        (made.kind, made.name, made.provider) for one in deployment.get("resources") or [] if (made := Made.of(one))
    }
    wanted = [made for made in creating if made and (made.kind, made.name, made.provider) not in known]
    return tuple(sorted(wanted, key=lambda made: (made.kind == "folder", made.kind, made.name)))


def unrecorded(preview: Mapping[str, Any], deployment: Mapping[str, Any]) -> dict[str, Any]:
    """The state as if a run had been about to make what a preview would make in a Grafana that the state knows.

    A destroy takes what is in the workshop's own Grafana out of the state before Grafana is gone. A contact point's
    address is a secret, which a preview does not tell: it goes later than the rest, and is left out.
    """
    known = {one["urn"] for one in deployment.get("resources") or []}
    making = [step.get("newState") or {} for step in preview.get("steps") or [] if step.get("op") == "create"]
    coming = [
        {"type": "creating", "resource": one}
        for one in making
        if _KINDS.get(one.get("type", ""), "contact point") != "contact point" and provider(one) in known
    ]
    return {**deployment, "pending_operations": coming}


def clear(deployment: Mapping[str, Any]) -> Iterator[str]:
    """Remove it where it is, and say so."""
    deployment = opened(deployment)
    providers = {one["urn"]: one.get("inputs") or {} for one in deployment.get("resources") or []}
    for made in pending(deployment):
        settings = providers.get(made.provider, {})
        if "url" not in settings:
            continue
        try:
            with _client(settings) as grafana:
                done = _removed(grafana, made)
        except (httpx.HTTPError, ssl.SSLError) as error:
            reason = str(error) or type(error).__name__
            done = f"cannot be looked for ({reason}): delete it there, if `make up` says that it already exists"
        if done:
            yield f"{made.kind} {made.name} in Grafana at {settings['url']} {done}"


def opened(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """A value of the state, with what is secret in it."""
    if isinstance(value, dict):
        if _MARK in value and _PLAINTEXT in value:
            return json.loads(value[_PLAINTEXT])
        return {name: opened(inner) for name, inner in value.items()}
    return [opened(each) for each in value] if isinstance(value, list) else value


def _removed(grafana: httpx.Client, made: Made) -> str | None:
    """Remove one thing; what became of it, nothing when it is not there."""
    if made.kind == "contact point":
        ways = [one for one in _read(grafana, _POINTS) or [] if one["name"] == made.name]
        places = [f"{_POINTS}/{one['uid']}" for one in ways]
        same = {_address(one["settings"]) for one in ways} <= _addresses(made.inputs)
    else:
        place = {
            "folder": "folders/",
            "dashboard": "dashboards/uid/",
            "data source": "datasources/uid/",
            "rule group": "v1/provisioning/folder/",
        }[made.kind] + made.name
        found = _read(grafana, place)
        places, same = [place] if found else [], bool(found) and _is_as_meant(grafana, made, found)
    if not places:
        return None
    if not same:
        return "is not in the state and is not what the dead run was to make: left alone. Delete it there, or rename it"
    for place in places:
        grafana.delete(place).raise_for_status()
    return "removed, which no state knows"


def _is_as_meant(grafana: httpx.Client, made: Made, found: Any) -> bool:  # noqa: ANN401 -- JSON
    if made.kind == "folder":
        inside = _read(grafana, "search", folderUIDs=made.name)
        return bool(found["title"] == made.inputs["title"] and not inside)
    if made.kind == "dashboard":
        return _own(found["dashboard"]) == _own(json.loads(made.inputs["configJson"]))
    if made.kind == "rule group":
        return {rule["title"] for rule in found["rules"]} == {rule["name"] for rule in made.inputs["rules"]}
    return all(found.get(name) == made.inputs.get(name) for name in ("name", "type", "url"))


def _address(settings: Mapping[str, Any]) -> str:
    return str(settings.get("url") or settings.get("addresses"))


def _addresses(inputs: Mapping[str, Any]) -> set[str]:
    """Where a contact point was to send."""
    webhooks, emails = inputs.get("webhooks") or [], inputs.get("emails") or []
    return {str(one["url"]) for one in webhooks} | {";".join(one["addresses"]) for one in emails}


def _own(model: Mapping[str, Any]) -> dict[str, Any]:
    """A dashboard without the numbers that Grafana gives."""
    kept = {name: value for name, value in model.items() if name not in {"id", "version"}}
    panels = [{name: value for name, value in panel.items() if name != "id"} for panel in kept.get("panels") or []]
    return kept | {"panels": panels}


def _read(grafana: httpx.Client, path: str, **parameters: str) -> Any:  # noqa: ANN401 -- JSON
    answer = grafana.get(path, params=parameters)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    answer.raise_for_status()
    return answer.json()


def _client(settings: Mapping[str, Any]) -> httpx.Client:
    """The way in that the run had."""
    trusted = ssl.create_default_context()
    if settings.get("caCert"):
        trusted.load_verify_locations(cadata=settings["caCert"])
        trusted.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    user, colon, secret = str(settings["auth"]).partition(":")
    return httpx.Client(
        base_url=str(settings["url"]).rstrip("/") + "/api/",
        auth=(user, secret) if colon else None,
        headers={} if colon else {"Authorization": f"Bearer {user}"},
        verify=trusted,
        timeout=_SECONDS,
        mounts=_DIRECT,
    )
