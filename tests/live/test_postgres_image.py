"""The postgres image, by itself: who gets in, what a hostile owner cannot do, the template, dump and restore."""

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.live import image_kit as kit

READER = 'reader-canary "#\\,=ö'
PROVISIONER = "provisioner-canary 'x"
PASSWORDS = {"s01": "s01-canary \"'\\", "s02": "s02-canary"}
SAMPLE = "CREATE TABLE animal (id int PRIMARY KEY, name text NOT NULL);\nINSERT INTO animal VALUES (1, 'Esel');\n"


@dataclass(frozen=True)
class Running:
    """A server with two students' databases, and the directory behind it."""

    ground: kit.Ground
    container: str
    directory: str
    volume: str
    authority: kit.Authority
    files: dict[str, str]

    def connect(
        self,
        user: str,
        database: str | None = None,
        password: str | None = None,
        sslmode: str = "verify-full",
        container: str | None = None,
    ) -> psycopg.Connection[Any]:
        """As from a student's laptop: through the published port, with the server's certificate checked."""
        if password is None:
            password = PROVISIONER if user == "provisioner" else PASSWORDS[user]
        connection: psycopg.Connection[Any] = psycopg.connect(
            host="postgres", hostaddr="127.0.0.1", port=kit.published(container or self.container, 5432), user=user,
            password=password, dbname=database or user, sslmode=sslmode, connect_timeout=120, autocommit=True,
            sslrootcert=str(self.authority.folder / "ca.crt"),
        )  # fmt: skip
        return connection

    def query(self, user: str, sql: str, database: str | None = None) -> list[Any]:
        with self.connect(user, database) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def admin(self, sql: str, database: str = "postgres") -> str:
        psql = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
        return kit.docker("exec", "-u", "postgres", self.container, *psql).stdout.strip()

    def load(self, files: Mapping[str, str | bytes], names: list[str] | None = None) -> kit.Completed:
        packed = kit.tar_of({"load.json": json.dumps({"files": list(files) if names is None else names}), **files})
        return kit.docker("exec", "-i", self.container, "course-load", stdin=packed, check=False)

    def load_sample(self) -> None:
        assert self.load({"sample.sql": SAMPLE}).stderr == ""

    def dump(self, student: str) -> bytes:
        """Through a file: the kit's output is text."""
        kit.docker("exec", self.container, "bash", "-c", f"student-dump {student} > /tmp/{student}.dump")
        packed = kit.run_binary("docker", "cp", f"{self.container}:/tmp/{student}.dump", "-")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            content = archive.extractfile(f"{student}.dump")
            assert content
            return content.read()

    def restore(self, student: str, dump: bytes) -> kit.Completed:
        return kit.docker("exec", "-i", self.container, "student-restore", student, stdin=dump, check=False)


def start(ground: kit.Ground, files: dict[str, str], volume: str, name: str = "postgres", *options: str) -> str:
    container = ground.container(
        name,
        kit.image("postgres"),
        files,
        "-v",
        f"{volume}:/var/lib/postgresql/data",
        "-p",
        "127.0.0.1::5432",
        *options,
    )
    kit.wait_healthy(container)
    return container


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with kit.ground() as ground:
        authority = kit.Authority.new(tmp_path_factory.mktemp("postgres") / "ca")
        directory = ground.container("directory", kit.image("directory"), kit.directory_files(authority, READER))
        files = kit.postgres_files(authority, READER, PROVISIONER)
        volume = ground.volume("data")
        container = start(ground, files, volume, "postgres", "-e", "TZ=Europe/Vienna", "-e", "MAX_CONNECTIONS=50")
        kit.wait_healthy(directory)
        made = Running(ground, container, directory, volume, authority, files)
        made.load_sample()
        for student, password in PASSWORDS.items():
            assert kit.put_account(directory, student, password).returncode == 0
            new_student(made, student)
        yield made


def new_student(running: Running, student: str) -> None:
    """As the program does it: a role without a password, and a copy of the template."""
    with running.connect("provisioner", "postgres") as provisioner:
        provisioner.execute(f"CREATE ROLE {student} LOGIN IN ROLE students CONNECTION LIMIT 8".encode())
        provisioner.execute(f"GRANT {student} TO provisioner".encode())
        provisioner.execute(f"CREATE DATABASE {student} OWNER {student} TEMPLATE course".encode())


