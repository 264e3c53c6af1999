"""Tasks and checks as a course writes them: what is read, and each mistake with its file, line, key and rule."""

import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mentor.course import lesson, tasks
from mentor.course.criteria import (
    KINDS,
    Behaviour,
    Check,
    Content,
    Docker,
    Function,
    Query,
    RowCount,
    Shell,
    Table,
    Truth,
    View,
)
from mentor.course.lesson import Course, Lab
from mentor.course.readers import Reference
from mentor.course.sqltext import Name
from mentor.settings.explain import lenient
from mentor.settings.problems import Key, Problems

from .conftest import Report

HEAD = "title: A course\nsections:\n  - title: One\n    tasks:\n"
CHECK: TypeAdapter[Any] = TypeAdapter(Check)


def write(root: Path, text: str) -> None:
    (root / "workshop" / "lab.yaml").write_text(text, encoding="utf-8")


def course(root: Path) -> Course:
    problems = Problems("mentor")
    found = lesson.parse(Path("workshop"), root, problems)
    assert list(problems) == []
    assert found is not None
    return found


def check(text: str) -> Any:
    return CHECK.validate_python(yaml.safe_load(text))


def task(checks: str, **keys: object) -> str:
    """A course with one task, whose checks begin on line 8."""
    more = "".join(f"        {key}: {value}\n" for key, value in keys.items())
    return f"{HEAD}      - id: one\n        title: First\n{more}        checks:\n{checks}"


def test_a_task_is_read_with_its_place_in_the_course(root: Path) -> None:
    write(
        root,
        "title: A course\n"
        "sections:\n"
        "  - title: Start\n"
        "    material: 01-start.md\n"
        "    tasks:\n"
        "      - {id: a, title: First, checks: [{sql: select true}]}\n"
        "      - id: b\n"
        "        title: Second\n"
        "        hint: |\n"
        "          Two lines,\n"
        "          one help.\n"
        "        points: 3\n"
        "        minutes: 7\n"
        "        requires: a\n"
        "        checks:\n"
        "          - table: books\n"
        "          - shell: test -e x\n"
        "  - {title: Nothing to do}\n",
    )
    found = course(root)
    assert [section.title for section in found.sections] == ["Start", "Nothing to do"]
    assert found.sections[0].material == "01-start.md"
    first, second = found.tasks
    assert (first.id, first.title, first.hint, first.points, first.minutes, first.requires, first.parts) == (
        "a", "First", (), 1, None, (), ("sql",),
    )  # fmt: skip
    assert (second.hint, second.points, second.minutes) == (("Two lines,\none help.",), 3, 7)
    assert second.requires == ("a",)
    assert second.parts == ("sql", "seat")
    assert [(name, one.kind) for name, one in second.numbered()] == [("c1", "table"), ("c2", "shell")]


def test_a_course_without_tasks_is_one_too(root: Path) -> None:
    found = course(root)
    assert (found.sections, found.tasks, found.solution) == ((), (), None)


def test_every_kind_is_told_by_its_key() -> None:
    table = check(
        "{table: shop.books, columns: {id: INT, price: 'numeric( 10, 2 )', mood: shop.mood}, notNull: id,"
        " primaryKey: [id], unique: [isbn, [title, author_id]], checkConstraints: price > 0, constraints: positive,"
        " foreignKeys: {author_id: authors, 'a, b': 'shop.pairs(x, y)'}, indexes: [title, [a, lower(b)]]}"
    )
    assert isinstance(table, Table)
    assert table.table == Name("books", "shop")
    assert table.columns == {"id": "int", "price": "numeric( 10, 2 )", "mood": '"shop"."mood"'}
    assert (table.not_null, table.primary_key, table.unique) == (("id",), ("id",), (("isbn",), ("title", "author_id")))
    assert table.foreign_keys == {
        ("author_id",): Reference(Name("authors")),
        ("a", "b"): Reference(Name("pairs", "shop"), ("x", "y")),
    }
    assert (table.check_constraints, table.constraints) == (("price > 0",), ("positive",))
    assert table.indexes == (("title",), ("a", "lower(b)"))
    kinds = {
        RowCount: "{rows: books, min: 3}",
        Content: "{content: books, hash: 0123456789abcdef0123456789abcdef}",
        Query: "{query: select 1, returns: 1}",
        View: "{view: v}",
        Function: "{function: f, arguments: [1, x], sameAs: select 2}",
        Truth: "{sql: select true}",
        Behaviour: "{behaviour: {first: call a(), works: [with x as (select 1) select 2], fails: delete from b}}",
        Shell: "{shell: 'true', exit: 1, timeout: 2.5}",
        Docker: "{docker: {container: web, image: 'nginx:1'}}",
    }
    for model, text in kinds.items():
        assert type(check(text)) is model
    assert {Table, *kinds} == set(KINDS)


