"""Grafana's server: the official image behind the gateway, which alone says who somebody is.

Comes in: the host, the backplane with its subnet, the image's name, the workshop's address. Goes out: one service
container, the volume that holds what people add, and the secret by which `up` makes the boards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_docker as docker

from mentor.components.ground import volume
from mentor.components.passwords import password
from mentor.components.services import ServiceArgs, service
from mentor.host.docker_host import DockerHost

# bash is in the image, curl is not in all of them.
HEALTH = (
    r"exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET /grafana/api/health HTTP/1.0\r\n\r\n' >&3 && "
    r"""grep -q '"database": *"ok"' <&3"""
)
PASSWORD_FILE = "/etc/mentor/admin_password"  # noqa: S105 -- where it is, not what it is


@dataclass(frozen=True, kw_only=True)
class GrafanaServerArgs:
    """What the server is made of; ``portal`` is the workshop's address, ``subnet`` the backplane's."""

    host: DockerHost
    backplane: docker.Network
    subnet: IPv4Network
    image: str
    portal: str


class GrafanaServer(pulumi.ComponentResource):
    """A Grafana of the workshop's own. ``data`` holds what people add to it, ``auth`` opens its API."""

    server: docker.Container
    data: docker.Volume
    auth: pulumi.Output[str]

    def __init__(self, name: str, args: GrafanaServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:GrafanaServer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        admin = password("grafana-admin", 24, child)
        self.data = volume("grafana-data", args.host, "grafana", None, child)
        image = docker.RemoteImage("grafana-image", name=args.image, keep_locally=True, opts=child)
        self.server = service(
            "grafana",
            args.host,
            args.backplane,
            ServiceArgs(
                image=image.image_id,
                # Grafana runs as a user of its own, who could not read what only root may; nobody else lives there.
                files={PASSWORD_FILE: admin},
                environment=environment(args.portal, args.subnet),
                volumes={"/var/lib/grafana": self.data.name},
                health=["bash", "-c", HEALTH],
                grace_seconds=10,
            ),
            child,
        )
        self.auth = pulumi.Output.secret(pulumi.Output.format("admin:{0}", admin))
        self.register_outputs({})


def environment(portal: str, subnet: IPv4Network) -> Mapping[str, str]:
    """Grafana's settings: behind the gateway, signed in by it alone, and quiet towards the outside."""
    return {
        "GF_SERVER_ROOT_URL": f"{portal}/grafana/",
        "GF_SERVER_SERVE_FROM_SUB_PATH": "true",
        "GF_SECURITY_ADMIN_PASSWORD__FILE": PASSWORD_FILE,
        "GF_AUTH_PROXY_ENABLED": "true",
        "GF_AUTH_PROXY_HEADER_NAME": "X-Webauth-User",
        "GF_AUTH_PROXY_HEADERS": "Name:X-Webauth-Name Role:X-Webauth-Role",
        "GF_AUTH_PROXY_HEADERS_ENCODED": "true",
        "GF_AUTH_PROXY_AUTO_SIGN_UP": "true",
        # Only services of this workshop have an address there; students' networks do not reach it.
        "GF_AUTH_PROXY_WHITELIST": str(subnet),
        "GF_AUTH_DISABLE_LOGIN_FORM": "true",
        # The one account with a password is `up`'s own, of 24 random characters; with the protection anybody could
        # lock `up` out by guessing at it.
        "GF_SECURITY_DISABLE_BRUTE_FORCE_LOGIN_PROTECTION": "true",
        "GF_AUTH_DISABLE_SIGNOUT_MENU": "true",
        "GF_AUTH_ANONYMOUS_ENABLED": "false",
        "GF_USERS_ALLOW_SIGN_UP": "false",
        # Its websocket is let in once, and would outlive a sign-out.
        "GF_LIVE_MAX_CONNECTIONS": "0",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        # Without this it dials out at every start.
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
    }
