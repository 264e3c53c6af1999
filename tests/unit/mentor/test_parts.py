"""Small pure parts of the components."""

from pathlib import Path

import pytest

from mentor.components.certificates import split, subject_names
from mentor.components.images import fingerprint
from mentor.components.portal import origins
from mentor.components.registry import label
from mentor.host.docker_host import DockerHost
from mentor.settings.addresses import binds
from mentor.settings.model import HttpsSettings

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"


def test_a_key_is_parted_from_what_follows_it() -> None:
    assert split(KEY + "ssh-ed25519 AAAA spyglass") == (KEY, "ssh-ed25519 AAAA spyglass\n")


def test_what_holds_no_key_is_refused_without_being_quoted() -> None:
    with pytest.raises(ValueError, match="no private key") as raised:
        split("half a secret")
    assert "secret" not in str(raised.value)


def test_addresses_and_names_are_told_apart_in_a_certificate() -> None:
    assert subject_names(["lab.example.org", "192.0.2.7", "::1"]) == "DNS:lab.example.org,IP:192.0.2.7,IP:::1"


def test_the_port_is_open_to_others_only_when_others_are_meant() -> None:
    assert binds(["localhost", "127.0.0.1"]) == ["127.0.0.1"]
    assert binds(["localhost", "::1"]) == ["127.0.0.1", "::1"]
    assert binds(["localhost", "lab.example.org"]) == ["0.0.0.0"]
    assert binds(["lab.example.org", "::1"]) == ["0.0.0.0"]


def test_an_ipv6_address_is_published_where_it_is() -> None:
    assert binds(["2001:db8::7"]) == ["::"]
    assert binds(["::1"]) == ["::1"]
    assert binds(["::ffff:192.0.2.7"]) == ["0.0.0.0"]
    assert binds(["192.0.2.7", "2001:db8::7"]) == ["0.0.0.0", "::"]
    assert binds(["localhost", "2001:db8::7"]) == ["0.0.0.0", "::"]


def test_an_origin_is_what_a_browser_sends() -> None:
    assert origins(HttpsSettings(port=443), ["lab.example.org", "::1"]) == ["https://lab.example.org", "https://[::1]"]
    assert origins(HttpsSettings(port=8443), ["localhost"]) == ["https://localhost:8443"]


def test_a_remote_hosts_ports_are_reached_at_its_name() -> None:
    assert DockerHost("dev", "ssh://root@lab.example.org:2222").hostname == "lab.example.org"
    assert DockerHost("dev", "unix:///var/run/docker.sock").hostname == "127.0.0.1"


def test_an_images_fingerprint_knows_content_names_arguments_and_base_only(tmp_path: Path) -> None:
    def made(folder: str, **files: str) -> Path:
        place = tmp_path / folder
        (place / "__pycache__").mkdir(parents=True)
        (place / "__pycache__" / f"{folder}.pyc").write_text(folder)
        for name, text in files.items():
            (place / name).write_text(text)
        return place

    one, same = made("one", Dockerfile="FROM a"), made("two", Dockerfile="FROM a")
    assert fingerprint(one, {}, "1") == fingerprint(same, {}, "2")
    others = [made("three", Dockerfile="FROM b"), made("four", Dockerfile="FROM a", Other="FROM a")]
    assert len({fingerprint(folder, {}, "1") for folder in [one, *others]} | {fingerprint(one, {"A": "1"}, "1")}) == 4
    on_base = made("five", Dockerfile="# FROM\nFROM debian:trixie-slim AS first\n")
    assert fingerprint(on_base, {}, "1") != fingerprint(on_base, {}, "2"), "a mended base image is built upon"


def test_no_two_images_share_a_resources_name() -> None:
    names = ["lab/a:1", "lab-a:1", "lab/a-1:1", "lab/a/1:1", "lab:1", "localhost:5000/a:1", "localhost/5000/a:1"]
    assert len({label(name) for name in names}) == len(names)
    assert label("lab/postgres:17") == "lab-postgres-17"