def test_a_name_in_double_quotes_may_hold_what_separates_names() -> None:
    table = check(
        """{table: '"a(b)"', primaryKey: ['"x,y"'], foreignKeys: {'"x,y", b': '"s.t"."u(v)"("x,y", "p(q)")'},
        indexes: ['"p(q)"', ['"x,y"', '("a(" + 1)']]}"""
    )
    assert table.table == Name("a(b)")
    assert table.primary_key == ("x,y",)
    assert table.foreign_keys == {("x,y", "b"): Reference(Name("u(v)", "s.t"), ("x,y", "p(q)"))}
    assert table.indexes == (('"p(q)"',), ("x,y", '("a(" + 1)'))


@pytest.mark.parametrize(
    "kind",
    [
        "interval day to second(3)",
        "interval year[]",
        '"char"[]',
        "int4multirange",
        "tstzmultirange",
        's."two  blanks"[]',
    ],
)
def test_a_type_may_be_any_that_the_server_writes(kind: str) -> None:
    assert check(yaml.safe_dump({"table": "t", "columns": {"a": kind}})).columns["a"].replace('"s"', "s") == kind


def test_a_capital_letter_makes_a_name_another_than_sql_reads() -> None:
    assert check("{table: größe}").table == Name("größe")
    with pytest.raises(ValidationError, match='without double quotes SQL folds it to "firstname"'):
        check("{table: t, notNull: firstName}")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("5", ((5,),)),
        ("null", None),
        ("[]", ()),
        ("[a, b]", (("a",), ("b",))),
        ("[[1, x], [2, null]]", ((1, "x"), (2, None))),
        ("[[[1, 2], {a: 1.5}]]", (([1, 2], {"a": 1.5}),)),
        ("[[2025-01-31, 2025-01-31 10:00:00]]", (("2025-01-31", "2025-01-31T10:00:00"),)),
        ("[2025-01-31 10:00:00.5]", (("2025-01-31T10:00:00.5",),)),
        ("[[2025-01-31T10:00:00+02:00]]", (("2025-01-31T08:00:00+00:00",),)),
        ("[.nan, .inf, -.inf]", (("NaN",), ("Infinity",), ("-Infinity",))),
    ],
)  # fmt: skip
def test_expected_rows_are_values_as_the_servers_json_has_them(text: str, rows: object) -> None:
    other = ", sameAs: select 1" if rows is None else ""
    assert check(f"{{query: select 1, returns: {text}{other}}}").returns == rows


