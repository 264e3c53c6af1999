"""`make lesson LEVEL=all`: a CHECK is told by what it refuses, on real servers and with the workshop's own grader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mentor.course import grading
from mentor.course import lesson as course_of
from mentor.course.criteria import Behaviour
from mentor.settings.problems import Problems
from ops import lesson, lesson_test
from ops.scratch import Scratch
from tests.lesson.test_drafted_courses import FINISHED

RULES = """
CREATE DOMAIN code AS text CHECK (length(VALUE) BETWEEN 2 AND 5) CHECK (VALUE = upper(VALUE));
CREATE TYPE mood AS ENUM ('low', 'fair', 'high');
CREATE SEQUENCE numbers MAXVALUE 20;
CREATE TABLE makers (id integer PRIMARY KEY);
CREATE TABLE things (
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  maker integer NOT NULL REFERENCES makers,
  number serial, invoice bigint DEFAULT nextval('numbers'),
  made timestamp NOT NULL DEFAULT now(),
  mark uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  state text NOT NULL CONSTRAINT states CHECK (state IN ('in_progress', 'done', 'lost')),
  size numeric CONSTRAINT sizes CHECK (size > 0 AND size <= 9.5),
  opens date, closes date, CONSTRAINT days CHECK (closes >= opens),
  phone text, email text, CONSTRAINT reached CHECK (phone IS NOT NULL OR email IS NOT NULL),
  mood mood CONSTRAINT moods CHECK (mood <> 'low'),
  CONSTRAINT never CHECK (id IS NOT NULL)
);
CREATE TABLE shelves (
  name text CONSTRAINT named CHECK (char_length(name) <= 20), "odd :name" integer CHECK ("odd :name" <> 7)
);
CREATE TABLE tried (
  word text CONSTRAINT plain CHECK (word ~ '^[a-z]+$'),
  state text NOT NULL CONSTRAINT told CHECK (state IN ('new', 'paid')),
  year integer CONSTRAINT past CHECK (year <= EXTRACT(year FROM CURRENT_DATE))
);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.word = 'stop' THEN RAISE EXCEPTION 'no'; END IF;
  NEW.word := lower(NEW.word); NEW.state := lower(NEW.state); RETURN NEW; END $$;
CREATE TRIGGER note BEFORE INSERT ON tried FOR EACH ROW EXECUTE FUNCTION note();
"""
ROWS = """
INSERT INTO makers VALUES (1);
INSERT INTO things (maker, state, size, opens, closes, phone, mood) VALUES
  (1, 'done', 3, '2025-01-02', '2025-02-03', '0123', 'high');
