"""From a student's database to what is known of it, also after a crash; `make test-faults` has the hostile students."""

from collections.abc import Iterator

import pytest

from tests.live import grader_kit
from tests.live import image_kit as kit
from tests.live.grader_kit import Class
from tests.waiting import until


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
    with school.session("s03"):
        school.work("s02", "INSERT INTO animal VALUES (2, 'Hund')")
        school.becomes("s02", ok=True)
        assert school.results()["s02"]["active_at"] > 0
        school.work("s02", "DELETE FROM animal WHERE id = 2")
        school.becomes("s02", ok=False)
        # He has not asked anything yet: a tool that connects by itself is no sign of its owner.
        assert school.results()["s03"]["active_at"] is None


def test_a_server_that_dies_is_found_again(school: Class) -> None:
    kit.docker("kill", school.name("postgres"))
    until(lambda: "PostgreSQL does not answer" in kit.logs(school.name("grader")), "it is missed")
    kit.docker("start", school.name("postgres"))
    kit.wait_healthy(school.name("postgres"))
    school.work("s02", "INSERT INTO animal VALUES (2, 'Hund')")
    school.becomes("s02", ok=True)
