"""What the watched objects do when they are somebody's weapon: nobody else's freshness changes, nothing is gained."""

from collections.abc import Iterator

import pytest
import yaml

from offline.standins.postgresql_plugin import Database, Role
from offline.standins.postgresql_server import PostgresServer
from offline.standins.resource import Call
from tests.live import grader_kit
from tests.live import image_kit as kit
from tests.live.grader_kit import TWO_ROWS, Class
from tests.waiting import until

VICTIMS = ("s02", "s03")
FRESH = 20.0
"""Seconds within which a victim's write shows while somebody is hostile."""
TRIES = 5
"""Writes of which one has to show in that time: a machine under load is slow for a moment, not wrong."""
ROLES = "SELECT string_agg(rolname || rolsuper || rolcreatedb || rolcreaterole, ',' ORDER BY 1) FROM pg_roles"


def watched(body: str) -> str:
    """An `animal` that runs something whenever its rows are looked at."""
    return f"""
    CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql AS $evil$ BEGIN {body} RETURN 1; END $evil$;
    ALTER TABLE animal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY spoilt ON animal USING (evil() = 1);
    """


STUBBORN = """
LOOP
  BEGIN PERFORM set_config('statement_timeout', '0', false); PERFORM pg_sleep(600);
  EXCEPTION WHEN query_canceled THEN NULL; END;
END LOOP;
"""
HOSTILE = {
    "a policy that sleeps": watched("PERFORM pg_sleep(600);"),
    "a function that survives being cancelled": watched(STUBBORN),
    "a loop without end": watched("LOOP NULL; END LOOP;"),
    "an error of half a gigabyte": watched("RAISE EXCEPTION '%', repeat('x', 500000000);"),
    "notices without end": watched("LOOP RAISE INFO '%', repeat('x', 1000000); END LOOP;"),
    "a session that ends itself": watched("PERFORM pg_terminate_backend(pg_backend_pid());"),
    "an error that looks like the server's": watched("RAISE EXCEPTION 'x' USING ERRCODE = '57P01';"),
    "other settings": watched("PERFORM set_config('search_path', 'public', false), set_config('role', 's01', false);"),
    "ten million rows": "INSERT INTO animal SELECT x, 'x' FROM generate_series(2, 10000000) AS x",
    "a view in its place": "ALTER TABLE animal RENAME TO tame; CREATE VIEW animal AS SELECT pg_sleep(600)::text AS id",
    "no schema at all": "DROP SCHEMA public CASCADE",
    "a database without room": "ALTER DATABASE s01 CONNECTION LIMIT 0",
    "settings of the database": "ALTER DATABASE s01 SET statement_timeout = 1; ALTER DATABASE s01 SET role = 's01'; "
    "ALTER DATABASE s01 SET search_path = 'evil'",
    "a closed database": "REVOKE ALL ON DATABASE s01 FROM PUBLIC",
    "no right for who checks": "REVOKE ALL ON animal FROM PUBLIC; ALTER TABLE animal ENABLE ROW LEVEL SECURITY",
    "a name that is a keyword": 'CREATE TABLE "select" ("from" int); ALTER TABLE animal RENAME TO "table"',
}
TRICKS = """
CREATE FUNCTION attack() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  trick text;
  won text := '';
BEGIN
  FOREACH trick IN ARRAY ARRAY[
    'SELECT count(rolpassword) FROM pg_authid', 'COPY (SELECT 1) TO PROGRAM ''id''', 'COPY (SELECT 1) TO ''/tmp/evil''',
    'SELECT pg_read_file(''/etc/passwd'')', 'SET ROLE postgres', 'SET ROLE s01', 'SET ROLE s02', 'SET ROLE check_s02',
    'SET ROLE grader', 'SET ROLE students', 'SET SESSION AUTHORIZATION postgres', 'GRANT checkers TO s01',
    'GRANT check_s02 TO s01', 'GRANT pg_read_all_data TO s01', 'CREATE ROLE evil', 'ALTER ROLE s01 CREATEDB',
    'CREATE TABLE evil ()', 'CREATE TEMP TABLE evil ()', 'SET transaction_read_only = off', 'COMMIT',
    'SELECT lo_create(0)', 'ALTER DATABASE s01 CONNECTION LIMIT 0', 'CREATE EXTENSION dblink', 'LOAD ''auth_delay''',
    'SELECT pg_reload_conf()',
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ''s02''',
    'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = ''grader''',
    'SELECT 1 / (query <> ''<insufficient privilege>'')::int FROM pg_stat_activity WHERE usename = ''s02''']
  LOOP
    BEGIN
      EXECUTE trick;
      won := won || '; ' || trick;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  RETURN 'won:' || won;
END $$;
CREATE VIEW spoils AS SELECT attack() AS found;
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    kit.need_engine()
    with grader_kit.school(tmp_path_factory.mktemp("grader")) as made:
        made.enrol("s01", *VICTIMS)
        for student in made.students:
            made.becomes(student, ok=False)
        yield made


@pytest.fixture
def spoilt(school: Class) -> Iterator[Class]:
    """A school whose s01 and tasks are as new afterwards."""
    yield school
    school.tasks = TWO_ROWS
    school.deliver()
    school.drop("s01")
    school.admin("CREATE DATABASE s01 OWNER s01 TEMPLATE course")
    school.admin("ALTER ROLE s01 RESET ALL")
    school.becomes("s01", ok=False)


def assert_victims_stay_fresh(school: Class) -> None:
    """Each victim's write shows in time, and that it was undone shows too."""
    for student in VICTIMS:
        delays: list[float] = []
        while not delays or (delays[-1] > FRESH and len(delays) < TRIES):
            school.work(student, "INSERT INTO animal VALUES (2, 'Hund')")
            delays.append(school.becomes(student, ok=True))
            school.work(student, "DELETE FROM animal WHERE id = 2")
            school.becomes(student, ok=False)
        assert min(delays) <= FRESH, f"{student}: {delays}"


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_student_delays_nobody_and_gains_nothing(spoilt: Class, kind: str) -> None:
    roles = spoilt.admin(ROLES)
    done = spoilt.work("s01", HOSTILE[kind])
    assert done.returncode == 0, done.stderr
    assert_victims_stay_fresh(spoilt)
    assert spoilt.told("s01")[0] is not True or kind == "ten million rows"
    assert spoilt.admin(ROLES) == roles
    assert kit.shown(spoilt.name("grader"), "{{.State.Status}} {{.RestartCount}}") == "running 0"