INSERT INTO tried VALUES ('word', 'new', 2020);
"""


@dataclass(frozen=True)
class Drafted:
    """A course that was drafted, and its checks about behaviour, each as a grader takes it."""

    checks: Mapping[str, grading.SqlCheck]
    said: str


@pytest.fixture
def drafted(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Path], Drafted]:
    def draft(dump: Path) -> Drafted:
        monkeypatch.setenv("LEVEL", "all")
        monkeypatch.setenv("DUMP", str(dump))
        assert lesson.main() == 0
        said = capsys.readouterr().out
        problems = Problems("mentor")
        found = course_of.parse(course, course, problems)
        assert found, list(problems)
        every = [task for section in found.sections for task in section.tasks]
        return Drafted(
            {
                f"{task.id} {number}": grading.sql_check("c", check)
                for task in every
                for number, check in enumerate(task.checks, start=1)
                if isinstance(check, Behaviour)
            },
            said,
        )

    return draft


def failing(server: Scratch, name: str, checks: Mapping[str, grading.SqlCheck]) -> set[str]:
    verdicts = server.checks([name], list(checks.values()))[name]
    assert None not in {one.ok for one in verdicts}, verdicts
    return {check for check, one in zip(checks, verdicts, strict=True) if not one.ok}


def changed(server: Scratch, template: str, name: str, statements: Sequence[str]) -> str:
    server.database(name, template)
    for statement in statements:
        server.sql(name, statement)
    return name


@pytest.mark.parametrize("name", FINISHED)
def test_whatever_is_in_the_tables_each_rule_is_missed_by_its_own_check(
    server: Scratch, drafted: Callable[[Path], Drafted], course: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one = drafted(FINISHED[name])
    assert one.checks
    assert lesson_test.main() == 0, capsys.readouterr().out
    first = (course / "lab.yaml").read_text()
    course.rename(course.with_name("first"))
    assert drafted(FINISHED[name]).checks == one.checks
    assert (course / "lab.yaml").read_text() == first
    whole, empty = f"whole-{name}", f"empty-{name}"
    server.database(whole)
    server.sql(whole, "SET client_min_messages = error;\n" + FINISHED[name].read_text(encoding="utf-8"))
    tables = "SELECT string_agg(format('%s', oid::regclass), ', ') FROM pg_class WHERE relkind IN ('r', 'p')"
    of_ours = " AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
    changed(server, whole, empty, [f"TRUNCATE {server.sql(whole, tables + of_ours)}"])
    assert failing(server, whole, one.checks) == set()
    assert failing(server, empty, one.checks) == set()
    dropping = (
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid <> 0 AND conislocal UNION ALL"
        " SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I', contypid::regtype, conname) FROM pg_constraint"
        " WHERE contype = 'c' AND contypid <> 0 AND connamespace <> 'information_schema'::regnamespace ORDER BY 1"
    )
    missed = [
        failing(server, changed(server, template, f"{template}-{number}", [statement]), one.checks)
        for template in (whole, empty)
        for number, statement in enumerate(server.sql(whole, dropping).splitlines())
    ]
    half = len(missed) // 2
    assert missed[:half] == missed[half:]
    assert {len(some) for some in missed} == {1}, missed
    assert set.union(*missed) == set(one.checks)


BY_HAND: Sequence[tuple[str, str, str, str, str]] = (
    ("things", "states", "state = 'in_progress' OR state = 'done' OR state = 'lost'",
     "state IN ('in_progress', 'done', 'lost', 'in_progressx')", "state IN ('done', 'lost')"),
    ("things", "sizes", "NOT (size <= 0 OR size > 9.5)", "size >= 0 AND size <= 9.5", "size BETWEEN 1 AND 9.5"),
    ("things", "days", "NOT closes < opens", "closes >= opens - 1", "closes > opens"),
    ("things", "reached", "coalesce(phone, email) IS NOT NULL", "true", "phone IS NOT NULL"),
    ("things", "moods", "mood IN ('fair', 'high')", "mood <> 'fair' OR true", "mood = 'high'"),
    ("shelves", "named", "length(name) < 21", "length(name) <= 21", "length(name) <= 19"),
    ("shelves", "shelves_odd :name_check", '"odd :name" < 7 OR "odd :name" > 7', '"odd :name" < 8', '"odd :name" < 7'),
    ("tried", "plain", "word ~ '^[[:lower:]]+$'", "word ~ '[a-z]'", "word = 'word'"),
    ("tried", "told", "state = 'new' OR state = 'paid'", "state <> ''", "state = 'new'"),
)  # fmt: skip
"""A table, a constraint, and instead of it what is the same, what lets through too much, and what refuses too much."""
NUMBERS = "SELECT a.last_value, a.is_called, b.last_value, b.is_called FROM things_number_seq AS a, numbers AS b"


def test_a_rule_may_be_written_in_any_way_and_a_nearly_right_one_is_told(
    server: Scratch, drafted: Callable[[Path], Drafted], tmp_path: Path
) -> None:
    dump = tmp_path / "rules.sql"
    dump.write_text(RULES + ROWS)
    one = drafted(dump)
    for rule in ("id IS NOT NULL of things", "year::numeric <= EXTRACT(year FROM CURRENT_DATE) of tried"):
        assert f"what CHECK {rule} refuses: trying did not tell" in one.said
    changed(server, "course", "begun", [RULES])
    changed(server, "begun", "filled", [ROWS])
    changed(server, "begun", "quiet", ["DROP TRIGGER note ON tried"])
    before = server.sql("filled", NUMBERS)
    for name in ("begun", "filled", "quiet"):
        assert failing(server, name, one.checks) == set(), name
    assert server.sql("filled", NUMBERS) == before
    for number, (table, name, *conditions) in enumerate(BY_HAND):
        for what, condition in zip(("same", "loose", "strict"), conditions, strict=True):
            statement = f'ALTER TABLE {table} DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}" CHECK ({condition})'
            database = changed(server, "filled", f"{what}-{number}", [statement])
            assert len(failing(server, database, one.checks)) == (what != "same"), (name, condition)
    for name in ("code_check", "code_check1"):
        database = changed(server, "begun", name, [f"ALTER DOMAIN code DROP CONSTRAINT {name}"])
        assert len(failing(server, database, one.checks)) == 1


def test_a_sample_without_rows_tells_its_rules_too(
    server: Scratch, drafted: Callable[[Path], Drafted], tmp_path: Path
) -> None:
    dump = tmp_path / "bare.sql"
    dump.write_text(RULES)
    one = drafted(dump)
    assert len(one.checks) == 11, one.said
    server.database("bare")
    server.sql("bare", RULES)
    assert failing(server, "bare", one.checks) == set()


HOSTILE = """
CREATE FUNCTION slow(i integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  IF i < 5 THEN PERFORM pg_sleep(30); END IF; RETURN i < 9; END $$;
CREATE FUNCTION ends(i integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  IF i = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN i < 9; END $$;
CREATE TABLE a (i integer CHECK (slow(i)));
CREATE TABLE b (i integer CHECK (ends(i)));
CREATE TABLE c (i integer CHECK (i > 2));
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '!00000'; RETURN NEW; END $$;
CREATE TRIGGER tells BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION tells();
INSERT INTO a VALUES (7);
INSERT INTO c VALUES (7);
"""


def test_a_rule_that_takes_its_time_or_ends_the_session_is_compared_as_written(
    drafted: Callable[[Path], Drafted], tmp_path: Path
) -> None:
    dump = tmp_path / "hostile.sql"
    dump.write_text(HOSTILE)
    one = drafted(dump)
    assert set(one.checks) == {"rules-c 1"} or set(one.checks) == {"rules-a 1", "rules-c 1"}
    assert "what CHECK public.ends(i) of b refuses: trying did not tell" in one.said
