"""The Docker host: how its things are named and labelled, its provider, and what the whole class shares.

Comes in: the stack's name and the host's URL from ``hosts``. Goes out: names, labels, the provider, the backplane
network, and the volume with the course's material.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network
from urllib.parse import urlsplit

import pulumi
import pulumi_docker as docker

# One line per connection that fails beats a minute of silence; one shared connection stays below sshd's MaxStartups.
SSH_OPTIONS = ["-o", "ConnectTimeout=10", "-o", "BatchMode=yes", "-o", "ControlMaster=auto",
               "-o", "ControlPath=~/.ssh/mentor-%C", "-o", "ControlPersist=60"]  # fmt: skip


RUN_SCRIPT = 'exec bash -c "$SCRIPT"'
"""A command's text where it is longer than a line: a failed text is printed whole, before the reason. So the script
stands in the environment, and the reason is what is seen."""


@dataclass(frozen=True)
class DockerHost:
    """Where containers live and what they are called. ``url`` is ``unix://...`` or ``ssh://...`` from ``hosts``."""

    stack: str
    url: str

    @property
    def is_remote(self) -> bool:
        """Whether the engine is reached over SSH."""
        return self.url.startswith("ssh://")

    @property
    def hostname(self) -> str:
        """The name or address under which the operator's machine reaches this host's published ports."""
        return urlsplit(self.url).hostname or "127.0.0.1" if self.is_remote else "127.0.0.1"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs so that its docker CLI talks to this host."""
        return {"DOCKER_HOST": self.url}

    def name(self, thing: str) -> str:
        """The name on the host of one of the stack's things: two stacks live side by side."""
        return f"mentor-{self.stack}-{thing}"

    def labels(self, person: str | None = None) -> dict[str, str]:
        """What marks a thing as this stack's, and as one person's."""
        return {"mentor.stack": self.stack} | ({"mentor.student": person} if person else {})

    def provider(self) -> docker.Provider:
        """The typed way to this host; built by the program's root alone."""
        return docker.Provider("host", host=self.url, ssh_opts=SSH_OPTIONS if self.is_remote else None)


def network(name: str, host: DockerHost, thing: str, subnet: IPv4Network, person: str | None,
            opts: pulumi.ResourceOptions) -> docker.Network:  # fmt: skip
    """A bridge of its own subnet: Docker's default pools end at about 31 networks."""
    return docker.Network(
        name,
        name=host.name(thing),
        driver="bridge",
        ipam_configs=[docker.NetworkIpamConfigArgs(subnet=str(subnet), gateway=str(next(subnet.hosts())))],
        labels=[docker.NetworkLabelArgs(label=key, value=value) for key, value in host.labels(person).items()],
        opts=opts,
    )


def volume(name: str, host: DockerHost, thing: str, person: str | None, opts: pulumi.ResourceOptions) -> docker.Volume:
    """A named volume with the stack's labels."""
    return docker.Volume(
        name,
        name=host.name(thing),
        labels=[docker.VolumeLabelArgs(label=key, value=value) for key, value in host.labels(person).items()],
        opts=opts,
    )


class SharedGround(pulumi.ComponentResource):
    """What all of a workshop's containers share: the services' network and the course's material."""

    backplane: docker.Network
    material: docker.Volume

    def __init__(self, name: str, host: DockerHost, subnet: IPv4Network,
                 opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("mentor:index:SharedGround", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Its name sorts before every seat's: Docker takes a container's default route from the first network by name.
        self.backplane = network("backplane", host, "backplane", subnet, None, child)
        self.material = volume("course", host, "course", None, child)
        self.register_outputs({})
