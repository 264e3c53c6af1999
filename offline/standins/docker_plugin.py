"""The docker plugin's stand-in: which types it knows, and its provider's settings."""

from offline.standins.docker_container import Container
from offline.standins.docker_host import DockerHost
from offline.standins.docker_image import Image
from offline.standins.docker_network import Network
from offline.standins.docker_volume import Volume
from offline.standins.properties import Property
from offline.standins.resource import Plugin

SETTINGS = {"host": Property(), "sshOpts": Property(kind="list")}


def plugin() -> Plugin:
    """The plugin, not yet configured."""
    host = DockerHost()
    return Plugin(
        name="docker",
        settings=SETTINGS,
        configure=host.configure,
        resources={
            "docker:index/container:Container": Container(host),
            "docker:index/image:Image": Image(host),
            "docker:index/network:Network": Network(host),
            "docker:index/volume:Volume": Volume(host),
        },
    )
