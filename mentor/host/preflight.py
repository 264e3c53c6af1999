"""Whether this host can carry this workshop, said before the first resource, so at preview too.

Comes in: the workshop and the host's facts. Goes out: the facts, or one report of every problem. Whoever leaves
the class by this roster is named here, because the engine's own list of deletions names volumes, not people.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from ipaddress import ip_address as ip

import pulumi

from mentor import capacity
from mentor.host import bare
from mentor.host.docker_host import DockerHost
from mentor.host.probe import BASE_IMAGE, Facts, HostError, probe
from mentor.host.pulling import has_image, refusal
from mentor.roster.model import Person, Roster
from mentor.settings.problems import Problems, SettingsError, show
from mentor.workshop import Workshop

OLDEST_ENGINE = (20, 10)
OLDEST_KERNEL = (5, 11)


def require(workshop: Workshop, project: str) -> Facts:
    """Stop unless the host can carry the workshop; then name who leaves, and give back what the host is like.

    Raises:
        SettingsError: what is missing on the host, each line with its fix.
    """
    url = workshop.settings.host.url
    found = Problems(project)
    try:
        facts = _asked(workshop, found)
    except HostError as error:
        found.add("hosts[0]", f"{show(url)} cannot be used: {error}")
        raise SettingsError(found) from None
    judge(workshop, facts, found)
    if found:
        raise SettingsError(found)
    if not facts.has_engine:
        pulumi.log.info(f"{show(url)} has no Docker yet: it is installed first, and once more brings the workshop")
    needs, resources = _needs(workshop), _resources(facts)
    pulumi.log.info(capacity.statement(needs, resources))
    for text in capacity.warnings(needs, resources):
        pulumi.log.warn(text)
    for person in sorted(facts.students - {person.id for person in workshop.roster.people}):
        place = workshop.settings.archive.folder / workshop.stack / person
        pulumi.log.warn(f"{person} is no longer in the class: archived to {place}, then deleted")
    return facts


def _asked(workshop: Workshop, found: Problems) -> Facts:
    """What the host is like; one that lacks Docker and is to have it, as a machine.

    Raises:
        HostError: it cannot be asked.
    """
    host = DockerHost(workshop.stack, workshop.settings.host.url)
    if not workshop.settings.host.install or not bare.is_bare(host):
        return probe(host)
    server = bare.look(host)
    for problem in server.problems:
        found.add("hosts[0]", f"{show(host.url)} {problem}")
    return server.facts


def has_grafana(workshop: Workshop, facts: Facts, project: str) -> bool:
    """Whether there will be boards. Where Grafana's image cannot be had, one line says so, and all else comes up.

    Raises:
        SettingsError: it cannot be had, and a Grafana of this workshop is there, which would go with all in it.
    """
    grafana, host = workshop.settings.grafana, DockerHost(workshop.stack, workshop.settings.host.url)
    is_there = host.name("grafana") in facts.volumes
    if not grafana.enabled or grafana.url:
        if is_there:
            way = "grafana.url is set" if grafana.enabled else "grafana.enabled is false"
            pulumi.log.warn(f"{way}: this workshop's own Grafana is deleted, with all that was added to it by hand")
        return grafana.enabled
    if has_image(host, grafana.image):
        return True
    reason = refusal(host, grafana.image)
    if reason is None:
        return True
    save = f"docker save {grafana.image} | DOCKER_HOST={host.url} docker load"
    if is_there:
        found = Problems(project)
        found.add(
            "grafana.image",
            f"{show(grafana.image)} is not on the host and cannot be pulled ({reason}), and this workshop's Grafana "
            f"with all in it would have to go: bring the image there ({save}), try again when its registry answers, "
            "or let Grafana go, by pulumi config set --path grafana.enabled false",
        )
        raise SettingsError(found)
    pulumi.log.warn(
        f"no Grafana boards: {grafana.image} is not on the host and cannot be pulled ({reason}). All else comes up, "
        f"and spyglass shows the same facts. To have them: {save}, and up again; or grafana.url. To be quiet: "
        "grafana.enabled false"
    )
    return False


def judge(workshop: Workshop, facts: Facts, found: Problems) -> None:
    """Report everything that keeps this workshop off this host."""
    settings, url = workshop.settings, workshop.settings.host.url
    # What the installation of Docker brings is not missed before it.
    engine = _engine(facts) if facts.has_engine else []
    seats = _kernel(facts) if settings.host.install and not facts.is_prepared else [*_kernel(facts), *_rootless(facts)]
    for holds, text in [*engine, *(seats if settings.seat.isolation == "rootless" else [])]:
        if not holds:
            found.add("hosts[0]", f"{show(url)} {text}")
    _ports(workshop, facts, found)
    _networks(workshop, facts, found)
    for key, text in capacity.problems(_needs(workshop), _resources(facts)):
        found.add(key, text)


def _ports(workshop: Workshop, facts: Facts, found: Problems) -> None:
    """Report ports that another program holds, at an address where this workshop needs them."""
    settings, others = workshop.settings, facts.listening - facts.ours
    wanted = [("https", settings.https.port, bind) for bind in settings.https_binds]
    for section, port, bind in [*wanted, ("database", settings.database.port, settings.database.bind)]:
        held = sorted(at for at, number in others if number == port and _meet(ip(at), ip(bind)))
        if held:
            found.add(
                f"{section}.port",
                f"{port} is held by another program on the host, at {', '.join(held)}: stop it, or choose another, "
                f"for example pulumi config set --path {section}.port {port + 1}",
            )


def _meet(held: IPv4Address | IPv6Address, wanted: IPv4Address | IPv6Address) -> bool:
    """Whether a program at one address keeps another from the other. One at all of IPv6 has IPv4 too, usually."""
    if held.version == wanted.version:
        return held == wanted or held.is_unspecified or wanted.is_unspecified
    return held.version == 6 and held.is_unspecified  # noqa: PLR2004


def _networks(workshop: Workshop, facts: Facts, found: Problems) -> None:
    """Report networks of the host that a seat's or the services' would share or hide.

    Who is there already lives with the host's routes as they are, and is not sent away for a new one.
    """
    pool = show(str(workshop.settings.network.pool))
    for name, network in facts.foreign_networks:
        taken, way = _overlapping(workshop.roster, workshop.roster.people, network, services=True)
        if taken:
            found.add(
                "network.pool",
                f"{pool} holds the host's network {name} ({network}), which {', '.join(taken)} would share: {way}",
            )
    coming = [person for person in workshop.roster.people if person.id not in facts.students]
    for interface, network in facts.routes:
        hiding, way = _overlapping(workshop.roster, coming, network, services=not facts.students)
        if hiding:
            found.add(
                "network.pool",
                f"{pool} holds {network}, which the host reaches by {interface}; {', '.join(hiding)} would hide "
                f"part of it from the host and all seats: {way}",
            )


def _overlapping(
    roster: Roster, people: Iterable[Person], network: IPv4Network, *, services: bool
) -> tuple[list[str], str]:
    """Whose network meets this one, and the way out: people can be given another, the services only a pool."""
    taken = [person.id for person in people if person.subnet.overlaps(network)]
    if services and roster.backplane.overlaps(network):
        return [*taken, "the services"], "choose another pool"
    return taken, "choose another pool, or give them a `subnet`"


def _needs(workshop: Workshop) -> capacity.Needs:
    return capacity.needs(workshop.settings, workshop.roster.people, workshop.course.needs)


def _resources(facts: Facts) -> capacity.HostFacts:
    return capacity.HostFacts(
        memory_mib=facts.memory_mib,
        available_memory_mib=facts.available_memory_mib,
        cpus=facts.cpus,
        disk_free_mib=facts.disk_free_mib,
        people_present=len(facts.students),
        seats_running=facts.seats_running,
        services_running=facts.services_running,
    )


def _engine(facts: Facts) -> list[tuple[bool, str]]:
    """What every workshop needs of the engine, and how the host gets it."""
    version = tuple(int(part) for part in re.findall(r"\d+", facts.version)[:2])
    pull = f"docker pull {BASE_IMAGE}"
    return [
        (version >= OLDEST_ENGINE, f"has Docker Engine {facts.version}: install 20.10 or later"),
        # Not left to the first build: an image's name says what it was built on, and would be another one after it.
        (bool(facts.base_image), f"lacks the image that all others are built on: run {pull} there"),
    ]


def _kernel(facts: Facts) -> list[tuple[bool, str]]:
    """What no installation of Docker brings."""
    kernel = tuple(int(part) for part in re.findall(r"\d+", facts.kernel)[:2])
    return [(kernel >= OLDEST_KERNEL, f"runs kernel {facts.kernel}: a seat's engine needs 5.11 or later")]


def _rootless(facts: Facts) -> list[tuple[bool, str]]:
    """What a rootless engine in every seat needs of the kernel, and how the host gets it."""
    spaces = "sysctl -w user.max_user_namespaces=28633 kernel.unprivileged_userns_clone=1"
    apparmor = "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    return [
        (facts.has_tun, "has no /dev/net/tun, which a seat's engine needs: run modprobe tun there"),
        (facts.has_user_namespaces, f"has user namespaces switched off: run {spaces} there"),
        (not facts.has_apparmor_switch, f"forbids user namespaces to unprivileged programs: run {apparmor} there"),
    ]
