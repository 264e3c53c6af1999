"""The services that reach into the seats' networks: spyglass, the database, the registry.

Comes in: service containers and seats. Goes out: per seat one command a service, by container id. A network in the
service's own declaration would replace the service for every student that comes or goes.
"""

from collections.abc import Mapping

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import RUN_SCRIPT
from mentor.components.seats import Seat
from mentor.host.docker_host import DockerHost

# A repeated connect fails, and is then looked up: the command may run twice.
CONNECT = r"""docker network connect --alias "$ALIAS" "$NETWORK" "$SERVICE" 2>/dev/null ||
docker inspect -f '{{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}' "$SERVICE" | grep -qw "$NETWORK" ||
{ echo "cannot join $ALIAS to the network of seat $STUDENT" >&2; exit 1; }"""

# The provider has no limit on processes, and the engine takes one at any time. Then a bounded wait: seats carry no
# health check, because thirty of them would keep two cores busy.
READY = r"""
docker update --pids-limit "$PROCESSES" "$SEAT" >/dev/null &&
docker exec "$SERVICE" wait-for "$HOST" 2222 120 ||
{ echo "seat $STUDENT did not open its terminal within 120 s; see: docker logs $HOST" >&2; exit 1; }"""

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
                    create=RUN_SCRIPT,
                    delete=DISCONNECT,
                    environment={
                        **host.environment,
                        "SCRIPT": CONNECT + READY if waits else CONNECT,
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
