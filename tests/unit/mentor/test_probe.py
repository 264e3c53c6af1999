"""What the probe makes of the kernel's and the engine's own words; a real host is asked by the story."""

import json
from ipaddress import IPv4Network

import pytest

from mentor.host import probe
from mentor.host.docker_host import DockerHost

LOCAL = DockerHost("dev", "unix:///var/run/docker.sock")
ANSWERS = {
    "docker info": json.dumps(
        {
            "ServerVersion": "28.2.2",
            "NCPU": 2,
            "MemTotal": 8 * 2**30,
            "KernelVersion": "6.1.0",
            "SwapLimit": True,
            "DockerRootDir": "/var/lib/docker",
        }
    ),
    "the probe of the host": """tun=1
userns=28633
clone=1
apparmor=0
available=5000
disk=40000
listen=0100007F:20FB
listen=00000000:1538
listen=00000000000000000000000000000000:01BB
listen=0000000000000000FFFF00000702000A:0050
listen=B80D0120000000000000000007000000:0016
listen=a newer kernel's:word
route=eth0 00000000 0003 00000000
route=tun0 00000000 0001 00000080
route=tun0 00000080 0001 00000080
route=eth0 000200C0 0001 00FFFFFF
route=tun0 0000400A 0001 0000FFFF
route=* 0000000A 0201 000000FF
route=docker0 000011AC 0001 0000FFFF
route=br-0123456789ab 0000500A 0001 F0FFFFFF
route=a newer kernel's
""",
    "docker image ls": "sha256:base\n",
    "docker ps": "abc \ndef s01\n",
    "docker inspect": "127.0.0.1 8443\n 5432\n",
    "docker volume ls": "mentor-dev-home-s01 s01\nmentor-dev-grafana \n",
    "docker network ls": "one\ntwo\n",
    "docker network inspect": json.dumps(
        [
            {"Name": "odd", "IPAM": {"Config": [{"Subnet": "192.168.7.9/24"}, {"Subnet": "fd00::/64"}, {}]}},
            {"Name": "odd2", "IPAM": {"Config": [{"Subnet": "10.1.2.3.4/24"}, {"Subnet": None}]}, "Labels": None},
            {"Name": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}, {"Subnet": "172.16.9.0/24"}]}},
            {"Name": "host", "IPAM": None},
            {"Name": "seat", "IPAM": {"Config": [{"Subnet": "10.80.0.0/28"}]}, "Labels": {"mentor.stack": "dev"}},
        ]
    ),
}


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> probe.Facts:
    monkeypatch.setattr(probe, "ask", lambda _host, _arguments, what: ANSWERS[what])
    return probe.probe(LOCAL)


def test_a_held_port_is_known_with_its_address(facts: probe.Facts) -> None:
    assert facts.listening == {
        ("127.0.0.1", 8443), ("0.0.0.0", 5432), ("::", 443), ("10.0.2.7", 80), ("2001:db8::7", 22)
    }  # fmt: skip
    assert facts.ours == {("127.0.0.1", 8443), ("0.0.0.0", 5432), ("::", 5432)}


def test_a_route_is_known_by_its_interface_unless_it_leads_everywhere_nowhere_or_to_the_engines_own(
    facts: probe.Facts,
) -> None:
    assert facts.routes == (("eth0", IPv4Network("192.0.2.0/24")), ("tun0", IPv4Network("10.64.0.0/16")))


def test_a_network_with_host_bits_or_none_is_no_stack_trace(facts: probe.Facts) -> None:
    assert facts.foreign_networks == (
        ("odd", IPv4Network("192.168.7.0/24")),
        ("bridge", IPv4Network("172.17.0.0/16")),
        ("bridge", IPv4Network("172.16.9.0/24")),
    )


def test_what_is_left_of_the_memory_is_known(facts: probe.Facts) -> None:
    assert (facts.memory_mib, facts.available_memory_mib, facts.counts_swap) == (8192, 5000, True)
    assert (facts.seats_running, facts.services_running) == (1, True)


def test_the_stacks_volumes_are_known_and_whose_they_are(facts: probe.Facts) -> None:
    assert facts.volumes == {"mentor-dev-home-s01", "mentor-dev-grafana"}
    assert facts.students == {"s01"}


def test_an_engine_that_does_not_speak_json_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "ask", lambda _host, _arguments, _what: "<html>a proxy's page")
    with pytest.raises(probe.HostError, match="not JSON"):
        probe.probe(LOCAL)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("[]", "no description of an engine"),
        ("{}", "says nothing about ServerVersion, NCPU, MemTotal, KernelVersion, SwapLimit, DockerRootDir"),
        (json.dumps(json.loads(ANSWERS["docker info"]) | {"MemTotal": None}), "says nothing about MemTotal"),
        ('{"ServerErrors": ["no route\\nto host"]}', "no route to host"),
    ],
)
def test_what_only_looks_like_an_engine_is_one_line(monkeypatch: pytest.MonkeyPatch, answer: str, said: str) -> None:
    monkeypatch.setattr(probe, "ask", lambda _host, _arguments, what: answer if what == "docker info" else "")
    with pytest.raises(probe.HostError, match=said):
        probe.probe(LOCAL)
