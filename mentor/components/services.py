"""The shape that all service containers share.

Comes in: an image, files, volumes, ports. Goes out: one container on the backplane, waited for by its health check; and
what is brought into it while it runs.
"""

import base64
import bz2
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.host.docker_host import DockerHost

READABLE_BY_ROOT = "0400"
"""Only root in the container reads it; entry scripts hand on what a daemon needs."""


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """One service container. ``files`` maps a path in the container to content; ``secrets`` likewise, mode 0400."""

    image: pulumi.Input[str]
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: Sequence[docker.ContainerPortArgs] = ()
    health: Sequence[str] = ("/usr/local/bin/healthy",)
    """What says by its exit status that the service works; every image has one, most under this name."""
    grace_seconds: int = 5


def service(name: str, host: DockerHost, backplane: docker.Network, args: ServiceArgs,
            opts: pulumi.ResourceOptions) -> docker.Container:  # fmt: skip
    """Declare one service, healthy before anything that depends on it is made."""
    uploads = [docker.ContainerUploadArgs(file=path, content=content) for path, content in args.files.items()]
    uploads += [
        docker.ContainerUploadArgs(file=path, content=content, permissions=READABLE_BY_ROOT)
        for path, content in args.secrets.items()
    ]
    return docker.Container(
        name,
        name=host.name(name),
        image=args.image,
        hostname=name,
        envs=[f"{key}={value}" for key, value in args.environment.items()],
        uploads=uploads,
        volumes=[
            docker.ContainerVolumeArgs(container_path=path, volume_name=volume) for path, volume in args.volumes.items()
        ],
        networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=backplane.name, aliases=[name])],
        ports=list(args.ports),
        labels=[docker.ContainerLabelArgs(label=key, value=value) for key, value in host.labels().items()],
        healthcheck=docker.ContainerHealthcheckArgs(
            tests=["CMD", *args.health], interval="5s", timeout="5s", retries=24, start_period="1m0s"
        ),
        restart="unless-stopped",
        log_driver="json-file",
        log_opts={"max-size": "5m", "max-file": "2"},
        destroy_grace_seconds=args.grace_seconds,
        wait=True,
        wait_timeout=150,
        # The provider records a changed health check and never applies it; a fixed name cannot exist twice.
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                ignore_changes=["memorySwap"], replace_on_changes=["healthcheck"], delete_before_replace=True
            ),
        ),
    )


def put_into(server: docker.Container) -> dict[str, pulumi.Output[str]]:
    """What belongs into the environment of a command that puts something into a server.

    In a server made anew the command runs again: its volume may have been lost, and a volume's id is only its name.
    """
    return {"SERVER": server.id}


UNPACK: Final = (
    'python3 -c "import base64, bz2, sys; '
    'sys.stdout.buffer.write(bz2.decompress(base64.b64decode(sys.stdin.buffer.read())))"'
)
"""Makes what was packed what it was, in a container that has Python."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What is brought into a running container: by a line of bash, for which ``$CONTAINER`` is its name."""

    script: str
    container: docker.Container
    volume: docker.Volume
    """Where it ends up."""
    stdin: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def packed(cls, text: str, program: str, container: docker.Container, volume: docker.Volume) -> "Delivery":
        """A long text for a program in the container: the state holds it twice, and is written at every step.

        By bzip2, which has the same bytes for the same text on every machine: nothing is delivered anew for less.
        """
        script = f"docker exec -i \"$CONTAINER\" sh -c '{UNPACK} | {program}'"
        short = base64.b64encode(bz2.compress(text.encode())).decode()
        return cls(script=script, container=container, volume=volume, stdin=short)


def deliver(name: str, host: DockerHost, delivery: Delivery, parent: pulumi.Resource) -> None:
    """Bring into a running container what changes with the roster or the course, without restarting it."""
    command.local.Command(
        f"{name}-delivery",
        create=f"set -o pipefail; {delivery.script}",
        stdin=delivery.stdin,
        environment={
            **host.environment,
            "CONTAINER": delivery.container.name,
            **put_into(delivery.container),
            **delivery.environment,
        },
        interpreter=["/bin/bash", "-c"],
        triggers=[delivery.volume.id],
        logging=command.local.Logging.STDERR,
        add_previous_output_in_env=False,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[delivery.container]),
    )
