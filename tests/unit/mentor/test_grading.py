"""What the grader and the web app are given: one statement, or one command, for each check."""

import contextlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from images.grader.grader import judge, plan
from images.grader.grader.wire import RefusedError
from mentor.course import grading, rowsets
from mentor.course.criteria import Check
from mentor.course.sqltext import Name, identifier, literal, qualified, quoted
from mentor.course.tasks import Section, Task

CHECK: TypeAdapter[Any] = TypeAdapter(Check)


def check(text: str) -> Any:
    return CHECK.validate_python(yaml.safe_load(text))


def test_the_grader_takes_as_many_rows_as_the_statements_fetch() -> None:
    """It is an image of its own, and cannot import these bounds."""
    assert judge.MOST_ROWS == rowsets.MOST_ROWS
    assert judge.MOST_HASHED == rowsets.MOST_HASHED


def task(*checks: str) -> Task:
    return Task.model_validate({"id": "one", "title": "One", "checks": [yaml.safe_load(text) for text in checks]})


class Taught:
    def __init__(self, *tasks: Task) -> None:
        self.tasks = tasks


def steps(text: str) -> list[Any]:
    return list(grading.sql_check("c1", check(text))["steps"])


def test_each_check_keeps_its_number_wherever_it_runs() -> None:
    mixed = task("{sql: select true}", "{shell: test -e x, message: Make x}", "{rows: books, min: 1}")
    [found] = grading.sql_checks(Taught(mixed, task("{shell: ls}")))
    assert (found["id"], [one["id"] for one in found["checks"]]) == ("one", ["c1", "c3"])
    assert grading.seat_checks(mixed) == [{"id": "c2", "command": "test -e x", "timeout": 5.0, "message": "Make x"}]


def test_the_students_objects_are_named_with_their_schema() -> None:
    for text in (
        "{rows: books, min: 1}",
        "{content: books, hash: 0123456789abcdef0123456789abcdef}",
        "{view: books, returns: 1}",
        "{function: books, returns: 1}",
    ):
        assert '"public"."books"' in steps(text)[-1]["sql"]


EVERY = [
    "{table: b, columns: {a: text}, notNull: a, primaryKey: a, unique: a, foreignKeys: {a: b, b: c(d)}}",
    "{table: b, checkConstraints: a > b, constraints: c, indexes: [a, lower(b)]}",
    "{rows: books, min: 1, max: 7}",
    "{content: books, columns: [a], hash: 0123456789abcdef0123456789abcdef}",
    "{view: books, columns: [a], ordered: true, returns: 1}",
    "{function: books, arguments: [1], sameAs: select 1}",
    "{sql: select true}",
]


def test_functions_of_the_server_are_named_with_theirs() -> None:
    words = "select from and or in any values exists coalesce filter as over by on join where when then else case not"
    keywords = {*words.split(), "order", "union", "all", "using", "with", "materialized"}
    for step in (step for text in EVERY for step in steps(text)):
        bare = re.sub(r"E?'(?:[^'\\]|''|\\.)*'", "''", step["sql"])
        # Names of columns and aliases stand before brackets too, after AS.
        calls = set(re.findall(r"(?<![\w.\"])(?<!AS )(?<!JOIN )([a-z_]+)\s?\(", bare)) - keywords
        assert calls <= {"found", "rows", "trouble"}, calls


def test_what_runs_beside_a_students_own_code_holds_nothing_of_the_answer() -> None:
    secret = "'42424242'"
    for text in (
        f"{{view: v, columns: {{a: integer}}, returns: [[{secret}]]}}",
        f'{{view: v, sameAs: "SELECT {secret}"}}',
        f"{{function: f, returns: {secret}}}",
        f'{{query: SELECT 1, sameAs: "SELECT {secret}"}}',
        f"{{content: t, hash: {secret.strip(chr(39)) * 4!r}}}",
    ):
        found = steps(text)
        assert "42424242" not in "".join(step["sql"] for step in found), text
        assert "42424242" in str(found[-1]["expected"]), text


def test_what_must_work_is_tried_before_what_must_be_refused() -> None:
    found = steps(
        "{behaviour: {first: DELETE FROM a;, works: [INSERT INTO b], fails: UPDATE c, because: [check, type]}}"
    )
    by_either = "by a CHECK constraint or a column's type"
    assert found == [
        {"attempt": "INSERT INTO b", "first": ["DELETE FROM a"], "refused_by": [], "refusal": ""},
        {
            "attempt": "UPDATE c",
            "first": ["DELETE FROM a"],
            "refused_by": ["23514", "22", "428C9"],
            "refusal": by_either,
        },
    ]


def test_without_a_reason_any_rule_of_the_tables_will_do_and_missing_rights_will_not() -> None:
    [found] = steps("{behaviour: {fails: DELETE FROM a}}")
    assert {"23514", "23505", "P0001"} < set(found["refused_by"])
    assert "42501" not in found["refused_by"]


def test_a_views_shape_is_asked_first_and_its_rows_only_where_they_are_expected() -> None:
    assert [step["expected"]["kind"] for step in steps("{view: b, columns: [a], returns: 1}")] == ["complete", "rows"]
    assert [step["expected"]["kind"] for step in steps("{view: b, columns: [a]}")] == ["complete"]
    assert [step["expected"]["kind"] for step in steps("{view: b}")] == ["complete"]


