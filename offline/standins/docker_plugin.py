"""The docker plugin's stand-in: which types it knows, and its provider's settings."""

from pulumi_docker import ProviderArgs

from offline.standins.docker_container import Container
from offline.standins.docker_ground import Network, Volume
from offline.standins.docker_host import SETTINGS, DockerHost
from offline.standins.docker_image import Image
from offline.standins.docker_remote_image import RemoteImage
from offline.standins.resource import Plugin


def plugin() -> Plugin:
    """The plugin, not yet configured."""
    host = DockerHost()
    return Plugin(
        name="docker",
        typed=ProviderArgs,
        settings=SETTINGS,
        configure=host.configure,
        resources={
            "docker:index/container:Container": Container(host),
            "docker:index/image:Image": Image(host),
            "docker:index/network:Network": Network(host),
            "docker:index/remoteImage:RemoteImage": RemoteImage(host),
            "docker:index/volume:Volume": Volume(host),
        },
    )
