"""`make lesson` with dumps of every form: one only fills its own database, and what it may not do stops it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ops import lesson, lesson_test, scratch
from ops.console import StopError
from ops.drafting import loading, sample
from ops.scratch import Scratch

OWNED = """
CREATE SCHEMA sales;
ALTER SCHEMA sales OWNER TO postgres;
COMMENT ON EXTENSION plpgsql IS 'as old dumps have it';
CREATE TABLE sales.a (id integer NOT NULL);
ALTER TABLE sales.a OWNER TO postgres;
GRANT SELECT ON sales.a TO "Some One";
ALTER TABLE ONLY sales.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);
"""
ENDLESS = r"""
CREATE TABLE a (id integer);
\! for one in /proc/[0-9]*/fd/[12]; do yes > $one 2> /dev/null & done
\! psql -h /tmp/socket -d sample -c 'BEGIN; LOCK a; SELECT pg_sleep(900)' > /dev/null 2>&1 &
\! rm /tmp/said; mkfifo /tmp/said
"""
PROOF = r"""
\! { id -un; wc -l < /proc/net/route; grep CapEff /proc/self/status; touch /no; cat /tmp/server/log; } > /tmp/proof 2>&1
CREATE TABLE a (id integer);
"""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the containers that a test starts."""
    found: list[str] = []
    container = scratch.container

    @contextmanager
    def watched(*arguments: Any, **options: Any) -> Iterator[str]:
        with container(*arguments, **options) as name:
            found.append(name)
            yield name

    monkeypatch.setattr(scratch, "container", watched)
    return found


def test_a_dump_with_owners_and_rights_loads_without_them(course: Path, dump: Path) -> None:
    dump.write_text(OWNED)
    assert lesson.main() == 0
    text = (course / "solution" / "finished.sql").read_text()
    assert "CREATE TABLE sales.a" in text
    assert "OWNER" not in text
    assert "Some One" not in text
    assert lesson_test.main() == 0


def test_a_dump_in_pg_dumps_own_format_and_a_folder_of_files_make_the_same_course(
    server: Scratch, course: Path, dump: Path
) -> None:
    server.database("packed")
    server.sql(
        "packed", OWNED.split("COMMENT", maxsplit=1)[0].replace("ALTER", "--") + "CREATE TABLE sales.a (id integer);"
    )
    packed = server.execute("pg_dump", "-Fc", "-U", "student", "-d", "packed")
    dump.write_bytes(packed.stdout)
    assert lesson.main() == 0
    first = (course / "lab.yaml").read_text()
    course.rename(course.with_name("first"))
    dump.unlink()
    dump.mkdir()
    (dump / "1 schema.sql").write_text("CREATE SCHEMA sales;\n")
    (dump / "2.sql").write_text("CREATE TABLE sales.a (id integer);\n")
    assert lesson.main() == 0
    assert (course / "lab.yaml").read_text() == first


def test_what_a_dump_runs_is_nobody_without_network_or_disk(dump: Path) -> None:
    dump.write_text(PROOF)
    with loading.loaded(sample.found(dump)) as database:
        proof = scratch.docker("exec", database.container, "cat", "/tmp/proof").stdout.decode()  # noqa: S108
        assert "!" not in database.solution().decode()
    who, routes, rights, *refused = proof.splitlines()
    assert (who, routes, rights) == ("loader", "1", "CapEff:\t0000000000000000"), (
        "of the routes there is the head alone"
    )
    assert "Read-only file system" in refused[0]
    assert "Permission denied" in refused[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SELECT nonsense;", ':2: ERROR: column "nonsense" does not exist'),
        ("\\set ON_ERROR_STOP off\nSELECT nonsense;", ':3: ERROR: column "nonsense" does not exist'),
        ("COPY a FROM PROGRAM 'id';", ":2: ERROR: permission denied to COPY to or from an external program"),
        ("COPY a FROM '/etc/passwd';", ":2: ERROR: permission denied to COPY from a file"),
        ("\\connect postgres", "connection to server"),
        ("\\connect - keeper", "connection to server"),
        ("\\i /etc/passwd", "syntax error"),
        ("CREATE DATABASE other;", ":2: ERROR: permission denied to create database"),
        ("CREATE EXTENSION postgis;", ':2: ERROR: extension "postgis" is not available'),
    ],
)
def test_what_a_dump_may_not_do_stops_it_with_its_line_and_nothing_is_written(
    course: Path, dump: Path, started: list[str], line: str, said: str
) -> None:
    dump.write_text(f"CREATE TABLE a (id text);\n{line}\n")
    with pytest.raises(StopError) as stopped:
        lesson.main()
    assert str(dump) in str(stopped.value)
    assert said in str(stopped.value)
    assert len(str(stopped.value).splitlines()) == 1
    assert not course.exists()
    assert len(started) == 1
    assert not scratch.docker("ps", "-aq", "--filter", f"name={started[0]}").stdout


def test_what_pg_restore_says_is_told_and_its_roles_are_made(server: Scratch, course: Path, dump: Path) -> None:
    server.database("restored")
    server.sql("postgres", "CREATE ROLE app", user="postgres")
    server.sql("restored", "CREATE TABLE a (id integer); CREATE POLICY p ON a TO app USING (id > 0)")
    dump.write_bytes(server.execute("pg_dump", "-Fc", "-U", "student", "-d", "restored").stdout)
    assert lesson.main() == 0
    assert "TO app" not in (course / "solution" / "finished.sql").read_text()
    assert lesson_test.main() == 0
    server.sql("restored", "CREATE FUNCTION nothing() RETURNS timestamptz LANGUAGE internal AS 'now'", user="postgres")
    dump.write_bytes(server.execute("pg_dump", "-Fc", "-U", "student", "-d", "restored").stdout)
    course.rename(course.with_name("first"))
    with pytest.raises(StopError, match=f"{dump}: ERROR: permission denied for language internal"):
        lesson.main()


def test_what_a_dump_leaves_running_ends_and_what_it_says_without_end_reaches_nobody(course: Path, dump: Path) -> None:
    dump.write_text(ENDLESS)
    assert lesson.main() == 0
    assert (course / "lab.yaml").exists()