def test_a_lock_held_for_hours_is_the_holders_own_affair(school: Class) -> None:
    with school.session("s01", "LOCK TABLE animal IN ACCESS EXCLUSIVE MODE; SELECT pg_current_xact_id()"):
        school.work("s01", "CREATE TABLE other ()")
        assert_victims_stay_fresh(school)
        until(lambda: "holds a lock" in school.told("s01")[1], "he is told that a lock is in the way")
    school.becomes("s01", ok=False)


def test_what_runs_during_a_check_gains_nothing(spoilt: Class) -> None:
    assert spoilt.work("s01", TRICKS).returncode == 0
    spoilt.tasks = {**TWO_ROWS, "spoils": "{query: SELECT found FROM public.spoils, returns: [nothing]}"}
    with spoilt.session("s02", "SELECT 1"):
        spoilt.deliver()
        spoilt.becomes("s01", ok=False, task="spoils")
        assert spoilt.told("s01", "spoils")[1] == "('won:') is not right"


UNSETTLES = """
CREATE FUNCTION unsettles() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  PERFORM set_config(name, value, false) FROM (VALUES
    ('standard_conforming_strings', 'off'), ('client_encoding', 'SJIS'), ('datestyle', 'German'),
    ('row_security', 'off'), ('search_path', 'public'), ('lock_timeout', '0'), ('idle_session_timeout', '0'),
    ('timezone', 'Asia/Tokyo')) AS wanted (name, value);
  RETURN 1;
END $$;
"""
SETTLED = r"""
SELECT E'\\\\' = '\\' AND current_setting('client_encoding') = 'UTF8' AND current_setting('datestyle') LIKE 'ISO%'
  AND current_setting('row_security') = 'on' AND current_setting('search_path') LIKE 'pg_catalog%'
  AND current_setting('lock_timeout') <> '0' AND current_setting('idle_session_timeout') <> '0'
  AND current_setting('timezone') = 'UTC'
"""


@pytest.mark.parametrize("end", ["RETURN 1", "RAISE 'x'"])
def test_what_a_function_set_is_undone_before_the_next_question_is_read(spoilt: Class, end: str) -> None:
    assert spoilt.work("s01", UNSETTLES.replace("RETURN 1", end)).returncode == 0
    spoilt.tasks = {
        **TWO_ROWS,
        "unsettles": "{function: unsettles, returns: 2}",  # never done, so asked with every look
        "settled": yaml.safe_dump({"sql": SETTLED}),
        "after": "{behaviour: {works: \"INSERT INTO public.animal VALUES (7, 'x')\"}}",
        "again": yaml.safe_dump({"sql": f"{SETTLED} AND true"}),
    }
    spoilt.deliver()
    spoilt.becomes("s01", ok=False, task="unsettles")
    for task in ("settled", "after", "again"):
        spoilt.becomes("s01", ok=True, task=task)


def triggered(body: str) -> str:
    """An `animal` that runs something whenever a row is put into it."""
    return f"""
    CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS $evil$ BEGIN {body} RETURN NEW; END $evil$;
    CREATE TRIGGER fires BEFORE INSERT ON animal FOR EACH ROW EXECUTE FUNCTION fires();
    """


TRIED = "{behaviour: {works: \"INSERT INTO public.animal VALUES (7, 'x')\"}}"


