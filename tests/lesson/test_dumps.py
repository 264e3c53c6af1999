"""`make lesson` with dumps of every form: one only fills its own database, and what it may not do stops it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mentor.course import rowsets
from mentor.course.sqltext import Name
from ops import lesson, lesson_test, scratch
from ops.console import StopError
from ops.drafting import asking, loading, sample
from ops.drafting.asking import Ask
from ops.scratch import Scratch
from tests.waiting import PATIENCE

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
# What moves is not asked: these hide what they call.
HOSTILE = """
ALTER DATABASE sample SET datestyle = 'German';
ALTER DATABASE sample SET statement_timeout = 0;
CREATE FUNCTION pause() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN
  PERFORM set_config('statement_timeout', '0', false); EXECUTE 'SELECT p' || 'g_sleep(600)'; RETURN 'x'; END $$;
CREATE VIEW a_date AS SELECT date '2025-01-31' AS day, 'fine' AS word;
CREATE VIEW sleeps AS SELECT pause();
CREATE FUNCTION sleepy() RETURNS text LANGUAGE plpgsql IMMUTABLE
  AS $$ BEGIN EXECUTE 'SELECT p' || 'g_sleep(600)'; RETURN 1; END $$;
CREATE VIEW endless AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT 1 FROM r) SELECT count(*) AS n FROM r;
CREATE VIEW wide AS SELECT repeat('x', 2000000) AS x;
CREATE FUNCTION wordy() RETURNS SETOF text LANGUAGE sql IMMUTABLE
  AS $$ SELECT repeat('x', 100000) FROM generate_series(1, 100) $$;
CREATE FUNCTION ends(x boolean) RETURNS boolean LANGUAGE plpgsql STABLE
  AS $$ BEGIN EXECUTE 'SELECT p' || 'g_terminate_backend(p' || 'g_backend_pid())'; RETURN x; END $$;
CREATE VIEW fatal AS SELECT ends(true);
CREATE TABLE a (id integer);
CREATE FUNCTION writes() RETURNS integer LANGUAGE plpgsql STABLE
  AS $$ BEGIN EXECUTE 'INSERT INTO a VALUES (1)'; RETURN 1; END $$;
CREATE FUNCTION reads() RETURNS text LANGUAGE plpgsql STABLE
  AS $$ DECLARE found text; BEGIN
    EXECUTE 'SELECT p' || 'g_read_file(''/etc/passwd'')' INTO found; RETURN found; END $$;
"""
LIVING = """
CREATE FUNCTION lives() RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN
  LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$;
CREATE VIEW alive AS SELECT lives() AS n;
CREATE VIEW fine AS SELECT 1 AS n;
"""
MANY = """
CREATE TABLE many AS SELECT n FROM generate_series(1, 10001) AS n;
CREATE VIEW how_many AS SELECT count(*) FROM many;
CREATE FUNCTION last() RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(n) FROM many); END';
CREATE TABLE hidden (id integer);
INSERT INTO hidden VALUES (1);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
CREATE VIEW shown AS SELECT * FROM hidden;
CREATE TABLE dated (id serial, born date DEFAULT CURRENT_DATE, at timestamptz DEFAULT now());
INSERT INTO dated (born) VALUES ('2001-02-03'), ('2002-02-03');
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
        ("SET of_a_newer_server = 0;", "it comes from a newer PostgreSQL than the workshop's"),
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


def test_a_packed_dump_that_is_broken_or_too_new_is_told_so(server: Scratch, course: Path, dump: Path) -> None:
    server.database("broken")
    server.sql("broken", "CREATE TABLE a AS SELECT n FROM generate_series(1, 9999) AS n")
    whole = server.execute("pg_dump", "-Fc", "-U", "student", "-d", "broken").stdout
    newer = b"PGDMP" + bytes([whole[5], 99]) + whole[7:]
    for content, said in (
        (newer, r"unsupported version \(1\.99.*\) in file header \(it comes from a newer PostgreSQL"),
        (whole[: len(whole) // 2], r"could not read|end of file"), (whole[:20], r"could not read|end of file"),
    ):  # fmt: skip
        dump.write_bytes(content)
        with pytest.raises(StopError, match=f"{dump}: .*({said})") as stopped:
            lesson.main()
        assert len(str(stopped.value).splitlines()) == 1
        assert not course.exists()


def test_what_a_dump_leaves_running_ends_and_what_it_says_without_end_reaches_nobody(course: Path, dump: Path) -> None:
    dump.write_text(ENDLESS)
    assert lesson.main() == 0
    assert (course / "lab.yaml").exists()


def test_what_views_and_functions_do_when_they_are_asked_is_bounded(
    course: Path, dump: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump.write_text(HOSTILE)
    begun = time.monotonic()
    assert lesson.main() == 0
    assert time.monotonic() - begun < PATIENCE
    said = {line.removeprefix("lesson: no check: ") for line in capsys.readouterr().out.splitlines()}
    slow, wide = "it takes more than 0.4 seconds", "it takes more than 1 MiB"
    lost = "asking for it takes more time or memory than there is"
    assert {f"what {name} gives: {slow}" for name in ("sleeps", "endless", "sleepy()")} <= said
    assert {f"what {name} gives: {wide}" for name in ("wide", "wordy()")} <= said
    assert said & {f"what fatal gives: {why}" for why in (lost, "asking for it ends with the error 57P01")}
    assert "what writes() gives: asking for it ends with the error 0A000" in said
    assert "what reads() gives: missing rights or row-level security refuse it" in said
    text = (course / "lab.yaml").read_text()
    assert "returns:\n              - ['2025-01-31', fine]" in text
    assert text.count("returns:") == 1
    assert lesson_test.main() == 0


def test_what_outlives_its_time_ends_before_anything_else_is_asked(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SESSION_SECONDS", 5)
    dump.write_text(LIVING)
    alive, fine = (Ask("given", name, rowsets.of_view(Name(name, "public"))) for name in ("alive", "fine"))
    with loading.loaded(sample.found(dump)) as database:
        assert database.asked([alive, fine]) == [asking.LOST, [[1]]]
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'loader' AND query LIKE '%alive%'"
        psql = ("psql", "-XqAt", "-h", "/tmp/socket", "-U", "keeper", "-d", "postgres", "-c", query)  # noqa: S108
        assert scratch.docker("exec", "-u", "postgres", database.container, *psql).stdout == b"0\n"


def test_rows_that_are_too_many_are_only_counted_and_so_no_view_shows_them(
    course: Path, dump: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump.write_text(MANY)
    assert lesson.main() == 0
    said = {line.removeprefix("lesson: no check: ") for line in capsys.readouterr().out.splitlines()}
    changed = "other numbers, moments or another order of the same rows change it"
    refused = "missing rights or row-level security refuse it"
    assert {
        "what the rows of many hold: there are more than 10000; they are only counted",
        f"what how_many gives: {changed}", f"what last() gives: {changed}",
        f"rows of hidden: {refused}", f"what shown gives: {refused}",
        "values of id, at of dated: filled by themselves, and no foreign key refers to them",
    } <= said  # fmt: skip
    text = (course / "lab.yaml").read_text()
    assert "rows: many\n            count: 10001\n" in text
    assert "content: many" not in text
    assert "columns: [born]" in text
    assert lesson_test.main() == 0
