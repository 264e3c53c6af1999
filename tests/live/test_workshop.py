"""One workshop from its first `up` to its `destroy`, in the order in which a teacher meets it."""

import socket
import ssl
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from websockets import Origin
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from tests.live.portal_kit import sign_in, trusting
from tests.waiting import PATIENCE, until
from tests.workshop_kit import Workshop, docker, listing, run

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    return workshop_factory("live", students=3)


def sql(lab: Workshop, user: str, database: str, statement: str, **options: Any) -> list[tuple[object, ...]]:
    parameters: dict[str, Any] = {"sslmode": "require", "password": lab.passwords()[user]} | options
    with psycopg.connect(
        host="127.0.0.1", port=lab.database_port, user=user, dbname=database, autocommit=True, **parameters
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_all_mistakes_are_in_one_report_before_anything_is_made(lab: Workshop) -> None:
    good = lab.file.read_text()
    lab.set(students=["Anna", "anna"], studnets=3, event={"timeZone": "Mars/Base"}, https={"port": 70000})
    done = lab.up(check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    for key in ("students[1]", "studnets", "event.timeZone", "https.port"):
        assert f"mentor:{key}: " in done.stdout, done.stdout
    assert listing(lab.stack) == set()
    lab.file.write_text(good)


def test_the_first_up_brings_everything_up(lab: Workshop) -> None:
    lab.set(event={"name": "Live <b>tests</b>", "timeZone": "Europe/Berlin"})
    done = lab.up()
    assert "error:" not in done.stdout.lower(), done.stdout
    assert {f"container {lab.container(f'seat-{person}')}" for person in ("s01", "s02", "s03", "teacher")} < listing(
        lab.stack
    )


def test_a_second_up_and_a_refresh_change_nothing(lab: Workshop) -> None:
    lab.up("--expect-no-changes")
    lab.up("--refresh", "--expect-no-changes")


def test_a_seat_has_its_tools_its_material_and_its_own_engine(lab: Workshop) -> None:
    tools = "bash htop vim iftop iotop iperf ifconfig ping psql git tmux ansible ssh docker curl jq less nano"
    assert lab.inside("s01", f"for t in {tools}; do command -v $t >/dev/null || echo missing $t; done") == ""
    assert lab.inside("s01", "docker compose version --short")[0].isdigit()
    assert "01" in lab.inside("s01", "ls /workshop")
    assert lab.inside("s01", "date +%Z") in {"CET", "CEST"}
    assert lab.inside("s01", "docker run --rm --entrypoint psql lab/postgres:17 --version").startswith("psql")


def test_a_seat_passes_its_own_security_checks(lab: Workshop) -> None:
    script = (Path(__file__).parent / "seat_checks.sh").read_text()
    done = run("docker", "exec", "-i", "-u", "student", lab.container("seat-s01"), "bash", "-l", "-s", input=script)
    assert "FAIL" not in done.stdout, done.stdout


def test_psql_in_the_seat_reaches_the_persons_own_database(lab: Workshop) -> None:
    password = lab.passwords()["s01"]
    answer = docker(
        "exec", "-i", "-u", "student", lab.container("seat-s01"), "bash", "-lc",
        "read -r PGPASSWORD; export PGPASSWORD; psql -Atc 'select current_user, current_database()'",
        input=password + "\n",
    )  # fmt: skip
    assert answer == "s01|s01"


def test_the_database_is_reached_by_its_owner_only_and_only_with_tls(lab: Workshop) -> None:
    assert sql(lab, "s01", "s01", "select current_user") == [("s01",)]
    for options in ({"sslmode": "disable"}, {"password": "wrong-password"}, {"password": ""}):
        with pytest.raises(psycopg.OperationalError):
            sql(lab, "s01", "s01", "select 1", **options)
    with pytest.raises(psycopg.OperationalError):
        sql(lab, "s01", "s02", "select 1")


def test_nothing_of_another_seat_answers_nor_spyglass_itself(lab: Workshop) -> None:
    other = docker(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", lab.container("seat-s02")
    )
    spyglass = docker(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", lab.container("spyglass")
    )
    probe = "timeout 2 bash -c '</dev/tcp/{}/{}' 2>/dev/null && echo open {}:{}; true"
    for address in other.split():
        for port in (2222, 2375, 2376, 5432, 8000):
            assert lab.inside("s01", probe.format(address, port, address, port)) == ""
    for address in spyglass.split():
        assert lab.inside("s01", probe.format(address, 8000, address, 8000)) == ""
    assert "postgres" in lab.inside("s01", "getent hosts postgres")


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


def terminal(lab: Workshop, person: str) -> ClientConnection:
    """The person's own terminal through gateway and web app, as a browser has it open."""
    outputs = lab.outputs()
    url, authority = outputs["portalUrl"], outputs["caCertificate"]
    cookie = sign_in(url, person, lab.passwords()[person], authority).headers["set-cookie"].split(";")[0]
    screen = connect(
        f"{url.replace('https', 'wss')}/seats/{person}/terminal",
        ssl=trusting(authority),
        origin=Origin(url),
        additional_headers={"Cookie": cookie},
    )
    answers(screen, "echo $((5 * 5))", b"25")
    return screen


def answers(screen: Connection, line: str, wanted: bytes) -> None:
    """Type a line, and wait until the terminal shows what it prints."""
    screen.send(line.encode() + b"\r")
    seen = b""
    while wanted not in seen:
        message = screen.recv(timeout=PATIENCE)
        seen += message if isinstance(message, bytes) else b""


def test_one_student_more_restarts_nobody_and_drops_no_connection(lab: Workshop) -> None:
    running = docker("ps", "--filter", f"label=mentor.stack={lab.stack}", "--format", "{{.Names}}").split()
    before = {name: docker("inspect", "-f", "{{.Id}}{{.State.StartedAt}}", name) for name in running}
    with terminal(lab, "s02") as screen, psycopg.connect(
        host="127.0.0.1", port=lab.database_port, user="s01", password=lab.passwords()["s01"], dbname="s01",
        sslmode="require", autocommit=True,
    ) as open_connection:  # fmt: skip
        first = open_connection.execute("select pg_backend_pid()").fetchone()
        lab.set(students=4)
        done = lab.up("--diff")
        assert open_connection.execute("select pg_backend_pid()").fetchone() == first
        answers(screen, "echo $((6 * 7))", b"42")
    changes = lab.changes(lab.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"))
    assert set(changes) == {"unchanged"}
    assert "s04" in done.stdout
    for person in ("s01", "s02", "s03", "teacher"):
        assert f"{person}-" not in "".join(line for line in done.stdout.splitlines(True) if line.lstrip()[:1] in "~+-±")
    for name, identity in before.items():
        assert docker("inspect", "-f", "{{.Id}}{{.State.StartedAt}}", name) == identity, name
    assert sql(lab, "s04", "s04", "select current_user") == [("s04",)]


def test_a_service_that_was_removed_by_hand_comes_back_with_all_its_joins(lab: Workshop) -> None:
    def joined(service: str) -> set[str]:
        template = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"
        return set(docker("inspect", "-f", template, lab.container(service)).split())

    wanted = joined("spyglass")
    assert {lab.container(f"seat-{person}") for person in ("s01", "s02", "s03", "s04", "teacher")} < wanted
    docker("rm", "-f", lab.container("spyglass"))
    lab.up("--refresh")
    assert joined("spyglass") == wanted

    sql(lab, "s02", "s02", "create table kept (note text)")
    wanted = joined("postgres")
    docker("rm", "-f", lab.container("postgres"))
    lab.up("--refresh", check=False)
    lab.up()
    assert joined("postgres") == wanted
    assert sql(lab, "s02", "s02", "select count(*) from kept") == [(0,)]
    lab.up("--refresh", "--expect-no-changes")


def test_new_material_arrives_and_a_changed_file_is_kept(lab: Workshop) -> None:
    material = lab.folder / "workshop" / "material"
    page = min(material.glob("*.md"))
    lab.inside("s01", f"echo mine >> /workshop/{page.name}")
    page.write_text(page.read_text() + "\nA second edition.\n")
    (material / "extra.md").write_text("# Extra\n")
    lab.up()
    # Each seat looks for itself, and takes file after file.
    for seat, arrived in (
        ("s01", "test -e /workshop/extra.md"),
        ("s01", f"grep -q 'second edition' /workshop/{page.name}.new"),
        ("s02", f"grep -q 'second edition' /workshop/{page.name}"),
    ):
        there = partial(lab.inside, seat, f"{arrived} && echo there", check=False)
        until(lambda there=there: there() == "there", f"in the seat of {seat}: {arrived}")  # type: ignore[misc]
    assert lab.inside("s01", f"tail -n 1 /workshop/{page.name}") == "mine"


def test_a_changed_password_survives_every_later_up(lab: Workshop) -> None:
    docker("exec", "-i", lab.container("directory"), "account", "reset", "s03", input="another-password-1")
    lab.set(event={"name": "Renamed", "timeZone": "Europe/Berlin"})
    lab.up()
    assert sql(lab, "s03", "s03", "select 1", password="another-password-1") == [(1,)]
    with pytest.raises(psycopg.OperationalError):
        sql(lab, "s03", "s03", "select 1")


def test_one_student_less_is_archived_and_then_only_he_is_removed(lab: Workshop) -> None:
    lab.inside("s04", "echo precious > ~/work.txt; docker volume create inner >/dev/null")
    write = "docker run --rm -u 0 -v inner:/data --entrypoint sh lab/postgres:17 -c 'echo deep > /data/file'"
    lab.inside("s04", write)
    sql(lab, "s04", "s04", "create table work as select 42 as answer")
    lab.set(students=3)
    preview = lab.pulumi("preview")
    assert "s04" in preview.stdout + preview.stderr
    assert "archived to" in preview.stdout + preview.stderr
    # An archive that cannot be written stops the deletion: a file stands where its folder should be.
    lab.archives.mkdir(exist_ok=True)
    (lab.archives / lab.stack).write_text("in the way")
    blocked = lab.up(check=False)
    assert blocked.returncode != 0
    assert f"container {lab.container('seat-s04')}" in listing(lab.stack)
    (lab.archives / lab.stack).unlink()
    lab.up()
    assert not [thing for thing in listing(lab.stack) if "s04" in thing]
    (archive,) = (lab.archives / lab.stack / "s04").glob("*.tar.gz")
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as content:
        assert {"manifest.json", "seat.tar", "database.dump"} <= {
            name.removeprefix("./") for name in content.getnames()
        }
    assert set(lab.changes(lab.up())) == {"unchanged"}


def test_an_archive_is_restored_into_a_new_seat(lab: Workshop) -> None:
    (archive,) = (lab.archives / lab.stack / "s04").glob("*.tar.gz")
    lab.set(students=4)
    lab.up()
    run("bash", "mentor/scripts/restore.sh", str(archive), "--stack", lab.stack, "--student", "s04", "--yes",
        cwd=lab.folder, env=lab.environment)  # fmt: skip
    assert lab.inside("s04", "cat ~/work.txt") == "precious"
    read = "docker run --rm -v inner:/data --entrypoint cat lab/postgres:17 /data/file"
    assert lab.inside("s04", read) == "deep"
    assert sql(lab, "s04", "s04", "select answer from work") == [(42,)]
    sql(lab, "s04", "s04", "alter table work add column more int")


def test_no_password_is_in_the_state_an_image_an_environment_a_label_or_a_log(lab: Workshop) -> None:
    canaries = [*lab.passwords().values()]
    state = "\n".join(path.read_text() for path in (lab.folder / "state").rglob("*.json*"))
    names = docker("ps", "-a", "--filter", f"label=mentor.stack={lab.stack}", "--format", "{{.Names}}").split()
    inspected = docker("inspect", *names)
    logs = "\n".join(run("docker", "logs", name).stdout + run("docker", "logs", name).stderr for name in names)
    images = docker("images", "--filter", "label=mentor.image", "-q").split()
    history = "\n".join(docker("history", "--no-trunc", image) for image in set(images))
    processes = run("ps", "-eo", "args").stdout
    seat = lab.inside("s01", "env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; true")
    for place, text in {"state": state, "inspect": inspected, "logs": logs, "history": history, "argv": processes,
                        "seat": seat}.items():  # fmt: skip
        for canary in canaries:
            assert canary not in text, place
        assert "PRIVATE KEY-----" not in text, place


def test_destroy_archives_everybody_and_leaves_nothing(lab: Workshop) -> None:
    lab.destroy()
    assert listing(lab.stack) == set()
    assert {path.parent.name for path in (lab.archives / lab.stack).glob("*/*.tar.gz")} == {
        "s01", "s02", "s03", "s04", "teacher"
    }  # fmt: skip
    until(lambda: not lab.processes(), lambda: f"still at work: {lab.processes()}")
