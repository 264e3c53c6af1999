"""A mistake, the first ``up``, and another one that has nothing to do."""

import json
import socket
import ssl
from pathlib import Path

import psycopg
import pytest

from tests.ground import listing
from tests.story.secrets_kit import command_lines, random_passwords
from tests.workshop_kit import Workshop, docker

PEOPLE = ("s01", "s02", "s03", "teacher")


def unnamed_containers() -> set[str]:
    """Those that the engine itself had to give a name, such as ``eager_tesla``: a build's steps."""
    return {name for name in docker("ps", "-a", "--format", "{{.Names}}").split() if "_" in name}


def test_all_mistakes_are_in_one_report_before_anything_is_made(lab: Workshop) -> None:
    good = lab.file.read_text()
    lab.set(students=["Anna", "anna"], studnets=3, event={"timeZone": "Mars/Base"}, https={"port": 70000})
    done = lab.up(check=False)
    lab.file.write_text(good)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    for key in ("students[1]", "studnets", "event.timeZone", "https.port"):
        assert f"mentor:{key}: " in done.stdout, done.stdout
    assert listing(lab.stack) == set()


def test_the_first_up_brings_everything_up_and_no_password_is_in_a_command_line(lab: Workshop) -> None:
    before = unnamed_containers()
    with command_lines() as lines:
        done = lab.up()
    assert "error:" not in done.stdout.lower(), done.stdout
    assert {f"container {lab.container(f'seat-{person}')}" for person in PEOPLE} < listing(lab.stack)
    assert unnamed_containers() <= before, "a build left containers behind"
    secrets = random_passwords(lab)
    assert {"database-provisioner", *(f"{person}-password" for person in PEOPLE)} <= secrets.keys()
    # It did look: the engine's client was seen while it was given a password.
    assert [line for line in lines if "docker exec -i" in line], len(lines)
    for name, secret in secrets.items():
        assert not [line for line in lines if secret in line], name
    assert not [line for line in lines if "PRIVATE KEY-----" in line]


def test_a_second_up_and_a_refresh_change_nothing(lab: Workshop) -> None:
    lab.up("--expect-no-changes")
    lab.up("--refresh", "--expect-no-changes")


def test_the_portal_answers_by_name_and_by_address_with_the_workshops_certificate(
    lab: Workshop, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(lab.outputs()["caCertificate"])
    context = ssl.create_default_context(cafile=str(authority))
    for name in ("localhost", "127.0.0.1"):
        with (
            socket.create_connection(("127.0.0.1", lab.portal_port)) as raw,
            context.wrap_socket(raw, server_hostname=name) as secure,
        ):
            secure.sendall(f"GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            assert b" 200 " in secure.recv(200)


def test_the_database_is_reached_by_its_owner_only_and_only_with_tls(lab: Workshop) -> None:
    assert lab.sql("s01", "select current_user") == [("s01",)]
    for options in ({"sslmode": "disable"}, {"password": "wrong-password"}, {"password": ""}, {"dbname": "s02"}):
        with pytest.raises(psycopg.OperationalError):
            lab.sql("s01", "select 1", **options)


def test_no_password_is_in_the_state_an_image_an_environment_a_label_or_a_log(lab: Workshop) -> None:
    secrets = random_passwords(lab)
    assert set(lab.passwords().values()) <= set(secrets.values())
    names = docker("ps", "-a", "--filter", f"label=mentor.stack={lab.stack}", "--format", "{{.Names}}").split()
    images = set(docker("images", "--filter", "label=mentor.image", "-q").split())
    places = {
        "state": "\n".join(path.read_text() for path in (lab.folder / "state").rglob("*.json*")),
        "inspect": docker("inspect", *names),
        "logs": "\n".join(lab.log(name) for name in names),
        "history": "\n".join(docker("history", "--no-trunc", image) for image in images),
        "seat": lab.inside("s01", "env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; true"),
    }
    for place, text in places.items():
        assert text, place
        for name, secret in secrets.items():
            assert secret not in text, (place, name)
            assert json.dumps(secret)[1:-1] not in text, (place, name)
        assert "PRIVATE KEY-----" not in text, place
