"""The databases: one PostgreSQL server, and a role and a copy of the course's template per person.

Comes in: the roster, the course's SQL, how to ask the directory. Goes out: the server, a connected provider's inputs,
and one database per person. Nobody's password is stored in the server: logins go to the directory.
"""

import json
import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_command as command
import pulumi_docker as docker
import pulumi_postgresql as postgresql

from mentor.components import earlier
from mentor.components.certificates import Pair
from mentor.components.commands import RUN_SCRIPT
from mentor.components.directory import Access
from mentor.components.ground import volume
from mentor.components.passwords import password
from mentor.components.services import ServiceArgs, put_into, service
from mentor.course.lesson import Course
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Person, Roster
from mentor.settings.addresses import EVERYWHERE
from mentor.settings.model import DatabaseSettings

SOCKET_FOLDER = "/run/postgresql-shared"
"""Where the server's socket is found by the container that shares it; who asks there is known by his user's number."""
LOAD = Path(__file__).parent / "scripts" / "load-course.sh"
TEMPLATE = "course"
MAX_CONNECTIONS = 1000
"""More than 100 people may open at once, and never computed from the roster: a change restarts the server."""


@dataclass(frozen=True, kw_only=True)
class DatabaseServerArgs:
    """What the server is made of."""

    host: DockerHost
    backplane: docker.Network
    image: pulumi.Input[str]
    certificate: Pair
    directory: Access
    settings: DatabaseSettings
    course: Course
    time_zone: str
    outlived: AbstractSet[str] = frozenset()
    """What is in the server and not in the state, as ``role:NAME`` and ``database:NAME``: it is taken over."""


class DatabaseServer(pulumi.ComponentResource):
    """PostgreSQL with the course loaded as a template. ``template`` is ready when the course is in it."""

    server: docker.Container
    data: docker.Volume
    socket: docker.Volume
    provisioner: pulumi.Output[str]
    template: command.local.Command

    def __init__(self, name: str, args: DatabaseServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:DatabaseServer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._outlived = args.outlived
        self.provisioner = password("database-provisioner", 24, child)
        self.data = volume("database-data", args.host, "postgres", None, child)
        self.socket = volume("database-socket", args.host, "postgres-socket", None, child)
        self.server = service(
            "postgres",
            args.host,
            args.backplane,
            ServiceArgs(
                image=args.image,
                files={
                    "/etc/mentor/tls.crt": args.certificate.public,
                    "/etc/mentor/directory_ca.crt": args.directory.ca,
                },
                secrets={
                    "/etc/mentor/tls.key": args.certificate.private,
                    "/etc/mentor/directory.json": args.directory.config,
                    "/etc/mentor/provisioner_password": self.provisioner,
                },
                environment={"MAX_CONNECTIONS": str(MAX_CONNECTIONS), "TZ": args.time_zone},
                volumes={"/var/lib/postgresql/data": self.data.name, SOCKET_FOLDER: self.socket.name},
                ports=[
                    docker.ContainerPortArgs(
                        internal=5432, external=args.settings.port, ip=args.settings.bind, protocol="tcp"
                    )
                ],
                grace_seconds=20,
            ),
            child,
        )
        self.template = command.local.Command(
            "course-template",
            create=RUN_SCRIPT,
            environment={
                **args.host.environment,
                "SCRIPT": LOAD.read_text(encoding="utf-8"),
                "POSTGRES": args.host.name("postgres"),
                **put_into(self.server),
                "COURSE": os.path.relpath(args.course.root),
                "FILES": json.dumps([str(file.relative_to(args.course.root)) for file in args.course.sql_files]),
                "CONTENT": args.course.sql_hash,
            },
            triggers=[self.data.id],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.server], deleted_with=self.data),
        )
        self.register_outputs({})

    def there(self, kind: str, name: str) -> str | None:
        """The id by which a role or database is taken over as it is; None where it is to be made."""
        return name if f"{kind}:{name}" in self._outlived else None

    def provider(self, host: DockerHost, settings: DatabaseSettings) -> postgresql.Provider:
        """The typed way into this server; called by the program's root alone."""
        anywhere = settings.bind in EVERYWHERE
        return postgresql.Provider(
            "sql",
            host=host.hostname if host.is_remote or anywhere else settings.bind,
            port=settings.port,
            username="provisioner",
            password=self.provisioner,
            database="postgres",
            sslmode="require",
            connect_timeout=10,
            superuser=False,
            max_connections=20,
            opts=pulumi.ResourceOptions(depends_on=[self.server]),
        )


@dataclass(frozen=True)
class StudentDatabase:
    """One person's role and database."""

    role: postgresql.Role
    database: postgresql.Database


class Databases(pulumi.ComponentResource):
    """A database per person, by id."""

    by_id: Mapping[str, StudentDatabase]

    def __init__(
        self,
        name: str,
        roster: Roster,
        server: DatabaseServer,
        settings: DatabaseSettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mentor:index:Databases", name, None, opts)
        self.by_id = {person.id: self._database(person, server, settings.connections) for person in roster.people}
        self.register_outputs({})

    def _database(self, person: Person, server: DatabaseServer, connection_limit: int) -> StudentDatabase:
        def options(kind: str, ignored: list[str] | None = None) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(
                parent=self,
                depends_on=[server.template],
                deleted_with=server.data,
                ignore_changes=ignored,
                import_=server.there(kind, person.id),
                aliases=[earlier.below("Databases", "StudentDatabase", person.id)],
            )

        role = postgresql.Role(
            f"{person.id}-role",
            name=person.id,
            login=True,
            roles=["students"],
            connection_limit=connection_limit,
            opts=options("role"),
        )
        database = postgresql.Database(
            f"{person.id}-database",
            name=person.id,
            owner=role.name,
            template=TEMPLATE,
            connection_limit=-1,
            # A template is where a database came from; it must never be a reason to make it anew.
            opts=options("database", ["template"]),
        )
        return StudentDatabase(role, database)
