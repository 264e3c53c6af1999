"""One workshop, from the stack's config to its outputs: settings, then components, then what people are told."""

from pathlib import Path

import pulumi

from mentor import config, interruption, pace, report, traces
from mentor.components.accounts import Accounts
from mentor.components.archive import Archives
from mentor.components.certificates import Certificates
from mentor.components.databases import Databases, DatabaseServer, DatabaseServerArgs
from mentor.components.directory import Directory
from mentor.components.engine import DockerEngine
from mentor.components.ground import SharedGround, provider
from mentor.components.images import Images
from mentor.components.joins import Joins
from mentor.components.monitoring import Monitoring, MonitoringArgs
from mentor.components.portal import Portal, PortalArgs
from mentor.components.registry import Registry
from mentor.components.seats import SeatArgs, Seats
from mentor.host import preflight
from mentor.host.docker_host import DockerHost
from mentor.host.probe import Facts
from mentor.settings.problems import SettingsError
from mentor.workshop import Workshop, read


def declare(workshop: Workshop, facts: Facts, host: DockerHost, on_host: pulumi.ResourceOptions, *,
            with_boards: bool) -> None:  # fmt: skip
    """Declare the whole workshop, on a host with Docker."""
    chosen, roster, course = workshop.settings, workshop.roster, workshop.course
    our_grafana = with_boards and chosen.grafana.own
    database_address = report.database_address(host, chosen)
    link = boards.address(chosen.grafana, workshop.stack) if with_boards else None

    ground = SharedGround("ground", host, roster.backplane, on_host)
    images = Images("images", host, list(chosen.seat.packages), chosen.seat.dockerfile, facts.base_image, on_host).ids
    names = {"gateway": list(chosen.address), "directory": ["directory"], "postgres": ["postgres", *chosen.address]}
    keys = Certificates("certificates", host.stack, names)
    registry = Registry(
        "registry", host, ground.backplane, images["registry"], course.images, facts.base_image, on_host
    )
    directory = Directory("directory", host, ground.backplane, images["directory"], keys.authority.public,
                          keys.servers["directory"], chosen.directory, on_host)  # fmt: skip
    served = DatabaseServerArgs(host=host, backplane=ground.backplane, image=images["postgres"], course=course,
                                certificate=keys.servers["postgres"], directory=directory.access,
                                settings=chosen.database, time_zone=chosen.event.time_zone,
                                outlived=config.outlived())  # fmt: skip
    database_server = DatabaseServer("database-server", served, on_host)
    watched = MonitoringArgs(host=host, backplane=ground.backplane, images=images, database_server=database_server,
                             directory=directory, course=course, saves=ground.saves, roster=roster,
                             grafana=our_grafana)  # fmt: skip
    monitoring = Monitoring("monitoring", watched, on_host)
    opened = PortalArgs(host=host, backplane=ground.backplane, material=ground.material, saves=ground.saves,
                        gateway_image=images["gateway"], spyglass_image=images["spyglass"],
                        certificate=keys.servers["gateway"],
                        directory=directory.access, terminal_key=keys.terminal.private, settings=chosen,
                        roster=roster, course=course, monitoring=monitoring, database_address=database_address,
                        boards=link)  # fmt: skip
    portal = Portal("portal", opened, on_host)
    # A mistake in the course's SQL ends the run before anybody's machine, account or database is made.
    taught = database_server.template
    given = SeatArgs(host=host, limits=chosen.seat, time_zone=chosen.event.time_zone, image=images["seat"],
                     material=ground.material, authorized_key=keys.terminal.public,
                     counts_swap=facts.counts_swap, after=taught)  # fmt: skip
    seats = Seats("seats", roster, given, on_host)
    accounts = Accounts("accounts", host, directory, roster, taught)
    sql = database_server.provider(host, chosen.database)
    databases = Databases(
        "databases", roster, database_server, chosen.database, pulumi.ResourceOptions(providers=[sql])
    )
    services = {"spyglass": portal.spyglass, "postgres": database_server.server, "registry": registry.server}
    Joins("joins", host, services, seats.by_id, chosen.seat.processes)
    if with_boards:
        boards.build(boards.Surroundings(workshop=workshop, host=host, ground=ground, portal=portal, sql=sql, keys=keys,
                                         database_server=database_server), on_host)  # fmt: skip
    Archives(
        "archives", host, images["seat"], database_server, seats.by_id, databases.by_id, ground.saves, chosen.archive
    )

    for output, value in report.outputs(host, workshop, portal.url, database_address, accounts.passwords,
                                        keys.authority.public, link).items():  # fmt: skip
        pulumi.export(output, value)


interruption.end_quietly()
traces.leave_out()
pace.keep_quick()
try:
    read_workshop = read(config.from_pulumi(), Path(), pulumi.get_stack(), pulumi.get_project())
    found = preflight.require(read_workshop, pulumi.get_project())
    boards_too = found.has_engine and preflight.has_grafana(read_workshop, found, pulumi.get_project())
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None
if boards_too:  # Grafana's SDKs take as long to read as all else together: nobody waits for them in vain.
    from mentor.components import boards

there = DockerHost(pulumi.get_stack(), read_workshop.settings.host.url)
engine = DockerEngine("engine", there, is_missing=not found.has_engine) if read_workshop.settings.host.install else None
if found.has_engine:
    options = pulumi.ResourceOptions(providers=[provider(there, engine)])
    declare(read_workshop, found, there, options, with_boards=boards_too)
else:  # What a host with Docker is asked, nobody answers yet: everything else waits for the next run.
    pulumi.export("nextSteps", report.DOCKER_FIRST.format(host=there.hostname))
