"""Monitoring: who looks into the databases for what the course wants done.

Comes in: the host, the database server and its socket, the course, the roster. Goes out: the grader's container and the
socket on which it answers the web app. What it looks for, and in whose databases, never restarts it.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from mentor.components.databases import SOCKET_FOLDER, DatabaseServer
from mentor.components.ground import volume
from mentor.components.services import Delivery, ServiceArgs, deliver, service
from mentor.course import grading
from mentor.course.lesson import Course
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Roster

ANSWERS_FOLDER = "/run/grader"
"""Where the grader's socket is found by the web app."""


def plan(course: Course, roster: Roster) -> str:
    """What is looked for, and in whose databases, as JSON; sorted, so that equal plans are equal texts."""
    students = sorted(person.id for person in (*roster.students, *roster.spares))
    return json.dumps({"students": students, "tasks": grading.sql_checks(course)}, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What the monitoring is made of."""

    host: DockerHost
    backplane: docker.Network
    grader_image: pulumi.Input[str]
    database_server: DatabaseServer
    course: Course
    roster: Roster


class Monitoring(pulumi.ComponentResource):
    """The grader."""

    grader: docker.Container
    answers: docker.Volume

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:Monitoring", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        host = args.host
        checks = volume("grader-data", host, "grader", None, child)
        self.answers = volume("grader-socket", host, "grader-socket", None, child)
        self.grader = service(
            "grader",
            host,
            args.backplane,
            ServiceArgs(
                image=args.grader_image,
                volumes={
                    ANSWERS_FOLDER: self.answers.name,
                    SOCKET_FOLDER: args.database_server.socket.name,
                    "/var/lib/grader": checks.name,
                },
                health=["/usr/local/bin/healthy"],
            ),
            child,
        )
        wanted = Delivery(
            script='docker exec -i "$CONTAINER" checks-put',
            container=self.grader,
            volume=checks,
            stdin=plan(args.course, args.roster),
        )
        deliver("checks", host, wanted, self)
        self.register_outputs({})