@pytest.fixture
def student(running: Running) -> Iterator[str]:
    """A student whose database is as new."""
    yield "s01"
    running.admin("DROP DATABASE IF EXISTS s01 WITH (FORCE)")
    running.admin("CREATE DATABASE s01 OWNER s01 TEMPLATE course")
    running.admin("ALTER ROLE s01 RESET ALL")


@pytest.fixture(scope="module")
def owner(running: Running) -> Iterator[psycopg.Connection[Any]]:
    """The first student's session, while the second has one too."""
    with running.connect("s02"), running.connect("s01") as session:
        yield session


# Who gets in


def test_a_student_signs_in_over_tls_with_the_directorys_password(running: Running) -> None:
    [(tls, zone, limit)] = running.query(
        "s01",
        "SELECT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), current_setting('timezone'), "
        "current_setting('temp_file_limit')",
    )
    assert (tls, zone, limit) == (True, "Europe/Vienna", "512MB")


@pytest.mark.parametrize(
    ("user", "database", "password", "sslmode", "message"),
    [
        ("s01", "s01", None, "disable", "no encryption"),
        ("s01", "s02", None, "require", "rejects connection"),
        ("s01", "postgres", None, "require", "rejects connection"),
        ("s01", "course", None, "require", "rejects connection"),
        ("s01", "template1", None, "require", "rejects connection"),
        ("s01", "s01", "wrong-canary", "require", "LDAP authentication failed"),
        ("s01", "s01", "", "require", "no password supplied"),
        ("s02", "s02", PASSWORDS["s01"], "require", "LDAP authentication failed"),
        ("s01", "monitor", None, "require", "rejects connection"),
        ("s01", "reference", None, "require", "rejects connection"),
        ("postgres", "postgres", "x", "require", "rejects connection"),
        ("grader", "monitor", "x", "require", "rejects connection"),
        ("grader", "s01", "x", "require", "rejects connection"),
        ("exporter", "monitor", "x", "require", "rejects connection"),
        ("check_s01", "s01", "x", "require", "rejects connection"),
        ("loader", "loader", "x", "require", "rejects connection"),
        ("provisioner", "postgres", PROVISIONER, "disable", "no encryption"),
        ("provisioner", "postgres", "wrong-canary", "require", "password authentication failed"),
    ],
)
def test_t8_everybody_else_is_refused(
    running: Running, user: str, database: str, password: str | None, sslmode: str, message: str
) -> None:
    with pytest.raises(psycopg.OperationalError, match=message):
        running.connect(user, database, password, sslmode)