@pytest.mark.parametrize("body", ["PERFORM pg_sleep(600);", STUBBORN])
def test_a_trigger_that_does_not_let_go_of_an_attempt_delays_nobody(spoilt: Class, body: str) -> None:
    assert spoilt.work("s01", triggered(body)).returncode == 0
    spoilt.tasks = {**TWO_ROWS, "fires": TRIED}
    spoilt.deliver()
    assert_victims_stay_fresh(spoilt)
    until(lambda: "took too long" in spoilt.told("s01", "fires")[1], lambda: str(spoilt.told("s01", "fires")))
    assert spoilt.told("s01")[0] is False, "and what else there is to know of him is known"


def test_what_runs_during_an_attempt_can_write_and_nothing_of_it_is_left(spoilt: Class) -> None:
    assert spoilt.work("s01", TRICKS + triggered("RAISE '%', attack();")).returncode == 0
    roles, database = spoilt.admin(ROLES), "SELECT datconnlimit, datacl, datdba FROM pg_database WHERE datname = 's01'"
    before = spoilt.admin(database)
    spoilt.tasks = {**TWO_ROWS, "fires": TRIED}
    with spoilt.session("s02", "SELECT 1"):
        spoilt.deliver()
        spoilt.becomes("s01", ok=False, task="fires")
        said = spoilt.told("s01", "fires")[1]
    # His own, all of it, and taken back.
    own = {
        "CREATE TABLE evil ()",
        "CREATE TEMP TABLE evil ()",
        "SELECT lo_create(0)",
        "ALTER DATABASE s01 CONNECTION LIMIT 0",
    }
    won = said.partition("won:")[2].rstrip(")").split("; ")[1:]
    assert set(won) - own <= {"SET transaction_read_only = off"}, said
    assert (spoilt.admin(ROLES), spoilt.admin(database)) == (roles, before)
    assert spoilt.admin("SELECT count(*) FROM pg_class WHERE relname = 'evil'", "s01") == "0"
    assert spoilt.admin("SELECT count(*) FROM pg_largeobject_metadata", "s01") == "0"
    assert spoilt.admin("SELECT count(*) FROM animal", "s01") == "1"


def test_what_a_check_tries_is_no_sign_of_anybody_and_no_reason_to_look_again(spoilt: Class) -> None:
    """The server counts what was taken back as written, like a student's own rows."""
    tried = "works: \"INSERT INTO public.animal VALUES (7, 'x')\", fails: \"INSERT INTO public.animal VALUES (1, 'x')\""
    spoilt.tasks = {**TWO_ROWS, "keys": f"{{behaviour: {{{tried}, because: unique}}}}"}
    spoilt.deliver()
    spoilt.becomes("s01", ok=True, task="keys")
    found = spoilt.results()["s01"]
    # Others' work shows in passes that come after several looks at the counters.
    assert_victims_stay_fresh(spoilt)
    assert spoilt.results()["s01"] == found


def test_a_course_that_is_loaded_again_is_what_references_are_asked_of(spoilt: Class) -> None:
    spoilt.tasks = {"same": "{query: SELECT count(*) FROM public.animal, sameAs: SELECT count(*) FROM public.animal}"}
    spoilt.deliver()
    spoilt.becomes("s03", ok=True, task="same")
    packed = kit.tar_of({"load.json": '{"files": ["a.sql"]}', "a.sql": grader_kit.SAMPLE})
    kit.docker("exec", "-i", spoilt.name("postgres"), "course-load", stdin=packed)
    spoilt.work("s03", "DELETE FROM animal")
    spoilt.tasks = {
        "fixed": "{query: SELECT count(*) FROM public.animal, sameAs: SELECT count(*) - 1 FROM public.animal}"
    }
    spoilt.deliver()
    spoilt.becomes("s03", ok=False, task="fixed")


def drop_as_the_program_does(school: Class, student: str) -> None:
    server = PostgresServer()
    way = {"host": "127.0.0.1", "port": school.port, "database": "postgres", "sslmode": "require"}
    server.configure(way | {"username": "provisioner", "password": grader_kit.PROVISIONER, "superuser": False})
    call = Call.__new__(Call)
    Database(server).delete(student, {"name": student, "owner": student}, call)
    Role(server).delete(student, {"name": student}, call)


def test_a_student_is_removed_while_a_check_hangs_in_his_database_and_leaves_no_role(school: Class) -> None:
    assert school.work("s01", HOSTILE["a function that survives being cancelled"]).returncode == 0
    hanging = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'check_s01'"
    until(lambda: school.admin(hanging) != "0", "a check hangs in it")
    drop_as_the_program_does(school, "s01")
    assert school.admin("SELECT count(*) FROM pg_database WHERE datname = 's01'") == "0"
    school.students.remove("s01")
    school.deliver()
    until(lambda: "s01" not in school.results(), "he is forgotten")
    # With whatever is delivered next, the role that looked at him goes too.
    school.enrol("s04")
    until(lambda: school.admin("SELECT count(*) FROM pg_roles WHERE rolname ~ 's01'") == "0", "no role is left")
    school.becomes("s04", ok=False)
