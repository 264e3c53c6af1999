"""The accounts: one LDAP directory that terminal, boards and database all ask.

Comes in: the roster, the directory settings. Goes out: how services reach the directory (one JSON text, secret), and
each person's first password, as secret outputs. An external directory gets no account and no password from here.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pulumi
import pulumi_command as command
import pulumi_docker as docker
import pulumi_random as random

from mentor.certificates import Pair
from mentor.host import DockerHost, volume
from mentor.roster import Person, Roster
from mentor.services import ServiceArgs, service
from mentor.settings import DirectorySettings

LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""No look-alikes: a card is read aloud, and typed by somebody in a hurry. 12 of these are 59 bits."""

BASE = "dc=mentor"
STANDARD_PORTS = {"ldap": 389, "ldaps": 636}


def password(name: str, length: int, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A random password that can be dictated; a secret output."""
    made = random.RandomPassword(
        name,
        length=length,
        lower=False,
        upper=False,
        numeric=False,
        special=True,
        override_special=LEGIBLE,
        opts=opts,
    )
    return pulumi.Output.secret(made.result)


@dataclass(frozen=True)
class Access:
    """How a service asks the directory: ``config`` is the JSON text it reads (secret), ``ca`` the PEM it trusts."""

    config: pulumi.Output[str]
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
        self.data = volume("directory-data", host, "directory", None, child)
        self.server = service(
            "directory",
            host,
            backplane,
            ServiceArgs(
                image=image,
                files={"/etc/mentor/tls.crt": certificate.public, "/etc/mentor/ca.crt": authority},
                secrets={"/etc/mentor/tls.key": certificate.private, "/etc/mentor/reader_password": reader},
                volumes={"/var/lib/ldap": self.data.name},
                health=["/usr/local/bin/healthy"],
            ),
            child,
        )
        self.access = Access(
            config=pulumi.Output.json_dumps(
                {
                    "host": "directory",
                    "port": 636,
                    "tls": "ldaps",
                    "base": f"ou=people,{BASE}",
                    "bind_dn": f"cn=reader,{BASE}",
                    "bind_password": reader,
                    "attribute": "uid",
                    "bundled": True,
                },
                sort_keys=True,
            ),
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
    return Access(
        pulumi.Output.secret(json.dumps(config, sort_keys=True)),
        pulumi.Output.from_input(Path(authorities).read_text(encoding="utf-8")),
    )


class Accounts(pulumi.ComponentResource):
    """An account and a first password per person, made by commands in the directory's container."""

    passwords: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        host: DockerHost,
        directory: Directory,
        roster: Roster,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mentor:index:Accounts", name, None, opts)
        self.passwords = {}
        if directory.server and directory.data:
            self.passwords = {
                person.id: self._account(host, person, directory.server, directory.data) for person in roster.people
            }
        self.register_outputs({})

    def _account(
        self, host: DockerHost, person: Person, server: docker.Container, data: docker.Volume
    ) -> pulumi.Output[str]:
        first = password(f"{person.id}-password", 12, pulumi.ResourceOptions(parent=self))
        entry = {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "group": "teachers" if person.role == "teacher" else "students",
            "password": first,
        }
        command.local.Command(
            f"{person.id}-account",
            # It never overwrites a password: what a student changed, stays.
            create='docker exec -i "$DIRECTORY" account put',
            delete='docker exec "$DIRECTORY" account delete "$ID"',
            stdin=pulumi.Output.json_dumps(entry, sort_keys=True),
            # In a server made anew it runs again: its volume may have been lost, and a volume's id is only its name.
            environment={
                **host.environment,
                "DIRECTORY": host.name("directory"),
                "ID": person.id,
                "SERVER": server.id,
            },
            triggers=[data.id],
            logging=command.local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[server], deleted_with=data),
        )
        return first
