"""What happens during an event: people come and go, material changes, a service is lost."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
import pytest

from tests.ground import listing, run
from tests.live.portal_kit import Screen, answers, own_terminal
from tests.waiting import until
from tests.workshop_kit import ROOT, Workshop, docker


@contextmanager
def terminal(lab: Workshop, person: str) -> Iterator[Screen]:
    """The person's own terminal, which answers."""
    outputs, password = lab.outputs(), lab.passwords()[person]
    with own_terminal(outputs["portalUrl"], person, password, outputs["caCertificate"]) as screen:
        answers(screen)
        yield screen


def test_one_student_more_restarts_nobody_and_drops_no_connection(lab: Workshop) -> None:
    before = lab.running()
    with terminal(lab, "s02") as screen, psycopg.connect(
        host="127.0.0.1", port=lab.database_port, user="s01", password=lab.passwords()["s01"], dbname="s01",
        sslmode="require", autocommit=True,
    ) as open_connection:  # fmt: skip
        first = open_connection.execute("select pg_backend_pid()").fetchone()
        lab.set(students=4)
        done = lab.up("--diff")
        assert open_connection.execute("select pg_backend_pid()").fetchone() == first
        answers(screen)
    changes = lab.changes(lab.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"))
    assert set(changes) == {"unchanged"}
    assert "s04" in done.stdout
    for person in ("s01", "s02", "s03", "teacher"):
        assert f"{person}-" not in "".join(line for line in done.stdout.splitlines(True) if line.lstrip()[:1] in "~+-±")
    after = lab.running()
    assert {name: after.get(name) for name in before} == before
    assert lab.sql("s04", "select current_user") == [("s04",)]


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
    assert lab.sql("s03", "select 1", password="another-password-1") == [(1,)]
    with pytest.raises(psycopg.OperationalError):
        lab.sql("s03", "select 1")


def test_one_student_less_is_archived_and_then_only_he_is_removed(lab: Workshop) -> None:
    lab.inside("s04", "echo precious > ~/work.txt; docker volume create inner >/dev/null")
    write = "docker run --rm -u 0 -v inner:/data --entrypoint sh lab/postgres:17 -c 'echo deep > /data/file'"
    lab.inside("s04", write)
    lab.sql("s04", "create table work as select 42 as answer")
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
    done = lab.up()
    for person in ("s01", "s02", "s03", "teacher"):
        assert f"{person}-" not in "".join(line for line in done.stdout.splitlines(True) if line.lstrip()[:1] in "~+-±")
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
    run("bash", str(ROOT / "ops" / "restore.sh"), str(archive), "--stack", lab.stack, "--student", "s04", "--yes",
        cwd=lab.folder, env=lab.environment)  # fmt: skip
    assert lab.inside("s04", "cat ~/work.txt") == "precious"
    # It has just been started again.
    lab.inside("s04", 'until seat-ready && [ -S "$XDG_RUNTIME_DIR/docker.sock" ]; do sleep 0.2; done')
    read = "docker run --rm -v inner:/data --entrypoint cat lab/postgres:17 /data/file"
    assert lab.inside("s04", read) == "deep"
    assert lab.sql("s04", "select answer from work") == [(42,)]
    lab.sql("s04", "alter table work add column more int")
