"""A reset of a student's database: saved first, as new afterwards, and nothing that he may do gets in its way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live import grader_kit
from tests.live import image_kit as kit
from tests.live.grader_kit import Class
from tests.waiting import until

RESET = "/databases/s01/reset"
DATABASE = """
SELECT datdba::regrole, encoding, datcollate, datctype, datconnlimit, datallowconn, datistemplate, datacl,
  (SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = pg_database.oid)
FROM pg_database WHERE datname = 's01'
"""
LENT = "SELECT count(*) FROM pg_auth_members WHERE member = 'keeper'::regrole AND roleid::regrole::text !~ '^pg_'"
LEFT = "SELECT count(*) FROM pg_database WHERE datname ~ '_s01$'"
HOSTILE = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.count(text) RETURNS bigint LANGUAGE sql AS 'SELECT pg_sleep(100)::text::bigint';
CREATE VIEW evil.pg_class AS SELECT pg_sleep(100)::text AS relname;
CREATE TABLE evil.checked (a int CHECK (evil.count(a::text) > 0));
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DATABASE s01 SET search_path = evil, public;
ALTER DATABASE s01 SET default_transaction_isolation = 'serializable';
ALTER DATABASE s01 CONNECTION LIMIT 0; ALTER DATABASE s01 SET statement_timeout=1; ALTER ROLE s01 SET role=students;
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    kit.need_engine()
    with grader_kit.school(tmp_path_factory.mktemp("resets")) as made:
        made.enrol("s01", "s02")
        for student in made.students:
            made.becomes(student, ok=False)
        yield made


def database(school: Class) -> str:
    return school.admin(DATABASE)


def dumped(school: Class, name: str, *options: str) -> str:
    return kit.docker("exec", school.name("grader"), "pg_restore", "-f", "-", *options, f"/saves/s01/{name}").stdout


def clean(school: Class) -> None:
    """Nothing is lent, nothing is left."""
    assert (school.admin(LENT), school.admin(LEFT)) == ("0", "0")


def test_it_saves_first_and_makes_the_database_as_new(school: Class) -> None:
    before = database(school)
    school.work("s01", "INSERT INTO animal VALUES (2, 'Hund')")
    school.becomes("s01", ok=True)
    seen = school.results()["s01"]["active_at"]
    with school.session("s02", "SELECT 1"):
        status, answer = school.ask("POST", RESET)
        assert (status, list(answer)) == (200, ["saved"])
        assert school.admin("SELECT count(*) FROM pg_stat_activity WHERE usename = 's02'") == "1"
    assert database(school) == before
    assert school.work("s01", "SELECT * FROM animal").stdout == "1|Esel\n"
    assert school.work("s01", "CREATE TABLE mine (); DROP TABLE mine, animal").returncode == 0
    place = f"stat -c '%a %G' /saves/s01/{answer['saved']}"
    assert kit.docker("exec", school.name("grader"), "sh", "-c", place).stdout == "640 saves\n"
    assert "2\tHund" in dumped(school, answer["saved"], "-a", "-t", "animal")
    clean(school)
    school.becomes("s01", ok=False)
    assert school.results()["s01"]["active_at"] >= seen
    status, _ = school.ask("POST", RESET)
    assert status == 200
    school.becomes("s01", ok=False)
    assert school.told("s01") == (False, "animal has 1 row, at least 2 expected")


def test_who_holds_a_lock_is_cut_off(school: Class) -> None:
    with school.session("s01", "LOCK TABLE animal IN ACCESS EXCLUSIVE MODE"):
        assert school.ask("POST", RESET)[0] == 200
    clean(school)


def test_a_dump_to_take_home_interrupts_nobody_and_changes_nothing(school: Class) -> None:
    before = database(school)
    school.work("s01", "INSERT INTO animal VALUES (7, 'Igel')")
    kit.docker("exec", school.name("grader"), "sh", "-c", "install -d -m 2770 -g saves /saves/.take-home")
    with school.session("s01", "SELECT 1"):
        status, answer = school.ask("POST", "/databases/s01/dump")
        assert status == 200, answer
        assert school.admin("SELECT count(*) FROM pg_stat_activity WHERE usename = 's01'") == "1"
    assert database(school) == before
    assert "7\tIgel" in dumped(school, f"../.take-home/s01/{answer['saved']}", "-a", "-t", "animal")
    assert school.work("s01", "DELETE FROM animal WHERE id = 7").returncode == 0
    # A teacher's reset does not wait for one that waits: it is what helps here.
    with school.session("s01", "LOCK TABLE animal IN ACCESS EXCLUSIVE MODE"), ThreadPoolExecutor() as beside:
        saving = beside.submit(school.ask, "POST", "/databases/s01/dump")
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'check_s01' AND wait_event_type = 'Lock'"
        until(lambda: school.admin(waiting) == "1", "the dump waits for the lock")
        assert school.ask("POST", RESET)[0] == 200
        assert saving.result() == (409, {"message": "Your database is being reset."})
    assert school.ask("POST", "/databases/s99/dump")[0] == 404
    clean(school)


def test_what_a_student_may_set_up_changes_nothing(school: Class) -> None:
    before = database(school)
    for line in HOSTILE.strip().splitlines():
        assert school.work("s01", line).returncode == 0, line
    school.admin("ALTER DATABASE s01 IS_TEMPLATE true")
    status, answer = school.ask("POST", RESET)
    assert status == 200, answer
    assert "evil" in dumped(school, answer["saved"], "-s")
    assert database(school) == before
    assert school.work("s01", "SELECT current_user, count(*) FROM animal").stdout == "s01|1\n"
    assert school.admin("SELECT rolconfig IS NULL FROM pg_roles WHERE rolname = 's01'") == "t"
    clean(school)


def test_where_nothing_can_be_saved_nothing_is_reset(school: Class) -> None:
    school.work("s01", "INSERT INTO animal VALUES (2, 'Hund')")
    before = database(school)
    kit.docker("exec", school.name("grader"), "sh", "-c", "mv /saves/s01 /saves/kept && touch /saves/s01")
    try:
        status, answer = school.ask("POST", RESET)
    finally:
        kit.docker("exec", school.name("grader"), "sh", "-c", "rm /saves/s01 && mv /saves/kept /saves/s01")
    assert status == 507
    assert answer["message"].startswith("The dump cannot be written: ")
    assert answer["message"].endswith(" Nothing was reset.")
    assert database(school) == before
    assert school.work("s01", "INSERT INTO animal VALUES (3, 'Katze'); SELECT count(*) FROM animal").stdout == "3\n"
    clean(school)


def test_what_a_killed_reset_left_is_cleared_away(school: Class) -> None:
    school.admin("CREATE DATABASE reset_s01 OWNER s01 IS_TEMPLATE true")
    school.admin("CREATE DATABASE before_reset_s01 OWNER s01")
    school.admin("GRANT s01 TO keeper")
    assert school.ask("POST", RESET)[0] == 200
    clean(school)


def test_a_grader_that_was_killed_in_the_middle_clears_up_when_it_starts(school: Class) -> None:
    before = database(school)
    school.admin("CREATE DATABASE reset_s01 OWNER s01 IS_TEMPLATE true")
    school.admin("CREATE DATABASE before_reset_s01 OWNER s01")
    school.admin("GRANT s01 TO keeper")
    school.admin("ALTER DATABASE s01 SET default_transaction_read_only = on")
    school.admin("ALTER DATABASE s01 ALLOW_CONNECTIONS false")
    kit.docker("restart", school.name("grader"))
    until(lambda: (school.admin(LENT), school.admin(LEFT), database(school)) == ("0", "0", before), "all is cleared up")
    assert school.work("s01", "INSERT INTO animal VALUES (9, 'Maus')").returncode == 0


def test_a_server_that_starts_takes_back_what_was_lent(school: Class) -> None:
    school.admin("GRANT s02 TO keeper")
    kit.docker("restart", school.name("postgres"))
    kit.wait_healthy(school.name("postgres"))
    assert school.admin(LENT) == "0"
    until(lambda: school.ask("POST", RESET)[0] == 200, "the grader has found the server again")


@pytest.mark.parametrize("name", ["postgres", "monitor", "course", "s99", "provisioner"])
def test_who_is_no_student_is_not_reset(school: Class, name: str) -> None:
    status, answer = school.ask("POST", f"/databases/{name}/reset")
    assert status == 404
    assert name in answer["message"]


def as_keeper(school: Class, sql: str, database: str = "monitor") -> str:
    """What a stolen keeper is told."""
    psql = ["psql", "-XqAt", "-h", "/run/postgresql-shared", "-U", "keeper", "-d", database, "-c", sql]
    said = kit.docker("exec", "-u", "902", school.name("grader"), *psql, check=False)
    assert said.returncode, f"{sql}: {said.stdout}"
    return said.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM result", "DELETE FROM pass", "SELECT stop_check(1)", "SELECT engage('s01')",
        "CREATE ROLE more SUPERUSER", "ALTER ROLE keeper SUPERUSER", "SET ROLE s01", "SET ROLE students",
        "DROP DATABASE s01", "ALTER DATABASE s02 RENAME TO mine", "CREATE DATABASE copy TEMPLATE s02",
        "SELECT pg_read_file('/etc/passwd')", "COPY (SELECT 1) TO PROGRAM 'id'", "CREATE TABLE here (a int)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'grader'", "GRANT s01 TO keeper",
    ],
)  # fmt: skip
def test_the_keeper_by_himself_may_copy_the_course_and_nothing_else(school: Class, sql: str) -> None:
    said = as_keeper(school, sql)
    assert "permission denied" in said or "must be owner" in said, said


@pytest.mark.parametrize(
    "role", ["provisioner", "loader", "grader", "postgres", "exporter", "keeper", "students", "check_s01", "monitor"]
)
def test_nobody_but_a_student_is_lent(school: Class, role: str) -> None:
    psql = ["psql", "-XqAt", "-h", "/run/postgresql-shared", "-U", "keeper", "-d", "monitor", "-c"]
    said = kit.docker("exec", "-u", "902", school.name("grader"), *psql, f"SELECT lend('{role}')", check=False)
    assert said.stdout == "f\n"
    assert school.admin(LENT) == "0"


@pytest.mark.parametrize("database", ["postgres", "s01", "s02", "course", "reference"])
def test_the_keeper_enters_no_other_database(school: Class, database: str) -> None:
    assert "rejects connection" in as_keeper(school, "SELECT 1", database)


def test_the_keeper_does_not_sign_in_over_the_network(school: Class) -> None:
    psql = ["psql", "host=postgres user=keeper dbname=monitor password=x sslmode=require", "-c", "SELECT 1"]
    assert "rejects connection" in kit.docker("exec", school.name("grader"), *psql, check=False).stderr
