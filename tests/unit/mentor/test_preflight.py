"""What keeps a workshop off a host: facts in, lines of a report out."""

from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from mentor.host import preflight
from mentor.host.docker_host import DockerHost
from mentor.host.probe import Facts, HostError
from mentor.settings.problems import Problems, SettingsError
from mentor.workshop import Workshop, read

ROOT = Path(__file__).parents[3]
GOOD = Facts(
    version="28.2.2",
    cpus=2,
    memory_mib=8192,
    available_memory_mib=8000,
    disk_free_mib=50_000,
    has_tun=True,
    has_user_namespaces=True,
    has_apparmor_switch=False,
    kernel="6.1.0-37-amd64",
    base_image="sha256:base",
    counts_swap=True,
)


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return read({"students": 3}, ROOT, "dev")


def lines(workshop: Workshop, facts: Facts) -> list[str]:
    found = Problems("mentor")
    preflight.judge(workshop, facts, found)
    return list(found)


def test_a_good_host_is_accepted(workshop: Workshop) -> None:
    assert lines(workshop, GOOD) == []


@pytest.mark.parametrize(
    ("facts", "key", "says"),
    [
        (replace(GOOD, version="19.03.8"), "hosts[0]", "20.10 or later"),
        (replace(GOOD, kernel="5.4.0-1"), "hosts[0]", "5.11 or later"),
        (replace(GOOD, has_tun=False), "hosts[0]", "modprobe tun"),
        (replace(GOOD, base_image=""), "hosts[0]", "docker pull debian:trixie-slim"),
        (replace(GOOD, has_user_namespaces=False), "hosts[0]", "sysctl"),
        (replace(GOOD, has_apparmor_switch=True), "hosts[0]", "apparmor_restrict"),
        (replace(GOOD, listening=frozenset({("127.0.0.1", 8443)})), "https.port", "8444"),
        (replace(GOOD, listening=frozenset({("::", 5432)})), "database.port", "at ::: stop it"),
        (replace(GOOD, available_memory_mib=1500), "students", "leave 1500 of its 8192 MiB"),
        (replace(GOOD, memory_mib=1024), "students", "1 GiB"),
        (replace(GOOD, disk_free_mib=100), "students", "disk"),
        (replace(GOOD, foreign_networks=(("vpn", IPv4Network("10.0.0.0/8")),)), "network.pool", "vpn"),
    ],
)
def test_each_lack_is_one_line_with_its_key_and_its_fix(workshop: Workshop, facts: Facts, key: str, says: str) -> None:
    (line,) = lines(workshop, facts)
    assert line.startswith(f"mentor:{key}: ")
    assert says in line


def test_every_lack_is_told_at_once(workshop: Workshop) -> None:
    assert (
        len(lines(workshop, replace(GOOD, has_tun=False, listening=frozenset({("0.0.0.0", 8443), ("::", 5432)})))) == 3
    )


def test_ports_that_this_stack_holds_itself_are_free(workshop: Workshop) -> None:
    held = frozenset({("127.0.0.1", 8443), ("127.0.0.1", 5432)})
    assert lines(workshop, replace(GOOD, listening=held, ours=held)) == []


@pytest.mark.parametrize(
    ("held", "address", "collides"),
    [
        ("192.0.2.7", ["localhost"], False),
        ("127.0.0.1", ["lab.example.org"], True),
        ("192.0.2.7", ["lab.example.org"], True),
        ("0.0.0.0", ["localhost"], True),
        ("::", ["localhost"], True),
        ("::1", ["localhost"], False),
        ("::1", ["2001:db8::7"], True),
        ("127.0.0.1", ["2001:db8::7"], False),
        ("::", ["2001:db8::7"], True),
    ],
)
def test_a_port_is_held_where_it_is_needed_or_not_at_all(held: str, address: list[str], collides: bool) -> None:
    workshop = read({"students": 3, "address": address}, ROOT, "dev")
    found = lines(workshop, replace(GOOD, listening=frozenset({(held, 8443)})))
    assert len(found) == collides, found
    # Its own container at one address does not hide another program at a second one.
    both = replace(
        GOOD, listening=frozenset({(held, 8443), ("127.0.0.1", 8443)}), ours=frozenset({("127.0.0.1", 8443)})
    )
    assert len(lines(workshop, both)) == (collides and held != "127.0.0.1")


def test_a_network_that_the_host_reaches_is_not_hidden_by_somebody_new(workshop: Workshop) -> None:
    lan = workshop.roster.people[1].subnet.supernet(new_prefix=24)
    facts = replace(GOOD, routes=(("eth0", lan), ("eth0", IPv4Network("203.0.113.0/24"))))
    (line,) = lines(workshop, facts)
    assert line.startswith("mentor:network.pool: ")
    assert f"{lan}, which the host reaches by eth0; s02 would hide" in line
    # With him in the class already, it is as it was yesterday.
    everybody = frozenset(person.id for person in workshop.roster.people)
    assert lines(workshop, replace(facts, students=everybody)) == []
    assert "the services" in lines(workshop, replace(GOOD, routes=(("tun0", workshop.roster.backplane),)))[0]


def test_the_services_are_not_offered_a_subnet_that_only_people_can_have(workshop: Workshop) -> None:
    for network, offered in ((workshop.roster.people[1].subnet, True), (workshop.roster.backplane, False)):
        (line,) = lines(workshop, replace(GOOD, foreign_networks=(("office", network),)))
        assert f"the host's network office ({network})" in line
        assert ("give them a `subnet`" in line) is offered


def test_a_class_that_runs_needs_no_memory_again(workshop: Workshop) -> None:
    runs = replace(GOOD, available_memory_mib=10, seats_running=4, services_running=True)
    assert lines(workshop, runs) == []
    (line,) = lines(workshop, replace(runs, seats_running=3))
    assert "1 more people need 200 MiB" in line
    # Volumes of a first run that was cut short take no memory.
    everybody = frozenset(person.id for person in workshop.roster.people)
    (line,) = lines(workshop, replace(GOOD, available_memory_mib=10, students=everybody))
    assert "750 MiB for the services" in line


def test_a_host_that_does_not_answer_is_one_line(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_answer(host: DockerHost) -> Facts:
        raise HostError(f"{host.url} is asleep")

    monkeypatch.setattr(preflight, "probe", no_answer)
    with pytest.raises(SettingsError) as raised:
        preflight.require(workshop, "mentor")
    assert str(raised.value).startswith("mentor:hosts[0]: ")
    assert "asleep" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_whoever_leaves_is_named_before_it_happens(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(preflight, "probe", lambda _: replace(GOOD, students=frozenset({"s01", "s04"})))
    monkeypatch.setattr("pulumi.log.warn", warned.append)
    monkeypatch.setattr("pulumi.log.info", lambda _: None)
    preflight.require(workshop, "mentor")
    (line,) = warned
    assert "s04" in line
    assert "archived to" in line


def test_a_host_without_room_for_the_courses_last_section_is_warned_of(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sample course says what that takes: more than four people at work."""
    warned: list[str] = []
    small = replace(GOOD, memory_mib=3072, available_memory_mib=3000)
    monkeypatch.setattr(preflight, "probe", lambda _: small)
    monkeypatch.setattr("pulumi.log.warn", warned.append)
    monkeypatch.setattr("pulumi.log.info", lambda _: None)
    preflight.require(workshop, "mentor")
    (line,) = warned
    assert line.startswith("a seat takes 650 MiB of memory where the course asks most of it")
    assert "about 3 people" in line
