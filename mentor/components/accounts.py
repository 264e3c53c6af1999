"""An account per person in the workshop's own directory.

Comes in: the roster, the directory. Goes out: each person's first password, as secret outputs. An external directory
gets no account and no password from here.
"""

from collections.abc import Mapping

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.directory import Directory
from mentor.components.passwords import password
from mentor.components.services import put_into
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Person, Roster


class Accounts(pulumi.ComponentResource):
    """An account and a first password per person, made by commands in the directory's container."""

    passwords: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        host: DockerHost,
        directory: Directory,
        roster: Roster,
        after: pulumi.Resource,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``after`` is what an account waits for; passwords do not."""
        super().__init__("mentor:index:Accounts", name, None, opts)
        self.passwords = {}
        if directory.server and directory.data:
            self.passwords = {
                person.id: self._account(host, person, directory.server, directory.data, after)
                for person in roster.people
            }
        self.register_outputs({})

    def _account(
        self,
        host: DockerHost,
        person: Person,
        server: docker.Container,
        data: docker.Volume,
        after: pulumi.Resource,
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
            environment={
                **host.environment,
                "DIRECTORY": host.name("directory"),
                "ID": person.id,
                **put_into(server),
            },
            triggers=[data.id],
            logging=command.local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[server, after], deleted_with=data),
        )
        return first
