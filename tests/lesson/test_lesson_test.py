"""`make lesson-test`: the sample course passes, and checks that tell nothing are named with their lines."""

from pathlib import Path

import pytest

from ops import lesson_test
from ops.console import StopError
from tests.live import image_kit as kit

COURSE = """title: A
database: {files: [start.sql]}
solution: solutions
sections:
  - title: One
    tasks:
      - id: a
        title: T
        checks:
          - {table: there}
          - {rows: made, count: 2}
          - {rows: made, count: 1, message: In other words}
          - {table: never}
          - shell: test -e ~/made
          - shell: test -d /home/student
          - shell: exit 7
"""


@pytest.fixture(autouse=True)
def _engine() -> None:
    kit.need_engine()


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("material", "solutions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "material" / "a.md").write_text("# A\n")
    (tmp_path / "start.sql").write_text("CREATE TABLE there (id integer);\n")
    (tmp_path / "solutions" / "a.sql").write_text("CREATE TABLE made AS SELECT generate_series(1, 2) AS id;\n")
    (tmp_path / "solutions" / "seat.sh").write_text("touch ~/made\n")
    (tmp_path / "lab.yaml").write_text(COURSE)
    monkeypatch.setenv("COURSE", str(tmp_path))
    return tmp_path


def test_the_sample_course_tells_what_it_should(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE", "workshop")
    assert lesson_test.main() == 0, capsys.readouterr().out
    assert capsys.readouterr().out.endswith("lesson-test: each tells what it should\n")


def test_what_tells_no_difference_is_named(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lesson_test.main() == 1
    place = f"{course}/lab.yaml"
    assert capsys.readouterr().out.splitlines() == [
        f"{place}:10: a c1 (table): holds from the start as well as with the solution: it tells nothing",
        f"{place}:12: a c3 (rows): does not hold with the solution: made has more than 1 row",
        f"{place}:13: a c4 (table): does not hold with the solution: there is no table never",
        f"{place}:15: a c6 (shell): holds from the start as well as with the solution: it tells nothing",
        f"{place}:16: a c7 (shell): does not hold with the solution: exit status 7: not done yet",
        "lesson-test: tasks: 1; checks: 4 in a database, 3 in a seat",
        "lesson-test: 5 of 7 do not tell",
    ]


def test_a_solution_that_does_not_run_is_named_with_its_line(course: Path) -> None:
    (course / "solutions" / "a.sql").write_text("SELECT 1;\nSELECT nonsense;\n")
    with pytest.raises(StopError, match=r'a\.sql: line 2: ERROR:  column "nonsense" does not exist'):
        lesson_test.main()


def test_without_a_solution_only_the_start_is_tried(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "lab.yaml").write_text(COURSE.replace("solution: solutions\n", ""))
    monkeypatch.setenv("SEAT", "no")
    assert lesson_test.main() == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{course}/lab.yaml:9: a c1 (table): holds from the start, before anybody did anything",
        "lesson-test: tasks: 1; checks: 4 in a database, 3 in a seat",
        "lesson-test: 4 were tried at the start only: the course names no `solution`",
        "lesson-test: 3 checks in the seat were not tried (SEAT=no)",
        "lesson-test: 1 of 4 do not tell",
    ]
