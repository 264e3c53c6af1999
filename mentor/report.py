"""What people are told: the stack's outputs.

Comes in: the workshop, its addresses, the passwords. Goes out: plain outputs for links, secret ones for whatever opens
a door. One object per audience, as flat records: they pipe into a spreadsheet or a mail merge.
"""

from collections.abc import Mapping, Sequence

import pulumi

from mentor.components.portal import connection_string
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Person
from mentor.settings.addresses import EVERYWHERE, is_loopback
from mentor.settings.model import WorkshopSettings
from mentor.workshop import Workshop

NEXT_STEPS = """Open {url} and sign in with a card.
  cards to hand out     make cards
  is all well?          make verify
  the list of passwords pulumi stack output credentials --show-secrets --json
  one student more      pulumi config set students {more} && pulumi up
  the end               make down (saves everybody's work first)"""

DOCKER_FIRST = "Docker is on {host} now. Once more brings the workshop: pulumi up"


def database_address(host: DockerHost, settings: WorkshopSettings) -> str:
    """The address that a desktop tool uses: what people type, unless the port is bound to one address alone."""
    bind = settings.database.bind
    if bind in EVERYWHERE:
        return settings.address[0]
    return host.hostname if is_loopback(bind) and host.is_remote else bind


def records(
    people: Sequence[Person],
    settings: WorkshopSettings,
    url: str,
    address: str,
    passwords: Mapping[str, pulumi.Output[str]],
) -> list[dict[str, pulumi.Input[str | None]]]:
    """One flat record per person. With an external directory there is no password to tell."""
    return [
        {
            "id": person.id,
            "name": person.name,
            "username": person.id,
            "password": passwords.get(person.id),
            "url": url,
            "database": connection_string(person, settings, address),
        }
        for person in people
    ]


def outputs(
    host: DockerHost,
    workshop: Workshop,
    url: str,
    address: str,
    passwords: Mapping[str, pulumi.Output[str]],
    authority: pulumi.Output[str],
    boards: str | None,
) -> dict[str, object]:
    """Every output of the stack, by name; ``boards`` is where the class's board is, if there is one."""
    settings, roster = workshop.settings, workshop.roster
    students = [*roster.students, *roster.spares]
    cards = records(students, settings, url, address, passwords)
    teachers = records(roster.teachers, settings, url, address, passwords)
    multipass = [
        {"url": url, "username": record["username"], "password": record["password"], "priority": 1}
        for record in [*cards, *teachers]
    ]
    grafana = {"grafanaUrl": f"{url}{boards}" if boards.startswith("/") else boards} if boards else {}
    return {
        "portalUrl": url,
        **grafana,
        "databaseUrl": f"postgresql://{address}:{settings.database.port}/?sslmode=require",
        "students": {
            person.id: {"name": person.name, "terminal": url, "container": host.name(f"seat-{person.id}")}
            for person in students
        },
        "credentials": pulumi.Output.secret(cards),
        "teachers": pulumi.Output.secret(teachers),
        "multipass": pulumi.Output.secret(multipass),
        "caCertificate": authority,
        "nextSteps": NEXT_STEPS.format(url=url, more=len(roster.students) + 1),
    }