@pytest.mark.parametrize(
    ("checks", "line", "text"),
    [
        ("- table: Books", 8,
         '[0].table: "Books" is not the name of a table, view or function: write name or schema.name; without'),
        ("- table: a.b.c", 8, '[0].table: "a.b.c" is not the name of a table'),
        ("- table: pg_catalog.x", 8, '[0].table: "pg_catalog.x" is the server\'s own'),
        ("- table: 1", 8, "[0].table: 1 is not the name of a table"),
        ("- table: x\n  columns:\n    id: integer\n    name: txt", 11,
         '[0].columns.name: "txt" is not a type of PostgreSQL; did you mean "text"?'),
        ("- table: x\n  columns: {id: serial}", 9,
         '[0].columns.id: "serial" is shorthand for a type and a default: write integer'),
        ("- table: x\n  columns:\n    first name: text", 10,
         '[0].columns.first name: "first name" is not a name in SQL; did you mean "first_name"?'),
        ("- table: x\n  columns: 5", 9, "[0].columns: 5 is not a mapping"),
        ("- table: x\n  primarykey: id", 9, '[0].primarykey: unknown key; did you mean "primaryKey"?'),
        ("- table: x\n  foreignKeys: {a: 'b('}", 9, '[0].foreignKeys.a: "b(" is not what a foreign key points to'),
        ("- tabel: x", 8, '[0]: {"tabel": "x"} says no kind of check; did you mean "table"?'),
        ("- foo", 8, '[0]: "foo" is not a check: write one of table, rows'),
        ("- {sql: select 1, shell: ls}", 8,
         '[0]: {"sql": "select 1", "shell": "ls"} is sql and shell at once: give a check to each'),
        ("- rows: x", 8, '[0]: {"rows": "x"} says no number: give count, min or max'),
        ("- {rows: x, count: 1, min: 1}", 8, "[0]: "),
        ("- {rows: x, min: 2, max: 1}", 8, "[0]: "),
        ("- {content: x, hash: abc}", 8, '[0].hash: "abc" is not a content hash'),
        ("- {content: x, hash: 1234}", 8, "[0].hash: 1234 is a number to YAML"),
        ("- content: x", 8, "[0].hash: is required"),
        ("- query: select 1", 8, '[0]: {"query": "select 1"} says no rows'),
        ("- {query: select 1, returns: 1, sameAs: select 1}", 8, "[0]: "),
        ("- {query: select 1, returns: [[1], [1, 2]]}", 8, "[0].returns: [[1], [1, 2]] has rows of 1 and of 2 values"),
        ("- {function: f}", 8, '[0]: {"function": "f"} says no rows'),
        ("- {view: v, ordered: true}", 8, "[0]: "),
        ("- {view: v, ordered: yes please, returns: 1}", 8, '[0].ordered: "yes please" is not true or false'),
        ("- {query: select 1, returns: 1, orderedBy: 0}", 8, "[0].orderedBy[0]: 0 is not a whole number from 1"),
        ("- {query: select 1, returns: 1, orderedBy: 1, ordered: true}", 8, "[0]: "),
        ("- {query: select 1, returns: 1, orderedBy: 1, anyColumnOrder: true}", 8, "[0]: "),
        ("- {query: select 1, returns: 1, digits: 16}", 8, "[0].digits: 16 is not a whole number from 0 to 15"),
        ("- {view: v, digits: 0}", 8, "[0]: "),
        ("- sql: DELETE FROM x", 8, '[0].sql: "DELETE FROM x" starts with DELETE'),
        ("- behaviour: {}", 8, "[0].behaviour: {} tries nothing: give works or fails"),
        ("- behaviour: {fails: SELECT 1, because: [chek]}", 8, '[0].behaviour.because[0]: "chek" is not'),
        ("- behaviour: {works: SELECT 1, because: check}", 8, "[0].behaviour: "),
        ("- behaviour:\n    fails: [DELETE FROM a, COMMIT]", 9,
         '[0].behaviour.fails[1]: "COMMIT" is nothing that can be tried and taken back: begin with INSERT, UPDATE'),
        ("- sql: ';'", 8, '[0].sql: ";" is no SQL'),
        ("- {shell: ls, timeout: 300}", 8, "[0].timeout: 300 is not a number from 0.5 to 30"),
        ("- {shell: ls, exit: 256}", 8, "[0].exit: 256 is not a whole number from 0 to 255"),
        ("- docker: {}", 8, "[0].docker: {} names nothing"),
        ("- docker: {project: p, container: c}", 8, "[0].docker: "),
        ("- docker: {container: c, services: s}", 8, "[0].docker: "),
        ("- docker: {contaner: c}", 8, '[0].docker.contaner: unknown key; did you mean "container"?'),
        ("- docker: {container: 'a b'}", 8, '[0].docker.container: "a b" is not a name that Docker takes'),
        ("[]", 7, ": [] is empty: give at least one"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_check_is_named_with_file_line_key_and_rule(
    report: Report, root: Path, checks: str, line: int, text: str
) -> None:
    write(root, task(textwrap.indent(checks, " " * 10)))
    [found] = report()
    assert found.startswith(f"workshop/lab.yaml:{line}: sections[0].tasks[0].checks{text}")


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("id", "A b", '"A b" is not an id: a small letter'),
        ("id", "'" + "x" * 41 + "'", "is not an id"),
        ("title", "''", '"" is empty'),
        ("title", "no", "false is not text: YAML reads no"),
        ("points", "101", "101 is not a whole number from 0 to 100"),
        ("points", "-1", "-1 is not a whole number from 0 to 100"),
        ("points", "x", '"x" is not a whole number'),
        ("minutes", "0", "0 is not a whole number from 1 to 600"),
        ("hint[0]", "''", '"" is empty'),
        ("hint[0]", '"\\x1b[31m"', "control or format character"),
        ("hint", "[a, b, c, d, e, f]", "has 6 entries: give 5"),
        ("requires", "two", '"two" is not the id of a task'),
        ("requires", "[oen]", '"oen" is not the id of a task; did you mean "one"?'),
        ("requires", "one", "goes round in a circle: one requires one"),
        ("pionts", "3", 'unknown key; did you mean "points"?'),
    ],
)
def test_a_mistake_in_a_task_is_named(report: Report, root: Path, key: str, value: str, rule: str) -> None:
    given_keys = {"id": "one", "title": "First", key.removesuffix("[0]"): value}
    body = "\n        ".join(f"{name}: {text}" for name, text in given_keys.items())
    write(root, f"{HEAD}      - {body}\n        checks: [{{sql: select true}}]\n")
    lines = report()
    assert any(f".{key}: " in line and rule in line for line in lines), lines
    assert len(lines) == 1


def test_one_mistake_hides_no_other(report: Report, root: Path) -> None:
    write(
        root,
        "title: A course\n"
        "sections:\n"
        "  - title: One\n"
        "    material: 01-strat.md\n"
        "    tasks:\n"
        "      - {id: a, title: A, points: many, requires: b, checks: [{table: X y}, {sql: drop table x}]}\n"
        "      - {id: a, title: B, requires: [c, d], checks: [{sql: select true}]}\n"
        "      - {id: c, title: '', requires: e, checks: [{sql: select true}]}\n"
        "      - {id: e, title: E, requires: c, checks: [{foo: 1}]}\n",
    )
    found = "\n".join(report())
    for part in (
        'sections[0].material: "01-strat.md" is not a file of the material; did you mean "01-start.md"?',
        'tasks[0].points: "many" is not a whole number',
        'tasks[0].checks[0].table: "X y" is not the name',
        "tasks[0].checks[1].sql:",
        'tasks[0].requires: "b" is not the id of a task',
        'tasks[1].id: "a" is another task\'s id already',
        'tasks[1].requires: "d" is not the id of a task',
        "requires: goes round in a circle: ",
        'tasks[2].title: "" is empty',
        'tasks[3].checks[0]: {"foo": 1} says no kind of check',
    ):
        assert part in found
    assert len(found.splitlines()) == 10


def test_a_circle_names_every_task_of_it(report: Report, root: Path) -> None:
    rows = "".join(
        f"      - {{id: {name}, title: T, requires: {other}, checks: [{{sql: select true}}]}}\n"
        for name, other in (("a", "b"), ("b", "c"), ("c", "b"))
    )
    write(root, HEAD + rows)
    [line] = report()
    assert line.endswith(("circle: b requires c requires b", "circle: c requires b requires c"))


def test_there_is_an_end_to_tasks_and_sections(report: Report, root: Path) -> None:
    row = "      - {{id: t{0}, title: T, checks: [{{sql: select true}}]}}\n"
    write(root, HEAD + "".join(row.format(number) for number in range(tasks.MOST_TASKS)))
    assert report() == []
    write(root, HEAD + "".join(row.format(number) for number in range(tasks.MOST_TASKS + 1)))
    assert report() == ["workshop/lab.yaml:2: sections: has 201 tasks: at most 200"]
    write(root, "title: A\nsections:\n" + "  - title: T\n" * (tasks.MOST_SECTIONS + 1))
    assert "has 51 entries: give 50" in report()[0]


def test_the_solution_is_a_folder_of_the_course(report: Report, root: Path) -> None:
    write(root, "title: A\nsolution: solutions\n")
    assert report()[0].startswith('workshop/lab.yaml:2: solution: "solutions" is not a folder of the course')
    (root / "workshop" / "solutions").mkdir()
    assert course(root).solution == root / "workshop" / "solutions"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=15,
)
KEYS = sorted({field.alias or name for model in KINDS for name, field in model.model_fields.items()})


@given(st.lists(st.dictionaries(st.sampled_from([*KEYS, "x"]), JSON, max_size=4) | JSON, max_size=4), JSON)
def test_whatever_yaml_holds_is_read_or_reported(checks: list[object], other: object) -> None:
    said: list[tuple[Key, str]] = []
    values = {
        "title": "A",
        "sections": [{"title": "S", "tasks": [{"id": other, "title": "T", "checks": checks}, other]}],
    }

    def note(key: Key, text: str) -> None:
        said.append((key, text))

    read = lenient(Lab, values, note)
    tasks.check(values["sections"], note)
    assert read.sections or said