@pytest.mark.parametrize("name", ["*", "s02)(uid=*", "a\\,ou=x", "s02/", "s0*"])
def test_t12_a_name_is_no_filter(running: Running, name: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        running.connect(name, name, PASSWORDS["s02"])


def test_a_changed_password_holds_at_once(running: Running) -> None:
    assert (
        kit.docker("exec", "-i", running.directory, "account", "reset", "s02", stdin="changed-canary").returncode == 0
    )
    with running.connect("s02", password="changed-canary"):
        pass
    kit.docker("exec", "-i", running.directory, "account", "reset", "s02", stdin=PASSWORDS["s02"])


def test_a_directory_with_another_certificate_is_not_asked(running: Running, tmp_path: Path) -> None:
    stranger = kit.Authority.new(tmp_path / "ca")
    files = running.files | {"directory_ca.crt": stranger.certificate}
    container = start(running.ground, files, running.ground.volume("stranger"), "stranger")
    kit.docker("exec", "-u", "postgres", container, "psql", "-Xq", "-c", "CREATE ROLE s01 LOGIN IN ROLE students",
               "-c", "CREATE DATABASE s01 OWNER s01")  # fmt: skip
    with pytest.raises(psycopg.OperationalError, match="LDAP authentication failed"):
        running.connect("s01", container=container, sslmode="require")
    kit.wait_logged(container, "Can't contact LDAP server")
    running.ground.remove(container)


def test_an_external_directory_over_starttls_with_other_names(running: Running) -> None:
    """Another base and another attribute, as a university has them, made of the same slapd without its TLS port."""
    files = kit.directory_files(running.authority, READER)
    edit = (
        "sed -i 's/dc=mentor/dc=uni,dc=example/g; s/^dc: mentor/dc: uni/' /etc/ldap/slapd.conf /etc/ldap/base.ldif "
        "/usr/local/bin/* /usr/local/lib/mentor/* && sed -i 's|ldaps:///|ldap:///|' /usr/local/bin/start"
    )
    built = kit.docker("build", "--quiet", "-", stdin=f"FROM {kit.image('directory')}\nRUN {edit}\n",
                       env={"DOCKER_BUILDKIT": "0"}).stdout.strip()  # fmt: skip
    university = running.ground.container("university", built, files, alias="directory")
    other = running.ground.volume("external")
    external = kit.postgres_files(
        running.authority, READER, PROVISIONER, port=389, tls="starttls", base="ou=people,dc=uni,dc=example",
        bind_dn="cn=reader,dc=uni,dc=example", attribute="cn", bundled=False,
    )  # fmt: skip
    # Both answer to the one name that is in the certificate, so the workshop's own one leaves for a moment.
    kit.docker("network", "disconnect", running.ground.token, running.directory)
    try:
        container = start(running.ground, external, other, "external")
        assert kit.put_account(university, "u4711", "uni-canary", name="s01").returncode == 0
        kit.docker("exec", "-u", "postgres", container, "psql", "-Xq", "-c", "CREATE ROLE s01 LOGIN IN ROLE students",
                   "-c", "CREATE DATABASE s01 OWNER s01")  # fmt: skip
        with running.connect("s01", password="uni-canary", container=container):
            pass
        with pytest.raises(psycopg.OperationalError, match="LDAP authentication failed"):
            running.connect("s01", password="wrong-canary", container=container)
        running.ground.remove(container)
    finally:
        running.ground.remove(university)
        kit.docker("image", "rm", "--force", built)
        kit.docker("network", "connect", "--alias", "directory", running.ground.token, running.directory)


# What an owner can do


OWN_DATABASE = (psycopg.errors.ObjectInUse, psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidParameterValue)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY animal FROM '/etc/passwd'",
        "COPY animal TO '/tmp/x'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT * FROM pg_hba_file_rules()",
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION postgres_fdw",
        "CREATE EXTENSION file_fdw",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system'",
        "ALTER SYSTEM SET log_statement = 'all'",
        "LOAD 'auth_delay'",
        "SET log_statement = 'all'",
        "SET temp_file_limit = -1",
        "SET session_authorization = 's02'",
        "SET ROLE s02",
        "SET ROLE provisioner",
        "GRANT s01 TO s02",
        "GRANT students TO s02",
        "ALTER ROLE s01 CREATEDB",
        "ALTER ROLE s01 CONNECTION LIMIT -1",
        "ALTER ROLE s02 PASSWORD 'x'",
        "CREATE ROLE x",
        "CREATE DATABASE x",
        "DROP DATABASE s01",
        "DROP DATABASE s02",
        "ALTER DATABASE s01 RENAME TO x",
        "ALTER DATABASE s01 ALLOW_CONNECTIONS false",
        "ALTER DATABASE s02 CONNECTION LIMIT 0",
        "CREATE TABLESPACE x LOCATION '/tmp'",
        "CREATE SUBSCRIPTION x CONNECTION 'host=127.0.0.1' PUBLICATION x",
        "BEGIN; LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 's02'",
        "SELECT pg_reload_conf()",
    ],
)
def test_t9_t10_an_owners_tricks_are_denied(owner: psycopg.Connection[Any], sql: str) -> None:
    expected = (psycopg.errors.InsufficientPrivilege, *(OWN_DATABASE if "DATABASE s01" in sql else ()))
    with pytest.raises(expected):
        owner.execute(sql.encode())
    owner.execute("ROLLBACK")


def test_t9_what_an_owner_can_set_does_no_harm(running: Running, student: str) -> None:
    for sql in ("ALTER ROLE s01 PASSWORD 'local-canary'", "ALTER DATABASE s01 CONNECTION LIMIT -1",
                "SET statement_timeout = 0", "ALTER DATABASE s01 IS_TEMPLATE true"):  # fmt: skip
        running.query(student, sql)
    with pytest.raises(psycopg.OperationalError, match="LDAP authentication failed"):
        running.connect(student, password="local-canary")
    running.admin("ALTER DATABASE s01 IS_TEMPLATE false")


def test_t8_another_ones_statements_stay_hidden(running: Running) -> None:
    with running.connect("s02") as victim:
        victim.execute("SELECT 'secret-canary'")
        seen = running.query("s01", "SELECT query, client_addr FROM pg_stat_activity WHERE usename = 's02'")
        assert set(seen) == {("<insufficient privilege>", None)}
        assert running.query("s01", "SELECT count(*) FROM pg_database WHERE datname = 's02'") == [(1,)]


