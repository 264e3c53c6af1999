"""A server without Docker: what of it is refused, and what is left to its installation."""

from dataclasses import replace
from pathlib import Path

import pytest

from mentor.host import bare, preflight, probe
from mentor.host.docker_host import DockerHost
from mentor.settings.problems import SettingsError
from mentor.workshop import Workshop, read

ROOT = Path(__file__).parents[3]
URL = "ssh://anna@lab.example.org"
ANSWERS = {
    "tun": "0", "userns": "0", "clone": "1", "apparmor": "1", "available": "15000", "disk": "50000",
    "prepared": "0", "system": "debian", "root": "1", "apt": "1", "kernel": "6.12.0", "cpus": "4", "memory": "16000",
    "listen": "00000000:0016",
}  # fmt: skip


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return read(
        {"students": 3, "hosts": [{"url": URL, "install": "docker"}], "database": {"bind": "0.0.0.0"}}, ROOT, "dev"
    )


def answering(monkeypatch: pytest.MonkeyPatch, *, is_bare: str = "yes", **changes: str) -> None:
    """Have the server give these answers to the questions that are sent there."""
    text = "".join(f"{key}={value}\n" for key, value in (ANSWERS | changes).items())
    said = {"the question for Docker": f"{is_bare}\n", "the probe of the host": text}
    for module in (bare, probe):
        monkeypatch.setattr(module, "ask", lambda _host, _arguments, what: said[what])


def test_what_an_engine_would_tell_is_read_from_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch)
    found = bare.look(DockerHost("dev", URL))
    assert found.problems == ()
    facts = found.facts
    assert (facts.version, facts.kernel, facts.cpus) == ("", "6.12.0", 4)
    assert (facts.memory_mib, facts.available_memory_mib, facts.disk_free_mib) == (16000, 15000, 50000)
    assert facts.listening == {("0.0.0.0", 22)}


def test_what_the_installation_brings_is_not_missed_before_it(
    monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    answering(monkeypatch)
    assert preflight.require(workshop, "mentor").version == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"system": "fedora"}, "runs fedora: it is installed on Debian and Ubuntu alone"),
        ({"system": ""}, "runs an unknown system"),
        ({"system": "linuxmint ubuntu debian", "apt": "0"}, "runs linuxmint"),
        ({"root": "0"}, "anna may not install it: sign in as root, or let anna use sudo without a password"),
        ({"kernel": "5.4.0"}, "runs kernel 5.4.0"),
        ({"memory": "900", "available": "800"}, "memory"),
    ],
)
def test_what_it_cannot_bring_is_said_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, workshop: Workshop, changes: dict[str, str], says: str
) -> None:
    answering(monkeypatch, **changes)
    with pytest.raises(SettingsError) as raised:
        preflight.require(workshop, "mentor")
    assert says in str(raised.value)


def test_an_engine_that_was_there_and_does_not_answer_is_none_to_install(
    monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    def silent(_host: DockerHost) -> probe.Facts:
        raise probe.HostError("docker info failed: Cannot connect to the Docker daemon")

    answering(monkeypatch, is_bare="no")
    monkeypatch.setattr(preflight, "probe", silent)
    with pytest.raises(SettingsError, match="Cannot connect to the Docker daemon"):
        preflight.require(workshop, "mentor")


@pytest.mark.parametrize("is_prepared", [True, False])
def test_a_host_that_was_prepared_and_lost_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, workshop: Workshop, *, is_prepared: bool
) -> None:
    answering(monkeypatch)
    facts = bare.look(DockerHost("dev", URL)).facts
    there = replace(
        facts, version="28.2.2", base_image="sha256:base", has_user_namespaces=True, has_apparmor_switch=False
    )
    answering(monkeypatch, is_bare="no")
    monkeypatch.setattr(preflight, "probe", lambda _host: replace(there, is_prepared=is_prepared))
    if is_prepared:
        with pytest.raises(SettingsError, match="/dev/net/tun"):
            preflight.require(workshop, "mentor")
    else:
        preflight.require(workshop, "mentor")
