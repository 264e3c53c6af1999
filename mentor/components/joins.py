"""The services that reach into the seats' networks: spyglass, the database, the registry.

Comes in: service containers and seats. Goes out: per seat one command a service, by container id. A network in the
service's own declaration would replace the service for every student that comes or goes.
"""

from collections.abc import Mapping

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import by_path
from mentor.components.seats import Seat
from mentor.host.docker_host import DockerHost

DISCONNECT = 'docker network disconnect -f "$NETWORK" "$SERVICE" 2>&1 || true'


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
        """``processes`` is the most that a seat may have at once, its students' containers included."""
        super().__init__("mentor:index:Joins", name, None, opts)
        for person, seat in seats.items():
            for alias, service in services.items():
                waits = alias == "spyglass"
                ready: dict[str, pulumi.Input[str]] = {
                    "SEAT": seat.machine.id,
                    "HOST": host.name(f"seat-{person}"),
                    "PROCESSES": str(processes),
                }
                command.local.Command(
                    f"{person}-joins-{alias}",
                    create=by_path("join.sh"),
                    delete=DISCONNECT,
                    environment={
                        **host.environment,
                        "ALIAS": alias,
                        "SERVICE": service.id,
                        "NETWORK": seat.network.id,
                        "STUDENT": person,
                        **(ready if waits else {}),
                    },
                    # By id: by name, a service that was removed by hand would be joined first and parted afterwards.
                    triggers=[service.id, seat.network.id, *([seat.machine.id] if waits else [])],
                    add_previous_output_in_env=False,
                    opts=pulumi.ResourceOptions(
                        parent=self, depends_on=[service, seat.network], delete_before_replace=True
                    ),
                )
        self.register_outputs({})
