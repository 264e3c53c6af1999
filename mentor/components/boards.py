"""The boards: everything in Grafana as typed resources, in the workshop's own or in one that exists.

Comes in: the class, the course, what students may see. Goes out: data sources, folders with their permissions, the
dashboards of `dashboards/`, and what Grafana says of what Prometheus finds. Series carry ids; names stand in the
dashboards alone. In a Grafana that exists already everything is marked with the stack's name: others may be there too.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker
import pulumi_postgresql as postgresql
import pulumiverse_grafana as grafana

from dashboards.catalogue import Folder, dashboards
from dashboards.facts import OVERVIEW, PROMETHEUS, Facts
from dashboards.marks import mark_of, marked, titled
from mentor.components.alerting import AlertArgs, alerts
from mentor.components.certificates import Certificates
from mentor.components.databases import DatabaseServer
from mentor.components.grafana import GrafanaServer, GrafanaServerArgs
from mentor.components.ground import SharedGround
from mentor.components.portal import Portal, origins
from mentor.components.sql_source import SqlSource
from mentor.host.docker_host import DockerHost
from mentor.settings.addresses import is_loopback
from mentor.settings.grafana import is_email
from mentor.settings.model import GrafanaSettings, HttpsSettings, WorkshopSettings
from mentor.workshop import Workshop

FOLDERS: dict[Folder, str] = {"class": "Class", "students": "Students", "host": "Host"}
OWN_PROMETHEUS = "http://prometheus:9090"
"""As the workshop's own Grafana reaches it, on the backplane."""


@dataclass(frozen=True, kw_only=True)
class BoardsArgs:
    """What is in Grafana is made of. ``data`` is the volume in which all of it lives, where that is ours."""

    facts: Facts
    settings: WorkshopSettings
    prometheus: str
    data: docker.Volume | None = None


class Boards(pulumi.ComponentResource):
    """What is in one Grafana. With ``data`` it needs no Grafana to be put away: it goes with that volume."""

    def __init__(self, name: str, args: BoardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:Boards", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self, deleted_with=args.data)
        self._stack = args.facts.stack
        visibility = args.settings.visibility
        numbers = grafana.oss.DataSource(
            f"{name}-numbers",
            name=titled("Workshop", self._stack),
            uid=marked(PROMETHEUS, mark_of(self._stack)),
            type="prometheus",
            url=args.prometheus,
            is_default=args.data is not None,
            json_data_encoded=json.dumps({"httpMethod": "POST", "timeInterval": "3s"}, sort_keys=True),
            opts=self._child,
        )
        # What is put into a folder waits until the folder is closed to those whom it is not for.
        closed = {
            key: self._folder(f"{name}-{key}", key) for key in FOLDERS if key != "students" or visibility != "own"
        }
        for each in dashboards(args.facts, visibility):
            folder, permission = closed[each.folder]
            grafana.oss.Dashboard(
                f"{name}-{each.uid}-dashboard",
                folder=folder.uid,
                config_json=each.json,
                # Its uid is its own: one that is made anew needs it free.
                opts=pulumi.ResourceOptions.merge(
                    self._after(numbers, permission), pulumi.ResourceOptions(delete_before_replace=True)
                ),
            )
        folder, permission = closed["host"]
        contact = args.settings.grafana.contact
        told = AlertArgs(
            folder=folder.uid,
            stack=self._stack,
            contact=pulumi.Output.secret(contact.get_secret_value()) if contact else None,
            by_email=contact is not None and is_email(contact.get_secret_value()),
        )
        alerts(name, told, self._after(numbers, permission))
        self.register_outputs({})

    def _folder(self, name: str, key: Folder) -> tuple[grafana.oss.Folder, grafana.oss.FolderPermission]:
        folder = grafana.oss.Folder(
            f"{name}-folder",
            title=titled(FOLDERS[key], self._stack),
            uid=marked(f"workshop-{key}", mark_of(self._stack)),
            opts=self._child,
        )
        return folder, grafana.oss.FolderPermission(
            f"{name}-permission", folder_uid=folder.uid, permissions=permissions(key), opts=self._child
        )

    def _after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(resources)))


