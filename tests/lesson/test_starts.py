"""`make lesson` with a start: what students begin with is no task, and the solution ends at the finished database."""

from pathlib import Path

import pytest

from mentor.course import lesson as course_of
from mentor.settings.problems import Problems
from ops import lesson, lesson_test
from ops.console import StopError
from ops.drafting import trying

SAME = """
CREATE EXTENSION citext;
CREATE TABLE authors (id integer PRIMARY KEY, name citext);
INSERT INTO authors VALUES (1, 'Austen'), (2, 'Baum');
CREATE TABLE shelves (id integer PRIMARY KEY);
"""
BEGUN = """
CREATE SCHEMA old;
CREATE TABLE old.books (title text);
CREATE TYPE size AS RANGE (subtype = integer);
CREATE TABLE books (id integer PRIMARY KEY, title text);
INSERT INTO books VALUES (1, 'Emma');
CREATE VIEW titles AS SELECT title FROM books;
CREATE FUNCTION most() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
"""
FINISHED = """
ALTER TABLE authors ALTER name SET NOT NULL;
INSERT INTO shelves VALUES (1), (2);
CREATE TABLE books (
  id integer PRIMARY KEY, title text, author integer REFERENCES authors, shelf integer REFERENCES shelves
);
INSERT INTO books VALUES (1, 'Emma', 1, 1), (2, 'Oz', 2, NULL);
CREATE VIEW titles AS SELECT title, name FROM books JOIN authors ON author = authors.id;
CREATE FUNCTION most() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2';
"""
SHAPE = """
CREATE TABLE units (id integer PRIMARY KEY, boss integer);
CREATE TABLE boss (id integer PRIMARY KEY, unit integer REFERENCES units);
ALTER TABLE units ADD FOREIGN KEY (boss) REFERENCES boss;
CREATE TABLE desks (id integer PRIMARY KEY);
CREATE TABLE chairs (id integer PRIMARY KEY, desk integer REFERENCES desks);
CREATE TABLE dated (id integer PRIMARY KEY, changed date);
CREATE TABLE plain (id integer PRIMARY KEY);
CREATE VIEW all_plain AS SELECT id FROM plain;
"""
ROWS = """
INSERT INTO units VALUES (1, NULL);
INSERT INTO boss VALUES (1, 1);
UPDATE units SET boss = 1;
INSERT INTO desks VALUES (1);
INSERT INTO chairs VALUES (1, 1);
INSERT INTO dated VALUES (1, '2020-01-31');
INSERT INTO plain VALUES (1);
"""
MORE = """
ALTER TABLE desks ADD room integer NOT NULL;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := ''2021-01-31''; RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT ON dated FOR EACH ROW EXECUTE FUNCTION stamp();
"""
HOSTILE = """
CREATE FUNCTION f(i integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  IF current_user = 'students' THEN BODY; END IF; RETURN 1; END $$;
CREATE TABLE t (i integer CHECK (f(i) = 1));
INSERT INTO t VALUES (1);
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("START", str(tmp_path / "start.sql"))
    return tmp_path / "start.sql"


def test_what_is_there_at_the_start_is_no_task(
    course: Path, dump: Path, start: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump.write_text(SAME + FINISHED)
    start.write_text(SAME + BEGUN)
    assert lesson.main() == 0
    said = [line.removeprefix("lesson: no check: ") for line in capsys.readouterr().out.splitlines()]
    assert "only at the start: Create the schema old" in said
    assert "only at the start: Create the table old.books" in said
    assert (
        "Change the table books: 2 rows: the rows do not fit what is there at the start; they are only counted" in said
    )
    assert "what Change the view titles gives: it shows rows that are not given" in said
    problems = Problems("mentor")
    found = course_of.parse(course, course, problems)
    assert found is not None, list(problems)
    assert found.sql_files == (course / "start.sql",)
    assert {task.id: task.title for task in found.tasks} == {
        "table-authors": "Change the table authors",
        "table-books": "Change the table books",
        "relations-books": "Let books refer to authors and shelves",
        "rows-shelves": "Fill the table shelves: 2 rows",
        "rows-books": "Change the table books: 2 rows",
        "view-titles": "Change the view titles",
        "function-most": "Change the function most()",
    }
    page = "".join(path.read_text() for path in sorted((course / "material").glob("*.md")))
    assert "INSERT INTO shelves" in page
    assert "INSERT INTO books" not in page
    assert lesson_test.main() == 0, capsys.readouterr().out


def test_rows_are_tried_on_what_is_there(
    course: Path, dump: Path, start: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump.write_text(f"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n{SHAPE}{ROWS}")
    start.write_text(f"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n{SHAPE}{MORE}")
    assert lesson.main() == 0
    said = [line.removeprefix("lesson: no check: ") for line in capsys.readouterr().out.splitlines()]
    unfit = "the rows do not fit what is there at the start; they are only counted"
    for what in ("boss: 1 row", "units: 1 row", "desks: 1 row", "chairs: 1 row"):
        assert f"Fill the table {what}: {unfit}" in said
    assert "Fill the table dated: 1 row: something at the start changes them" in said
    problems = Problems("mentor")
    found = course_of.parse(course, course, problems)
    assert found is not None, list(problems)
    assert {task.id: len(task.checks) for task in found.tasks} == {
        "rows-boss": 1, "rows-units": 1, "rows-desks": 1, "rows-chairs": 1, "rows-dated": 1, "rows-plain": 2,
    }  # fmt: skip
    assert "view-all-plain" not in (course / "lab.yaml").read_text()
    page = (course / "material" / "01-rows.md").read_text()
    assert [name for name in ("boss", "units", "desks", "chairs", "dated", "plain") if f"INTO {name} " in page] == [
        "dated", "plain",
    ]  # fmt: skip
    assert lesson_test.main() == 0, capsys.readouterr().out


def test_a_start_that_runs_on_where_students_begin_is_ended_and_acts_on_no_terminal(
    course: Path, dump: Path, start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "SECONDS", 5)
    dump.write_text(SAME)
    for body, said in (("LOOP END LOOP", "it is not loaded after 5 seconds"), ("RAISE '%', E'\\x1b[2J'", "ERROR")):
        start.write_text(HOSTILE.replace("BODY", body))
        with pytest.raises(StopError, match=f"a student's database cannot begin with START: .*{said}") as stopped:
            lesson.main()
        assert "\x1b" not in str(stopped.value)
        assert len(str(stopped.value).splitlines()) == 1
        assert not course.exists()


def test_a_start_that_has_it_all_leaves_nothing_to_be_built(course: Path, dump: Path, start: Path) -> None:
    dump.write_text(SAME)
    start.write_text(SAME)
    with pytest.raises(
        StopError, match=f"START={start} has all that a check could ask of {dump}: nothing is to be built"
    ):
        lesson.main()
    assert not course.exists()


def test_a_start_that_does_not_load_is_named_with_its_line(course: Path, dump: Path, start: Path) -> None:
    dump.write_text(SAME)
    start.write_text("CREATE TABLE a (id integer);\nSELECT nonsense;\n")
    with pytest.raises(StopError, match=f'{start}:2: ERROR: column "nonsense" does not exist'):
        lesson.main()
    assert not course.exists()


def test_a_second_draft_keeps_what_was_edited_and_says_what_is_new(
    course: Path, dump: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump.write_text(SAME)
    assert lesson.main() == 0
    lab = course / "lab.yaml"
    lab.write_text(lab.read_text().replace("title: Create the table shelves", "title: Shelves, please"))
    dump.write_text(SAME + "CREATE TABLE rooms (id integer PRIMARY KEY);\n")
    capsys.readouterr()
    assert lesson.main() == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if "new" in line] == [
        "lesson: new: table-rooms: Create the table rooms", "lesson: lab.yaml: has your changes and the new ones",
    ]  # fmt: skip
    assert "title: Shelves, please" in lab.read_text()
    assert "id: table-rooms" in lab.read_text()
    assert lesson_test.main() == 0, capsys.readouterr().out
