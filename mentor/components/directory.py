"""The directory: one LDAP server that terminal, boards and database all ask; the workshop's own, or one that exists.

Comes in: the directory settings. Goes out: how services reach it (one JSON text, secret), and the server if it is ours.
"""

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pulumi
import pulumi_docker as docker

from mentor.components.certificates import Pair
from mentor.components.ground import volume
from mentor.components.passwords import password
from mentor.components.services import ServiceArgs, service
from mentor.host.docker_host import DockerHost
from mentor.settings.model import DirectorySettings

BASE = "dc=mentor"
STANDARD_PORTS = {"ldap": 389, "ldaps": 636}


@dataclass(frozen=True)
class Access:
    """How a service asks the directory: ``config`` is the JSON text it reads (secret), ``ca`` the PEM it trusts.

    ``keeping`` is ``config`` for the one service that sets students' passwords; in a directory that is not ours it is
    the same.
    """

    config: pulumi.Output[str]
    keeping: pulumi.Output[str]
    ca: pulumi.Output[str]


class Directory(pulumi.ComponentResource):
    """The workshop's own LDAP server, or the way to the one that exists."""

    access: Access
    server: docker.Container | None
    data: docker.Volume | None

    def __init__(
        self,
        name: str,
        host: DockerHost,
        backplane: docker.Network,
        image: pulumi.Input[str],
        authority: pulumi.Output[str],
        certificate: Pair,
        settings: DirectorySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mentor:index:Directory", name, None, opts)
        self.server = self.data = None
        if settings.url:
            self.access = _external(settings)
            self.register_outputs({})
            return
        child = pulumi.ResourceOptions(parent=self)
        reader = password("directory-reader", 24, child)
        keeper = password("directory-keeper", 24, child)
        self.data = volume("directory-data", host, "directory", None, child)
        self.server = service(
            "directory",
            host,
            backplane,
            ServiceArgs(
                image=image,
                files={"/etc/mentor/tls.crt": certificate.public, "/etc/mentor/ca.crt": authority},
                secrets={
                    "/etc/mentor/tls.key": certificate.private,
                    "/etc/mentor/reader_password": reader,
                    "/etc/mentor/keeper_password": keeper,
                },
                volumes={"/var/lib/ldap": self.data.name},
            ),
            child,
        )
        way: dict[str, pulumi.Input[str] | int | bool] = {
            "host": "directory",
            "port": 636,
            "tls": "ldaps",
            "base": f"ou=people,{BASE}",
            "bind_dn": f"cn=reader,{BASE}",
            "bind_password": reader,
            "attribute": "uid",
            "bundled": True,
        }
        kept = {"keeper_dn": f"cn=keeper,{BASE}", "keeper_password": keeper}
        self.access = Access(
            config=pulumi.Output.json_dumps(way, sort_keys=True),
            keeping=pulumi.Output.json_dumps(way | kept, sort_keys=True),
            ca=authority,
        )
        self.register_outputs({})


def _external(settings: DirectorySettings) -> Access:
    """The way to a directory that is not ours; its settings were checked when they were read."""
    url = urlsplit(settings.url or "")
    config = {
        "host": url.hostname,
        "port": url.port or STANDARD_PORTS[url.scheme],
        "tls": "ldaps" if url.scheme == "ldaps" else "starttls",
        "base": settings.base,
        "bind_dn": settings.bind_dn,
        "bind_password": settings.bind_password.get_secret_value() if settings.bind_password else "",
        "attribute": settings.attribute,
        "bundled": False,
    }
    # Without `directory.ca` the authorities that this machine trusts are trusted: a public certificate then works.
    authorities = settings.ca or ssl.get_default_verify_paths().openssl_cafile
    told = pulumi.Output.secret(json.dumps(config, sort_keys=True))
    return Access(told, told, pulumi.Output.from_input(Path(authorities).read_text(encoding="utf-8")))