def test_the_stack_gets_in_when_the_students_have_taken_every_place(running: Running) -> None:
    running.admin("ALTER ROLE s01 CONNECTION LIMIT -1")
    taken = []
    try:
        with pytest.raises(psycopg.OperationalError, match="pg_use_reserved_connections"):
            taken += [running.connect("s01") for _ in range(50)]
        assert running.query("provisioner", "SELECT 1", "postgres") == [(1,)]
    finally:
        for connection in taken:
            connection.close()
        running.admin("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 's01'")
        running.admin("ALTER ROLE s01 CONNECTION LIMIT 8")


# The template


def test_a_copy_of_the_template_belongs_to_the_student(running: Running, student: str) -> None:
    assert running.query(student, "SELECT * FROM animal") == [(1, "Esel")]
    running.query(
        student,
        """ALTER TABLE animal ADD legs int; CREATE INDEX ON animal (name); TRUNCATE animal; DROP TABLE animal;
        CREATE SCHEMA mine; CREATE TABLE mine.t (); CREATE EXTENSION pgcrypto""",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("SELECT 1;\n\nSELECT 1,\n  nope\nFROM pg_class;\n", 'bad.sql:4: ERROR:  column "nope" does not exist'),
        ("SELECT 1;\nSELEC 2;\nSELECT 3;\n", 'bad.sql:2: ERROR:  syntax error at or near "SELEC"'),
        ("-- one\n\nSELECT\n  1 / 0\n;\n", "bad.sql:3: ERROR:  division by zero"),
        ("CREATE TABLE t (n int);\nCOPY t FROM stdin;\n1\nzwei\n\\.\n", "bad.sql:4: ERROR:  invalid input syntax"),
        ("\\set ON_ERROR_STOP off\nSELECT nope;\nSELECT 1;\n", 'bad.sql:2: ERROR:  column "nope" does not exist'),
        ("SELECT 1;\n\\nonsense\n", "bad.sql:2: error: invalid command \\nonsense"),
        ("SELECT 1;\nCREATE EXTENSION dblink;\n", "bad.sql:2: ERROR:  permission denied to create extension"),
        ("\ufeff-- a comment\r\nSELECT 1;\r\nSELECT nope;\r\n", 'bad.sql:3: ERROR:  column "nope" does not exist'),
        ("SELECT 1;\n-- für\n".encode("latin-1"), "bad.sql:2: ERROR:  this is not UTF-8"),
        ("SELECT 1;".encode("utf-16"), "bad.sql:1: ERROR:  this is not UTF-8"),
    ],
)
def test_b55_to_b58_an_error_names_file_and_line(running: Running, content: str | bytes, message: str) -> None:
    done = running.load({"good.sql": SAMPLE, "bad.sql": content})
    assert done.returncode == 1
    assert done.stderr.startswith(message)
    assert running.admin("SELECT name FROM animal", "course") == "Esel"
    assert running.admin("SELECT count(*) FROM pg_database WHERE datname ~ '^course_'") == "0"


def test_b57_windows_files_load_as_they_are_meant(running: Running) -> None:
    text = "\ufeffCREATE TABLE w (a int, b text);\nCOPY w FROM stdin;\n1\tx\n\\.\nINSERT INTO w VALUES (2, 'y\nz');\n"
    assert running.load({"sub/ü file.sql": text.replace("\n", "\r\n")}).stderr == ""
    assert running.admin("SELECT string_agg(b, '|') FROM w", "course") == "x|y\nz"
    running.load_sample()


def test_the_courses_sql_has_no_rights_on_the_server(running: Running) -> None:
    hostile = (
        "\\! cat /etc/mentor/provisioner_password /run/postgresql/mentor/* > told\n"
        "\\! psql -U postgres -c 'CREATE ROLE hacked SUPERUSER'\n"
        "RESET ROLE;\nCREATE TABLE left_behind ();\nSELECT pg_read_file('/etc/passwd');\n"
    )
    done = running.load({"hostile.sql": hostile})
    assert "hostile.sql:5: ERROR:  permission denied for function pg_read_file" in done.stderr
    assert "canary" not in done.stderr + done.stdout
    assert running.admin("SELECT count(*) FROM pg_roles WHERE rolname = 'hacked'") == "0"
    assert running.load({"reset.sql": "RESET ROLE;\nCREATE TABLE t ();\n"}).stderr == ""
    assert running.admin("SELECT tableowner FROM pg_tables WHERE tablename = 't'", "course") == "students"
    running.load_sample()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "nope.sql", "-c"])