def test_a_view_of_which_no_column_is_named_is_asked_once() -> None:
    assert [step["expected"]["kind"] for step in steps("{view: b, returns: 1}")] == ["rows"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{table: shop.books}", "there is no table shop.books"),
        ("{rows: shop.books, min: 1}", "there is no table shop.books"),
        ("{content: shop.books, hash: 0123456789abcdef0123456789abcdef}", "there is no table shop.books"),
        ("{view: shop.books, columns: [a], returns: 1}", "there is no view shop.books"),
    ],
)
def test_what_is_said_where_a_thing_is_not_there_goes_along(text: str, message: str) -> None:
    missing = RefusedError("42P01", 'relation "shop.books" does not exist')
    for step in steps(text):
        thing = plan.Step.model_validate(step).thing
        assert thing
        assert thing.wrong(missing) == message


@pytest.mark.parametrize(
    ("text", "most"),
    [("min: 5", 5), ("min: 0", 1), ("count: 5", 6), ("max: 5", 6), ("min: 2, max: 5", 6), ("count: 0", 1)],
)
def test_rows_are_counted_as_far_as_it_matters(text: str, most: int) -> None:
    [step] = steps(f"{{rows: books, {text}}}")
    assert f" LIMIT {most})" in step["sql"]
    assert ("OFFSET 4)" in step["sql"]) is (text == "min: 5")


def test_the_authors_own_words_go_along() -> None:
    [found] = grading.sql_checks(Taught(task("{rows: books, min: 1, message: 'It''s \\ empty'}", "{rows: b, min: 1}")))
    assert [one.get("message") for one in found["checks"]] == ["It's \\ empty", None]


def test_the_grader_takes_what_is_written_for_it() -> None:
    most = f"{{behaviour: {{works: {['SELECT 1'] * 10}, fails: {['SELECT 1'] * 10}}}}}"
    found = {"students": ["s01"], "tasks": grading.sql_checks(Taught(task(*EVERY, most)))}
    assert len(plan.parse(json.dumps(found).encode()).tasks[0].checks) == len(EVERY) + 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "true"),
        (5, "5"),
        (-5, "(-5)"),
        (1.5, "1.5"),
        ("a'b", "'a''b'"),
        ([1, "x"], "ARRAY[1, 'x']"),
    ],
)
def test_arguments_are_written_as_sql(value: object, text: str) -> None:
    assert grading.argument(value) == text


@given(st.text())
def test_a_text_is_one_literal_whatever_is_in_it(text: str) -> None:
    found = literal(text)
    inner = found.removeprefix("E")[1:-1]
    # Read once by the rules of a plain literal, once by those of one with escapes.
    plain = inner.replace("''", "")
    assert "'" not in plain.replace("\\\\", "")
    assert ("\\" in text) == found.startswith("E")


@given(st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=15))
def test_a_name_between_double_quotes_comes_back(name: str) -> None:
    assert identifier(quoted(name)) == name
    assert qualified(f"{quoted(name)}.{quoted(name)}") == Name(name, name) or name.startswith("pg_")


@given(st.text(max_size=30))
def test_a_name_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert qualified(text).sql.count('"') >= 4


# In the seat


def run(command: str, folder: Path, **programs: str) -> int:
    """Run a command where these programs take the place of the real ones."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755)
    path = f"{folder}:/usr/bin:/bin"
    return subprocess.run(["bash", "-c", command], check=False, env={"PATH": path}, cwd=folder).returncode


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("{shell: 'true'}", True),
        ("{shell: 'false'}", False),
        ("{shell: 'exit 3', exit: 3}", True),
        ("{shell: 'exit 3', exit: 2}", False),
        ("{shell: 'cd / && test -d usr'}", True),
        ('{shell: "# a comment\\ntest 1 -eq 1 # more", exit: 0}', True),
        ('{shell: "exit 1 # more", exit: 1}', True),
    ],
)
def test_a_command_is_done_by_its_exit_status(tmp_path: Path, text: str, done: bool) -> None:
    assert (run(grading.command(check(text)), tmp_path) == 0) is done


DOCKER = [
    ("{docker: {container: web}}", ["ps --quiet --filter name=^/web$ --filter status=running"]),
    (
        "{docker: {container: web, image: 'nginx:1'}}",
        ["ps --quiet --filter name=^/web$ --filter ancestor=nginx:1 --filter status=running"],
    ),
    ("{docker: {image: 'lab/db:17'}}", ["image inspect lab/db:17"]),
    (
        "{docker: {project: two, services: [a, b]}}",
        [
            "ps --quiet --filter label=com.docker.compose.project=two "
            f"--filter label=com.docker.compose.service={name} --filter status=running"
            for name in ("a", "b")
        ],
    ),
    ("{docker: {project: two}}", ["ps --quiet --filter label=com.docker.compose.project=two --filter status=running"]),
]


@pytest.mark.parametrize(("text", "asked"), DOCKER)
def test_a_docker_check_asks_an_engine_that_runs(tmp_path: Path, text: str, asked: list[str]) -> None:
    command = grading.command(check(text))
    assert run(command, tmp_path, pgrep="exit 0", docker='echo "$*" >> asked; echo 1234') == 0
    assert (tmp_path / "asked").read_text().splitlines() == asked
    assert run(command, tmp_path, docker="exit 1")
    assert run(command, tmp_path, docker='[ "$1" = image ] && exit 1; exit 0')


@pytest.mark.parametrize(("text", "asked"), DOCKER)
def test_a_docker_check_leaves_an_idle_engine_asleep(tmp_path: Path, text: str, asked: list[str]) -> None:
    assert run(grading.command(check(text)), tmp_path, pgrep="exit 1", docker="touch woken; echo 1") != 0
    assert not (tmp_path / "woken").exists()
    assert asked


def test_a_section_has_its_tasks() -> None:
    section = Section.model_validate({"title": "S", "tasks": [task("{shell: ls}")]})
    assert [one.id for one in section.tasks] == ["one"]
