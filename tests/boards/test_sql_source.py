"""What a teacher may ask in SQL, in the workshop's own Grafana: what the grader knows, and nothing that students made.

Grafana is a double (server.py); PostgreSQL, its role and its certificate are the real ones, asked as Grafana asks.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops import scratch
from ops.in_grafana import opened
from tests.boards.double import IMAGE, build
from tests.faults.fault_kit import killed, operate, said, with_programs
from tests.waiting import until
from tests.workshop_kit import ROOT, Workshop, docker

LAB = """
title: Asked
material: material
database: {files: [sample.sql]}
sections:
- title: One
  tasks:
  - id: given
    title: It is there
    checks: [{table: given}]
"""


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    made = workshop_factory("sql", students=2, grafana={"image": IMAGE})
    course = made.folder / "workshop"
    made.teach(LAB)
    (course / "sample.sql").write_text("CREATE TABLE given AS SELECT 1 AS number;\n")
    build(scratch.image("spyglass"), tmp_path_factory.mktemp("double"))
    made.up()
    yield made
    docker("rmi", "-f", IMAGE, check=False)


@pytest.fixture(scope="module")
def told(lab: Workshop) -> dict[str, Any]:
    """What Grafana was told of the data source, secrets too."""
    return source_of(lab)


def source_of(lab: Workshop) -> dict[str, Any]:
    state = opened(json.loads(lab.pulumi("stack", "export", "--show-secrets").stdout)["deployment"])
    (source,) = [one for one in state["resources"] if one["urn"].endswith("::boards-sql")]
    inputs: dict[str, Any] = source["inputs"]
    for name in ("jsonDataEncoded", "secureJsonDataEncoded"):
        inputs |= json.loads(inputs[name])
    return inputs


@pytest.fixture(scope="module")
def asking(
    lab: Workshop, told: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., psycopg.Connection[Any]]:
    """Connect as Grafana does, the server's name checked, but by the published port."""
    authority: Path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.write_text(told["tlsCACert"])

    def connect(**other: Any) -> psycopg.Connection[Any]:
        host = told["url"].partition(":")[0]
        usual: dict[str, Any] = {
            "host": host, "hostaddr": "127.0.0.1", "port": lab.database_port, "dbname": told["database"],
            "user": told["username"], "password": told["password"], "sslmode": told["sslmode"],
            "sslrootcert": str(authority), "autocommit": True,
        }  # fmt: skip
        return psycopg.connect(**usual | other)

    return connect


def test_a_teacher_sees_who_has_done_what(lab: Workshop, asking: Callable[..., psycopg.Connection[Any]]) -> None:
    with asking() as connection:

        def done() -> set[Any]:
            return {*connection.execute("SELECT student, task, done FROM progress").fetchall()}

        until(lambda: done() == {("s01", "given", True), ("s02", "given", True)}, lambda: f"progress: {done()}")
        lab.sql("s01", "DROP TABLE given")
        until(lambda: ("s01", "given", False) in done(), lambda: f"progress: {done()}")
        assert connection.execute("SELECT now() - max(checked_at) < interval '1 minute' FROM progress").fetchone() == (
            True,
        )
        (documented,) = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "grafana.md").read_text(), re.DOTALL)
        assert connection.execute(documented.encode()).fetchall() == [("given", 1, 2)]
        for view in (b"database_up", b"check_duration", b"check_errors", b"database_use"):
            connection.execute(b"TABLE " + view)


REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM result",
        "SELECT * FROM pass",
        "SELECT * FROM server",
        "DELETE FROM database_up",
        "UPDATE database_up SET student = 'x'",
        "SELECT engage('s01')",
        "SELECT sizes()",
        "SELECT activity()",
        "SELECT stop_check(1)",
        "SELECT lo_create(0)",
        "SELECT lo_creat(1)",
        "SELECT lo_from_bytea(0, 'x')",
        "CREATE TABLE x ()",
        "CREATE TABLE public.x ()",
        "CREATE TEMPORARY TABLE x ()",
        "CREATE SCHEMA x",
        "CREATE EXTENSION dblink",
        "CREATE ROLE x",
        "CREATE DATABASE x",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'exporter'",
        "SET ROLE students",
        "SET ROLE provisioner",
        "SET ROLE s01",
        "GRANT board_readers TO s01",
        "ALTER ROLE board_reader CREATEDB",
    ],
)
def test_and_nothing_else(asking: Callable[..., psycopg.Connection[Any]], sql: str) -> None:
    with asking() as connection, pytest.raises(REFUSED):
        connection.execute(sql.encode())


def test_nobodys_statements_are_seen(lab: Workshop, asking: Callable[..., psycopg.Connection[Any]]) -> None:
    lab.sql("s01", "SELECT 'canary'")
    with asking() as connection:
        seen = connection.execute(
            "SELECT DISTINCT query FROM pg_stat_activity WHERE usename <> current_user"
        ).fetchall()
    assert {text for (text,) in seen} <= {"<insufficient privilege>", "", None}


@pytest.mark.parametrize("database", ["s01", "course", "postgres", "template1", "reference"])
def test_no_other_database_opens(asking: Callable[..., psycopg.Connection[Any]], database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf rejects"):
        asking(dbname=database)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"sslmode": "disable", "sslrootcert": ""}, "pg_hba.conf rejects"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"host": "localhost"}, None),
        ({"host": "elsewhere"}, "certificate for .* does not match host name"),
    ],
)
def test_how_it_is_let_in(
    asking: Callable[..., psycopg.Connection[Any]], other: dict[str, str], said: str | None
) -> None:
    if said is None:
        asking(**other).close()
        return
    with pytest.raises(psycopg.OperationalError, match=said):
        asking(**other)


def test_what_it_takes_is_bounded(asking: Callable[..., psycopg.Connection[Any]]) -> None:
    held = [asking() for _ in range(4)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            asking()
        assert held[0].execute("SHOW statement_timeout").fetchone() == ("10s",)
    finally:
        for each in held:
            each.close()


def test_where_students_may_look_it_is_gone_and_nothing_restarts(
    lab: Workshop,
) -> None:
    before = lab.running()
    for visibility, there in (("anonymous", False), ("own", True)):
        lab.set(visibility=visibility)
        lab.up()
        listed = docker("exec", "-u", "postgres", lab.container("postgres"), "psql", "-XAtc",
                        "SELECT count(*) FROM pg_roles WHERE rolname = 'board_reader'", "postgres")  # fmt: skip
        assert listed == ("1" if there else "0")
        assert ("boards-sql" in lab.pulumi("stack", "--show-urns").stdout) is there
        lab.up("--refresh", "--expect-no-changes")
    assert lab.running() == before


def test_a_destroy_that_an_archive_stopped_is_taken_back_and_the_role_has_the_new_password(
    lab: Workshop, asking: Callable[..., psycopg.Connection[Any]]
) -> None:
    before = source_of(lab)["password"]
    with_programs(lab)
    folder = lab.archives / lab.stack / "s02"
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert operate(lab, "down").returncode != 0
    folder.unlink()
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    lab.up("--refresh", "--expect-no-changes")
    now = source_of(lab)["password"]
    assert now != before
    with asking(password=now, sslmode="require", sslrootcert="") as connection:
        connection.execute("TABLE progress")


def test_a_destroy_that_is_killed_while_archives_are_written_is_taken_back_with_its_boards(lab: Workshop) -> None:
    killed(lab, "'s02 exec '*'student-dump'*", "destroy", "--yes", "--skip-preview")
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert "up: dashboard mentor-class in Grafana at " in said(done)
    assert "removed, which no state knows" in said(done)
    lab.up("--refresh", "--expect-no-changes")


def test_the_end_asks_neither_server(lab: Workshop) -> None:
    lab.destroy(MENTOR_ARCHIVE="off")