def test_a_file_that_is_not_in_the_course_is_named(running: Running, name: str) -> None:
    done = running.load({"sample.sql": SAMPLE}, [name])
    assert (done.returncode, done.stderr) == (1, f"course-load: {name}: no such file in the course\n")


def test_loading_again_replaces_the_template_while_somebody_looks_at_it(running: Running) -> None:
    with running.connect("provisioner", "course"):
        assert running.load({}).stderr == ""
    assert running.admin("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "course") == "0"
    running.load_sample()
    running.load_sample()
    assert running.admin("SELECT count(*) FROM animal", "course") == "1"


# Dump and restore


def test_a_restored_database_is_what_was_dumped_and_the_students_own(running: Running, student: str) -> None:
    running.query(student, "ALTER TABLE animal ADD legs int DEFAULT 4")
    running.query(student, 'CREATE SCHEMA "Mein Ü"')
    running.query(student, 'CREATE MATERIALIZED VIEW "Mein Ü".v AS SELECT name, legs FROM animal')
    dump = running.dump(student)
    running.query(student, 'DROP SCHEMA "Mein Ü" CASCADE; DROP TABLE animal; CREATE TABLE later ()')
    with running.connect(student):
        done = running.restore(student, dump)
    assert (done.returncode, done.stderr) == (0, "")
    assert running.query(student, 'SELECT * FROM "Mein Ü".v') == [("Esel", 4)]
    assert running.query(student, "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'") == [
        ("animal", student)
    ]
    assert running.admin("SELECT count(*) FROM pg_database WHERE datname ~ '_s01$'") == "0"


def test_a_dump_goes_into_another_students_database(running: Running, student: str) -> None:
    running.query(student, "CREATE TABLE moved ()")
    assert running.restore("s02", running.dump(student)).stderr == ""
    assert running.query("s02", "SELECT tableowner FROM pg_tables WHERE tablename = 'moved'") == [("s02",)]


@pytest.mark.parametrize("dump", [b"", b"PGDMP nonsense"])
def test_a_dump_that_is_broken_changes_nothing(running: Running, student: str, dump: bytes) -> None:
    done = running.restore(student, dump)
    assert done.returncode == 1
    assert 'student-restore: the dump cannot be restored; database "s01" is as it was' in done.stderr
    assert running.query(student, "SELECT name FROM animal") == [("Esel",)]
    half = running.dump(student)
    assert running.restore(student, half[: len(half) // 2]).returncode == 1
    assert running.query(student, "SELECT name FROM animal") == [("Esel",)]


def test_a_students_settings_do_not_stop_his_archive(running: Running, student: str) -> None:
    settings = ["search_path = nope", "default_transaction_read_only = on", "client_encoding = LATIN1",
                "statement_timeout = '1ms'", "transaction_timeout = '1ms'", "lock_timeout = '1ms'"]  # fmt: skip
    for setting in settings:
        running.admin(f"ALTER DATABASE s01 SET {setting}")
    for target in ("DATABASE", "ROLE"):
        running.admin(f"ALTER {target} s01 SET role = students")
    assert running.restore(student, running.dump(student)).stderr == ""
    running.admin("ALTER ROLE s01 RESET ALL")
    assert running.admin("SELECT tableowner FROM pg_tables WHERE tablename = 'animal'", "s01") == "s01"
    assert running.query(student, "SELECT name FROM animal") == [("Esel",)]


def test_a_function_that_runs_during_a_restore_gains_nothing(running: Running, student: str) -> None:
    """A check constraint's function is called for every row; with a superuser's session behind it, it would win."""
    running.query(
        student,
        """CREATE TABLE seen (who text);
        CREATE FUNCTION spy(int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
          BEGIN EXECUTE 'RESET ROLE'; EXECUTE 'ALTER ROLE s01 SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
          BEGIN EXECUTE 'SET SESSION AUTHORIZATION postgres'; EXCEPTION WHEN OTHERS THEN NULL; END;
          INSERT INTO public.seen VALUES (session_user); RETURN true; END $$;
        CREATE TABLE trap (n int CHECK (spy(n))); INSERT INTO trap VALUES (1)""",
    )
    assert running.restore(student, running.dump(student)).stderr == ""
    assert set(running.query(student, "SELECT who FROM seen")) == {("s01",)}
    assert running.admin("SELECT rolsuper FROM pg_roles WHERE rolname = 's01'") == "f"


def test_the_courses_own_schema_is_not_the_students_work(running: Running, student: str) -> None:
    running.admin("CREATE SCHEMA lab; CREATE TABLE lab.task AS SELECT 1 AS id; GRANT USAGE ON SCHEMA lab TO s01", "s01")
    dump = running.dump(student)
    running.admin("UPDATE lab.task SET id = 2", "s01")
    assert running.restore(student, dump).stderr == ""
    assert running.admin("SELECT id FROM lab.task", "s01") == "2"
    assert running.admin("SELECT tableowner FROM pg_tables WHERE tablename = 'task'", "s01") == "postgres"


@pytest.mark.parametrize("command", ["student-dump", "student-restore"])
def test_who_is_not_there_is_named(running: Running, command: str) -> None:
    done = kit.docker("exec", "-i", running.container, command, "nobody", check=False)
    assert (done.returncode, done.stderr) == (1, f'{command}: there is no role "nobody"\n')


# The container


def test_no_secret_in_log_argv_or_environment(running: Running) -> None:
    with pytest.raises(psycopg.OperationalError):
        running.connect("s01", password="wrong-canary")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        running.query("s01", "SELECT 'statement-canary' + nope_canary")
    with running.connect("s01") as connection:
        seen = kit.docker("top", running.container, "-eo", "pid,args").stdout
        connection.execute("SELECT 1")
    kit.wait_logged(running.container, "LDAP authentication failed")
    seen += kit.logs(running.container) + kit.docker("inspect", running.container).stdout
    seen += kit.docker("history", "--no-trunc", kit.image("postgres")).stdout
    assert "canary" not in seen
    generated = kit.docker("exec", running.container, "stat", "-c", "%a %U", "/run/postgresql/mentor/pg_hba.conf")
    assert generated.stdout == "600 postgres\n"


def test_one_volume_has_one_server(running: Running) -> None:
    second = running.ground.container(
        "second", kit.image("postgres"), running.files, "-v", f"{running.volume}:/var/lib/postgresql/data"
    )
    assert kit.wait_exited(second) == 1
    assert "postgres: another container is using this volume" in kit.logs(second)
    running.ground.remove(second)


def test_data_survives_kill_restart_and_a_new_container(running: Running, student: str) -> None:
    running.query(student, "CREATE TABLE kept AS SELECT 42 AS answer")
    kit.docker("kill", running.container)
    kit.docker("start", running.container)
    kit.wait_healthy(running.container)
    assert running.query(student, "SELECT * FROM kept") == [(42,)]
    running.ground.remove(running.container)
    files = kit.postgres_files(running.authority, READER, "another-canary")
    start(running.ground, files, running.volume, "postgres", "-e", "MAX_CONNECTIONS=60")
    assert running.query(student, "SELECT * FROM kept") == [(42,)]
    with running.connect("provisioner", "postgres", "another-canary"), pytest.raises(psycopg.OperationalError):
        running.connect("provisioner", "postgres", PROVISIONER)
    running.ground.remove(running.container)
    start(
        running.ground, running.files, running.volume, "postgres", "-e", "TZ=Europe/Vienna", "-e", "MAX_CONNECTIONS=50"
    )


def test_a_first_start_that_was_killed_is_begun_again(running: Running) -> None:
    volume = running.ground.volume("half")
    kit.docker("run", "--rm", "-v", f"{volume}:/v", "--entrypoint", "sh", kit.image("postgres"), "-c",
               "mkdir /v/17.new; echo junk > /v/17.new/PG_VERSION")  # fmt: skip
    running.ground.remove(start(running.ground, running.files, volume, "half"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"provisioner_password": ""}, "postgres: /etc/mentor/provisioner_password is missing or empty"),
        ({"directory.json": '{"tls": "none"}'}, "postgres: /etc/mentor/directory.json cannot be used"),
        ({"tls.key": "nonsense"}, "postgres: the server does not start on the volume's data"),
    ],
)
def test_a_start_that_cannot_work_says_why(running: Running, change: dict[str, str], message: str) -> None:
    container = running.ground.container("wrong", kit.image("postgres"), running.files | change)
    assert kit.wait_exited(container) == 1
    assert message in kit.logs(container)
    running.ground.remove(container)
