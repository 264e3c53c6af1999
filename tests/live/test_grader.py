"""From a student's database to what is known of it: how soon, after a crash, and what a stubborn object delays."""

from collections.abc import Iterator

import pytest

from tests.live import grader_kit
from tests.live import image_kit as kit
from tests.live.grader_kit import Class
from tests.waiting import until

STUBBORN = """
CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql AS $$ BEGIN LOOP
  BEGIN PERFORM set_config('statement_timeout', '0', false); PERFORM pg_sleep(600);
  EXCEPTION WHEN query_canceled THEN NULL; END;
END LOOP; END $$;
ALTER TABLE animal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY stubborn ON animal USING (evil() = 1);
"""
"""A table that never lets go of whoever looks at it, cancelled or not."""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    kit.need_engine()
    with grader_kit.school(tmp_path_factory.mktemp("grader")) as made:
        made.enrol("s01", "s02", "s03")
        for student in made.students:
            made.becomes(student, ok=False)
        yield made


def test_what_a_student_does_shows_and_what_he_undoes_too(school: Class) -> None:
    assert school.told("s02") == (False, "animal has 1 row, at least 2 expected")
    school.work("s02", "INSERT INTO animal VALUES (2, 'Hund')")
    school.becomes("s02", ok=True)
    assert school.results()["s02"]["active_at"] > 0
    school.work("s02", "DELETE FROM animal WHERE id = 2")
    school.becomes("s02", ok=False)


def test_a_table_that_never_lets_go_delays_nobody_else(school: Class) -> None:
    assert school.work("s01", STUBBORN).returncode == 0
    school.becomes("s01", ok=None)
    assert school.told("s01")[1].startswith("not known: looking took too long")
    for _ in range(2):
        school.work("s03", "INSERT INTO animal VALUES (2, 'Hund')")
        school.becomes("s03", ok=True)
        school.work("s03", "DELETE FROM animal WHERE id = 2")
        school.becomes("s03", ok=False)
    assert kit.shown(school.name("grader"), "{{.State.Status}} {{.RestartCount}}") == "running 0"


def test_a_server_that_dies_is_found_again(school: Class) -> None:
    kit.docker("kill", school.name("postgres"))
    until(lambda: "PostgreSQL does not answer" in kit.logs(school.name("grader")), "it is missed")
    kit.docker("start", school.name("postgres"))
    kit.wait_healthy(school.name("postgres"))
    school.work("s02", "INSERT INTO animal VALUES (2, 'Hund')")
    school.becomes("s02", ok=True)


def test_a_course_that_is_loaded_again_is_what_references_are_asked_of(school: Class) -> None:
    school.tasks = {"same": "{query: SELECT count(*) FROM public.animal, sameAs: SELECT count(*) FROM public.animal}"}
    school.deliver()
    school.becomes("s03", ok=True, task="same")
    packed = kit.tar_of({"load.json": '{"files": ["a.sql"]}', "a.sql": grader_kit.SAMPLE})
    kit.docker("exec", "-i", school.name("postgres"), "course-load", stdin=packed)
    school.work("s03", "DELETE FROM animal")
    school.tasks = {
        "fixed": "{query: SELECT count(*) FROM public.animal, sameAs: SELECT count(*) - 1 FROM public.animal}"
    }
    school.deliver()
    school.becomes("s03", ok=False, task="fixed")
