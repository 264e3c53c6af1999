"""The services that reach into the seats' networks: spyglass, the database, the registry.

Comes in: service containers and seats. Goes out: per seat one command, by container id. A network in a service's own
declaration would replace the service for every student that comes or goes.
"""

from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import by_path
from mentor.components.seats import Seat
from mentor.host.docker_host import DockerHost

DISCONNECT: Final = (
    'for service in "$SPYGLASS" "$POSTGRES" "$REGISTRY"; do '
    'docker network disconnect -f "$NETWORK" "$service" 2>&1 || true; done'
)


def _short(id_: str) -> str:
    """As `docker ps` prints it: the state has five of them for each person, four times over, and they tell as much."""
    return id_[:12]


class Joins(pulumi.ComponentResource):
    """Every seat's network joined by every service that serves it; afterwards every terminal answers."""

    def __init__(
        self,
        name: str,
        host: DockerHost,
        services: Mapping[str, docker.Container],
        seats: Mapping[str, Seat],
        processes: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``services`` are spyglass, postgres and registry, by the names by which a seat finds them.

        ``processes`` is the most that a seat may have at once, its students' containers included.
        """
        super().__init__("mentor:index:Joins", name, None, opts)
        ids = {alias.upper(): service.id.apply(_short) for alias, service in services.items()}
        for person, seat in seats.items():
            command.local.Command(
                f"{person}-joins",
                create=by_path("join.sh"),
                delete=DISCONNECT,
                environment={
                    **host.environment,
                    # By id: by name, a service that was removed by hand would be joined first and parted afterwards.
                    # Not among the triggers: one service made anew is then joined, and nothing else is parted.
                    **ids,
                    "NETWORK": seat.network.id.apply(_short),
                    "STUDENT": person,
                    "SEAT": seat.machine.id.apply(_short),
                    "HOST": host.name(f"seat-{person}"),
                    "PROCESSES": str(processes),
                },
                triggers=[seat.network.id],
                add_previous_output_in_env=False,
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )
        self.register_outputs({})
