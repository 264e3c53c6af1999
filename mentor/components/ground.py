"""What a whole class shares on its host: the way to it, the services' network, the course's material, saved work.

Comes in: the host, the backplane's subnet. Goes out: the provider, the backplane, the two volumes, and how networks and
volumes are declared.
"""

from ipaddress import IPv4Network

import pulumi
import pulumi_docker as docker

from mentor.host.docker_host import SSH_OPTIONS, DockerHost


def provider(host: DockerHost, engine: pulumi.Resource | None = None) -> docker.Provider:
    """The typed way to this host, open once ``engine`` is there; built by the program's root alone."""
    after = pulumi.ResourceOptions(depends_on=[engine] if engine else None)
    return docker.Provider("host", host=host.url, ssh_opts=SSH_OPTIONS if host.is_remote else None, opts=after)


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
    """What all of a workshop's containers share: the services' network, the course's material, saved work.

    ``saves``: a folder per student, with what was saved before a teacher reset something, at /saves in the services
    that do so. Their images make it root's and the group ``saves``' (gid 903), in which their daemons are.
    """

    backplane: docker.Network
    material: docker.Volume
    saves: docker.Volume

    def __init__(self, name: str, host: DockerHost, subnet: IPv4Network,
                 opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("mentor:index:SharedGround", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Its name sorts before every seat's: Docker takes a container's default route from the first network by name.
        self.backplane = network("backplane", host, "backplane", subnet, None, child)
        self.material = volume("course", host, "course", None, child)
        self.saves = volume("saves", host, "saves", None, child)
        self.register_outputs({})