def permissions(folder: Folder) -> list[grafana.oss.FolderPermissionPermissionArgs]:
    """Teachers edit everywhere; students see the one folder that is theirs. Without Viewer a folder is hidden."""
    editor = grafana.oss.FolderPermissionPermissionArgs(role="Editor", permission="Edit")
    viewer = grafana.oss.FolderPermissionPermissionArgs(role="Viewer", permission="View")
    return [editor, viewer] if folder == "students" else [editor]


def facts(workshop: Workshop, portal: str) -> Facts:
    """What the dashboards are told."""
    return Facts(
        title=workshop.settings.event.name,
        portal=portal,
        time_zone=workshop.settings.event.time_zone,
        names={person.id: person.name for person in (*workshop.roster.students, *workshop.roster.spares)},
        tasks={task.id: task.title for section in workshop.course.sections for task in section.tasks},
        stack=workshop.stack if workshop.settings.grafana.url else "",
    )


def address(settings: GrafanaSettings, stack: str) -> str:
    """Where a teacher finds the class's board, as the web app links to it."""
    return f"{settings.url}/d/{marked(OVERVIEW, mark_of(stack))}" if settings.url else f"/grafana/d/{OVERVIEW}"


def reached(host: DockerHost, settings: WorkshopSettings) -> str:
    """The gateway's origin as this machine best reaches it, among those that its certificate is good for."""
    https, names = settings.https, settings.address
    near = [name for name in names if (name == host.hostname if host.is_remote else is_loopback(name))]
    # A public certificate, or one of somebody's own, may know the first address alone.
    chosen = near[:1] if https.tls == "internal" and not https.bind else []
    return origins(https, chosen or names)[0]


def vouching(https: HttpsSettings, own: pulumi.Output[str]) -> pulumi.Input[str] | None:
    """What vouches for the gateway besides the authorities that this machine knows."""
    if https.tls == "files" and https.certificate:
        return Path(https.certificate).read_text(encoding="utf-8")
    return own if https.tls == "internal" else None


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What of the workshop the boards stand on."""

    workshop: Workshop
    host: DockerHost
    ground: SharedGround
    portal: Portal
    database_server: DatabaseServer
    sql: postgresql.Provider
    keys: Certificates


def build(around: Surroundings, on_host: pulumi.ResourceOptions) -> None:
    """Grafana and what is in it; called by the program's root alone, because it makes a provider."""
    settings, portal, authority = around.workshop.settings, around.portal.url, around.keys.authority.public
    given, told = settings.grafana, facts(around.workshop, portal)
    if given.url:
        # Named after its address: what is in one Grafana is not taken for what is to be in another.
        name = f"boards-at-{re.sub(r'[^a-z0-9]+', '-', given.url.lower())}"
        auth = pulumi.Output.secret(given.auth.get_secret_value() if given.auth else "")
        inside = provider(name, given.url, auth)
        args = BoardsArgs(facts=told, settings=settings, prometheus=given.prometheus_url or "")
    else:
        name = "boards"
        server = GrafanaServer(
            "grafana-server",
            GrafanaServerArgs(host=around.host, backplane=around.ground.backplane, image=given.image, portal=portal,
                              subnet=around.workshop.roster.backplane),
            on_host,
        )  # fmt: skip
        inside = provider(
            name,
            f"{reached(around.host, settings)}/grafana",
            server.auth,
            vouching(settings.https, authority),
            [server.server, around.portal.gateway],
        )
        args = BoardsArgs(facts=told, settings=settings, prometheus=OWN_PROMETHEUS, data=server.data)
        if settings.visibility == "own":
            SqlSource("sql-source", around.database_server, authority, server.data,
                      pulumi.ResourceOptions(providers=[inside, around.sql]))  # fmt: skip
    Boards(name, args, pulumi.ResourceOptions(providers=[inside]))


def provider(
    name: str,
    url: str,
    auth: pulumi.Output[str],
    ca_cert: pulumi.Input[str] | None = None,
    depends_on: list[pulumi.Resource] | None = None,
) -> grafana.Provider:
    """The typed way into a Grafana."""
    return grafana.Provider(
        name,
        url=url,
        auth=auth,
        ca_cert=ca_cert,
        retries=10,
        retry_wait=2,
        retry_status_codes=["429", "5xx"],
        opts=pulumi.ResourceOptions(depends_on=depends_on),
    )
