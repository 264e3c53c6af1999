"""Monitoring: who looks into the databases for what the course wants done, and where what is known is kept.

Comes in: the host, the database server and its socket, the course, the roster. Goes out: the grader and the socket on
which it answers the web app; the exporters and Prometheus, with its history in a volume. What is looked for, in whose
databases, which services are probed, and how many people there are, restarts none of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from mentor.components.databases import SOCKET_FOLDER, DatabaseServer
from mentor.components.directory import Directory
from mentor.components.ground import volume
from mentor.components.services import Delivery, ServiceArgs, deliver, service
from mentor.course import grading
from mentor.course.lesson import Course
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Roster

ANSWERS_FOLDER = "/run/grader"
"""Where the grader's socket is found by the web app."""
PROBED = {"connects": ["postgres:5432", "registry:5000"], "speaks_tls": ["gateway:8443"]}
"""Services that say nothing of themselves to Prometheus: whether they take connections is tried, and how."""


def plan(course: Course, roster: Roster) -> str:
    """What is looked for, and in whose databases, as JSON; sorted, so that equal plans are equal texts."""
    students = sorted(person.id for person in (*roster.students, *roster.spares))
    return json.dumps({"students": students, "tasks": grading.sql_checks(course)}, sort_keys=True, ensure_ascii=False)


def probed(directory: Directory, *, grafana: bool) -> str:
    """The same as Prometheus reads it; a directory or a Grafana that is not ours is nobody's business here."""
    targets = {
        "connects": [*PROBED["connects"], *(["grafana:3000"] if grafana else [])],
        "speaks_tls": [*PROBED["speaks_tls"], *(["directory:636"] if directory.server else [])],
    }
    return json.dumps(
        [{"targets": names, "labels": {"__param_module": module}} for module, names in targets.items()], sort_keys=True
    )


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What the monitoring is made of; ``images`` by service; ``grafana``: whether there is one of its own."""

    host: DockerHost
    backplane: docker.Network
    images: Mapping[str, pulumi.Input[str]]
    database_server: DatabaseServer
    directory: Directory
    course: Course
    saves: docker.Volume
    roster: Roster
    grafana: bool


class Monitoring(pulumi.ComponentResource):
    """The grader, the exporters and Prometheus."""

    grader: docker.Container
    answers: docker.Volume

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:Monitoring", name, None, opts)
        self.grader = self._grader(args)
        self._exporter("exporter", "sql", args, {SOCKET_FOLDER: args.database_server.socket.name})
        self._exporter("host-exporter", "host", args, {})
        self._exporter("probe-exporter", "probe", args, {})
        self._prometheus(args)
        self.register_outputs({})

    def _grader(self, args: MonitoringArgs) -> docker.Container:
        child = pulumi.ResourceOptions(parent=self)
        host = args.host
        checks = volume("grader-data", host, "grader", None, child)
        self.answers = volume("grader-socket", host, "grader-socket", None, child)
        grader = service(
            "grader",
            host,
            args.backplane,
            ServiceArgs(
                image=args.images["grader"],
                volumes={
                    ANSWERS_FOLDER: self.answers.name,
                    SOCKET_FOLDER: args.database_server.socket.name,
                    "/var/lib/grader": checks.name,
                    "/saves": args.saves.name,
                },
            ),
            child,
        )
        wanted = Delivery.packed(plan(args.course, args.roster), "checks-put", grader, checks)
        deliver("checks", host, wanted, self)
        return grader

    def _exporter(self, name: str, kind: str, args: MonitoringArgs, volumes: Mapping[str, pulumi.Input[str]]) -> None:
        """One of the kinds that the image knows. The database's role is made by the server itself when it starts."""
        given = ServiceArgs(image=args.images["exporter"], environment={"EXPORTER": kind}, volumes=volumes)
        service(name, args.host, args.backplane, given, pulumi.ResourceOptions(parent=self))

    def _prometheus(self, args: MonitoringArgs) -> None:
        child = pulumi.ResourceOptions(parent=self)
        history = volume("prometheus-data", args.host, "prometheus", None, child)
        given = ServiceArgs(
            image=args.images["prometheus"],
            volumes={"/prometheus": history.name},
            grace_seconds=20,
        )
        server = service("prometheus", args.host, args.backplane, given, child)
        # Not a file of the container's: a Grafana that comes later would replace it.
        targets = Delivery(
            script='docker exec -i "$CONTAINER" services-put',
            container=server,
            volume=history,
            stdin=probed(args.directory, grafana=args.grafana),
        )
        deliver("services", args.host, targets, self)
