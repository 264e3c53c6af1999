"""The portal: the gateway that people's browsers reach, and the web app behind it.

Comes in: certificates, addresses, how to ask the directory, the key to the seats. Goes out: two service containers and
the facts that the web app reads while it runs (who sits where, the material), which never restart it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker

from mentor.components.caddyfile import caddyfile
from mentor.components.certificates import Pair
from mentor.components.directory import Access
from mentor.components.ground import volume
from mentor.components.monitoring import ANSWERS_FOLDER, Monitoring
from mentor.components.services import Delivery, ServiceArgs, deliver, service
from mentor.course import grading
from mentor.course.files import IGNORED, IGNORED_ENDINGS
from mentor.course.lesson import Course
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Person, Roster
from mentor.settings.addresses import in_url, is_loopback
from mentor.settings.model import HttpsSettings, WorkshopSettings

EXCLUDED = " ".join(f"--exclude='{name}'" for name in [*sorted(IGNORED), *(f"*{end}" for end in IGNORED_ENDINGS)])
"""What the course's fingerprint leaves out is not delivered either."""


def origins(https: HttpsSettings, addresses: Sequence[str]) -> list[str]:
    """Exactly the origins from which the web app accepts a request, the first being the one on the cards."""
    port = "" if https.port == 443 else f":{https.port}"  # noqa: PLR2004  (the port that a browser leaves out)
    return [f"https://{in_url(address)}{port}" for address in addresses]


def connection_string(person: Person, settings: WorkshopSettings, reachable: str) -> str:
    """What a desktop tool is given; the password is asked for."""
    return f"postgresql://{person.id}@{in_url(reachable)}:{settings.database.port}/{person.id}?sslmode=require"


def taught(course: Course) -> dict[str, object]:
    """What the web app shows of the course, and what it looks for in seats. Checks in databases are not among it."""
    return {
        "title": course.title,
        "sections": [
            {
                "title": section.title,
                "material": section.material,
                "tasks": [
                    {
                        "id": task.id,
                        "title": task.title,
                        "hints": task.hint,
                        "points": task.points,
                        "minutes": task.minutes,
                        "requires": task.requires,
                        "parts": task.parts,
                        "seat_checks": grading.seat_checks(task),
                    }
                    for task in section.tasks
                ],
                "questions": [question.model_dump() for question in section.questions],
            }
            for section in course.sections
        ],
    }


def classroom(
    host: DockerHost,
    settings: WorkshopSettings,
    roster: Roster,
    course: Course,
    database_address: str,
    boards: str | None,
) -> str:
    """The web app's facts as JSON, sorted so that equal classes are equal texts."""
    facts = {
        "boards": boards,
        "course": taught(course) | {"html": settings.guide.html},
        "database_is_open": not is_loopback(settings.database.bind),
        "thresholds": settings.progress.model_dump(),
        "event": {
            "name": settings.event.name,
            "time_zone": settings.event.time_zone,
            "end": settings.event.end.isoformat() if settings.event.end else None,
        },
        "origins": origins(settings.https, settings.address),
        "visibility": settings.visibility,
        "people": [
            {
                "id": person.id,
                "name": person.name,
                "email": person.email,
                "group": person.group,
                "role": person.role,
                "host": host.name(f"seat-{person.id}"),
                "port": 2222,
                "database": connection_string(person, settings, database_address),
            }
            for person in roster.people
        ],
    }
    return json.dumps(facts, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class PortalArgs:
    """What the portal is made of."""

    host: DockerHost
    backplane: docker.Network
    material: docker.Volume
    saves: docker.Volume
    gateway_image: pulumi.Input[str]
    spyglass_image: pulumi.Input[str]
    certificate: Pair
    directory: Access
    terminal_key: pulumi.Output[str]
    settings: WorkshopSettings
    roster: Roster
    course: Course
    monitoring: Monitoring
    database_address: str
    boards: str | None = None
    """Where the class's Grafana board is, if there is one."""


class Portal(pulumi.ComponentResource):
    """The gateway and spyglass. ``url`` is what people type."""

    spyglass: docker.Container
    gateway: docker.Container
    url: str

    def __init__(self, name: str, args: PortalArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:Portal", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        data = volume("spyglass-data", args.host, "spyglass", None, child)
        self.spyglass = service(
            "spyglass",
            args.host,
            args.backplane,
            ServiceArgs(
                image=args.spyglass_image,
                files={"/etc/mentor/directory_ca.crt": args.directory.ca},
                secrets={
                    "/etc/mentor/ssh_key": args.terminal_key,
                    "/etc/mentor/directory.json": args.directory.keeping,
                },
                environment={
                    "SPYGLASS_NETWORK": str(args.roster.backplane),
                    "SPYGLASS_STACK": args.host.stack,
                    "TZ": settings.event.time_zone,
                },
                volumes={
                    "/var/lib/spyglass": data.name,
                    "/course": args.material.name,
                    "/saves": args.saves.name,
                    ANSWERS_FOLDER: args.monitoring.answers.name,
                },
            ),
            child,
        )
        facts = classroom(args.host, settings, args.roster, args.course, args.database_address, args.boards)
        told = Delivery.packed(facts, "class-put", self.spyglass, data)
        material = Delivery(
            script=f'tar -C "$MATERIAL" {EXCLUDED} -c . | docker exec -i -u 0 "$CONTAINER" course-put "$CONTENT"',
            container=self.spyglass,
            volume=args.material,
            environment={
                "MATERIAL": os.path.relpath(args.course.material),
                "CONTENT": args.course.material_hash,
            },
        )
        deliver("class", args.host, told, self)
        deliver("material", args.host, material, self)
        self.gateway = self._gateway(args, child)
        self.url = origins(settings.https, settings.address)[0]
        self.register_outputs({"url": self.url})

    def _gateway(self, args: PortalArgs, child: pulumi.ResourceOptions) -> docker.Container:
        https = args.settings.https
        certificate, key = args.certificate.public, args.certificate.private
        volumes: dict[str, pulumi.Input[str]] = {}
        if https.tls == "files" and https.certificate and https.key:
            certificate = pulumi.Output.from_input(Path(https.certificate).read_text(encoding="utf-8"))
            key = pulumi.Output.secret(Path(https.key).read_text(encoding="utf-8"))
        if https.tls == "acme":
            # Certificate authorities limit how often one name is signed: what was issued must outlive the container.
            volumes["/var/lib/caddy"] = volume("gateway-data", args.host, "gateway", None, child).name
        text = caddyfile(
            tls=https.tls,
            email=https.email,
            addresses=args.settings.address,
            upstream="spyglass:8000",
            grafana="grafana:3000",
        )
        return service(
            "gateway",
            args.host,
            args.backplane,
            ServiceArgs(
                image=args.gateway_image,
                files={"/etc/mentor/Caddyfile": text, "/etc/mentor/tls.crt": certificate},
                secrets={"/etc/mentor/tls.key": key},
                volumes=volumes,
                ports=[
                    docker.ContainerPortArgs(internal=8443, external=https.port, ip=bind, protocol="tcp")
                    for bind in args.settings.https_binds
                ],
            ),
            child,
        )
