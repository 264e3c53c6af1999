"""What a student made is saved on the operator's machine before it is deleted.

Comes in: a seat's volumes, a database, what was saved before resets, and where archives go. Goes out: per person a
command that does nothing until it is deleted, and then writes ``<folder>/<stack>/<id>/<time>.tar.gz``; where that
fails, the deletion stops.
"""

from collections.abc import Mapping

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import by_path
from mentor.components.databases import DatabaseServer, StudentDatabase
from mentor.components.seats import Seat
from mentor.host.docker_host import DockerHost
from mentor.settings.model import ArchiveSettings

DELETE = f"""if [ "${{MENTOR_ARCHIVE-}}" = off ]; then
  echo "archive of $STUDENT: skipped, because MENTOR_ARCHIVE=off"
  exit 0
fi
{by_path("archive.sh")}"""
"""What runs before anything of a person is deleted; who gives the work up needs no script for it."""


class Archives(pulumi.ComponentResource):
    """An archive per person. No ``deleted_with`` here or above: the engine would skip the script without a word."""

    def __init__(
        self,
        name: str,
        host: DockerHost,
        image: pulumi.Input[str],
        server: DatabaseServer,
        seats: Mapping[str, Seat],
        databases: Mapping[str, StudentDatabase],
        saves: docker.Volume,
        settings: ArchiveSettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mentor:index:Archives", name, None, opts)
        for person, seat in seats.items():
            database = databases[person]
            command.local.Command(
                f"{person}-archive",
                create="true",
                update="",
                delete=DELETE,
                environment={
                    **host.environment,
                    "STACK": host.stack,
                    "STUDENT": person,
                    "HOME_VOLUME": host.name(f"seat-{person}-home"),
                    "ENGINE_VOLUME": host.name(f"seat-{person}-engine"),
                    "SAVES_VOLUME": saves.name,
                    "SEAT": host.name(f"seat-{person}"),
                    "POSTGRES": host.name("postgres"),
                    "DATABASE": person,
                    "IMAGE": image,
                    "FOLDER": str(settings.folder),
                    "MAXIMUM_MIB": str(settings.maximum_mib),
                    "TIMEOUT_SECONDS": str(settings.timeout),
                },
                # A replaced volume or database is archived too, not only a removed one.
                triggers=[seat.home.id, seat.engine.id, database.database.id],
                opts=pulumi.ResourceOptions(
                    parent=self,
                    delete_before_replace=True,
                    # Its seat's volumes, his database and his role are needed by these, or among the triggers.
                    depends_on=[seat.machine, saves, server.template],
                ),
            )
        self.register_outputs({})
