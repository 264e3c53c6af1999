"""A draft, from a catalogue to the text of lab.yaml, without a server."""

from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from mentor.course import lesson, sqltext
from mentor.course.questions import ID
from mentor.course.readers import LONGEST_SQL
from mentor.course.tasks import MOST_CHECKS, MOST_TASKS
from mentor.settings import values
from mentor.settings.problems import Problems
from ops.drafting import catalogue, naming, outline, pages, tasks, writing
from ops.drafting.catalogue import Catalogue, Place
from ops.drafting.outline import Section
from tests.unit.ops.drafting_kit import column, constraint, found, refers, sql, table

OVER = "a course has no more than 50 sections and 200 tasks"
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=15)


def sections(of: Catalogue) -> list[Section]:
    every, _ = tasks.drafted(of)
    return outline.outlined(of, every)[0]


def titles(of: Catalogue) -> dict[str, list[str]]:
    return {section.title: [task.title for task in section.tasks] for section in sections(of)}


def test_a_table_becomes_a_task_with_a_check_for_each_of_its_parts() -> None:
    one = table("order", column("id", not_null=True), column("Paid", "text", not_null=True, default="'no'::text"))
    key = constraint(one, "p", "id")
    [task] = sections(found(tables=[one], constraints=[key]))[0].tasks
    assert (task.id, task.title) == ("table-order", 'Create the table "order"')
    assert [dict(check.values) for check in task.checks[:3]] == [
        {"table": "order", "columns": {"id": "integer", '"Paid"': "text"}},
        {"table": "order", "notNull": ['"Paid"']},
        {"table": "order", "primaryKey": ["id"]},
    ]
    assert task.checks[3].values["message"] == 'column "Paid" of "order" does not default to \'no\'::text'
    assert task.about == ("id integer NOT NULL", "\"Paid\" text NOT NULL DEFAULT 'no'::text", "PRIMARY KEY (id)")


def test_a_type_that_no_course_can_name_is_asked_for() -> None:
    one = table("a", column("id"), column("place", "public.geometry(Point,4326)"))
    [task] = sections(found(tables=[one]))[0].tasks
    assert task.checks[0].values == {"table": "a", "columns": {"id": "integer", "place": None}}
    assert "'public.geometry(Point,4326)'" in task.checks[1].values["sql"]


def test_what_is_referred_to_comes_first_and_a_circle_is_no_trouble() -> None:
    a, b, c = table("a"), table("b"), table("c")
    made = titles(found(tables=[a, b, c], constraints=[refers(a, b), refers(a, a), refers(b, c), refers(c, b)]))
    assert made["Tables"] == ["Create the table b", "Create the table a", "Create the table c"]
    assert made["Relations between tables"] == ["Let b refer to c", "Let a refer to b and itself", "Let c refer to b"]


def test_relations_require_the_tables_and_nothing_twice() -> None:
    a, b = table("a"), table("b")
    key = constraint(b, "u", "id")
    relation = refers(a, b)
    of = found(tables=[a, b], constraints=[key, relation], dependencies=[[relation["key"], key["key"]]])
    every = {task.id: task for section in sections(of) for task in section.tasks}
    assert every["rules-b"].requires == ("table-b",)
    assert set(every["relations-a"].requires) == {"table-a", "rules-b"}


def test_a_function_that_a_table_needs_is_taught_with_the_tables() -> None:
    function = {
        "key": "f", "namespace": "public", "name": "next", "sql": sql("next"), "comment": None, "kind": "f",
        "signature": "public.next()", "arguments": "", "result": "integer",
    }  # fmt: skip
    late = {**function, "key": "g", "name": "late", "sql": sql("late")}
    one = table("a", column("id", default="public.next()"))
    made = titles(found(tables=[one], functions=[late, function], dependencies=[[one["key"], "f"], ["g", one["key"]]]))
    assert made == {
        "Tables": ["Write the function next()", "Create the table a"],
        "Functions and procedures": ["Write the function late()"],
    }


def test_sections_are_of_one_size_and_none_is_empty() -> None:
    made = titles(found(tables=[table(f"t{number}") for number in range(17)]))
    assert {title: len(listed) for title, listed in made.items()} == {
        "Tables, part 1": 6, "Tables, part 2": 6, "Tables, part 3": 5,
    }  # fmt: skip


def test_what_is_longer_than_a_check_may_be_is_left_out_and_named() -> None:
    one = table("a", column("id", default=f"'{'x' * LONGEST_SQL}'::text"))
    every, left = tasks.drafted(found(tables=[one]))
    drafted = outline.cut(every)
    assert [len(task.checks) for task in drafted] == [1]
    (line,) = left
    assert line.startswith("Create the table a: it takes more than a check may hold: {'sql': ")


def test_a_task_with_too_many_checks_is_split_and_a_course_with_too_many_tasks_cut() -> None:
    one = table("a")
    rules = [constraint(one, "c", "id", condition=f"id > {number}") for number in range(MOST_CHECKS + 1)]
    every = [task for section in sections(found(tables=[one], constraints=rules)) for task in section.tasks]
    assert [(task.id, len(task.checks)) for task in every] == [("table-a", 1), ("rules-a", 30), ("rules-a-2", 1)]
    of = found(tables=[table(f"t{number:03}") for number in range(MOST_TASKS + 2)])
    made, left = outline.outlined(of, tasks.drafted(of)[0])
    assert sum(len(section.tasks) for section in made) == MOST_TASKS
    assert left == [
        f"Create the table t{number}: a course has no more than 50 sections and 200 tasks" for number in (200, 201)
    ]


def test_ids_that_would_be_the_same_are_told_apart_and_stay() -> None:
    same = [table("a_b"), table("b", namespace="a")]
    first, second = (task.id for task in outline.cut(tasks.drafted(found(tables=same))[0]))
    assert first != second
    assert [task.id for task in outline.cut(tasks.drafted(found(tables=[table("x"), *same]))[0])] == [
        "table-x",
        first,
        second,
    ]


def test_a_unique_key_on_the_primary_key_is_named_and_no_check() -> None:
    one = table("a")
    of = found(tables=[one], constraints=[constraint(one, "p", "id"), constraint(one, "u", "id")])
    every, left = tasks.drafted(of)
    assert [task.id for task in every] == ["table-a"]
    assert left == ["unique key (id) of a: the primary key says it already"]


def test_comments_become_hints() -> None:
    one = table("a", column("id", comment="counts\tup"), comment=" Who\u200b?\n\nEverybody. ")
    [task] = sections(found(tables=[one]))[0].tasks
    assert task.hints == ("Who�?\n\nEverybody.", "id: counts up")


@given(NAMES, NAMES)
def test_any_name_makes_an_id_a_title_and_a_check_that_a_course_takes(name: str, other: str) -> None:
    assert sqltext.identifier(naming.spelled(name)) == name
    place = Place(namespace=other if not other.startswith("pg_") else "public", name=name)
    assert sqltext.qualified(naming.placed(place)) == sqltext.Name(name, place.namespace)
    one = table(name, column(other), namespace=place.namespace)
    of = found(tables=[one], constraints=[constraint(one, "c", condition="x > 0"), refers(one, one, other)])
    every, _ = tasks.drafted(of)
    for task in every:
        assert values.word(task.id, ID, "an id")
        assert values.text(task.title)
    text = yaml.safe_load(writing.lab("T", "d", "c", outline.outlined(of, every)[0]))
    listed = [check for section in text["sections"] for task in section["tasks"] for check in task["checks"]]
    assert listed == [dict(check.values) for task in every for check in task.checks]


@given(NAMES, NAMES)
def test_two_names_have_two_ids(one: str, other: str) -> None:
    assert (naming.task_id("table", one) == naming.task_id("table", other)) == (one == other)


def test_the_text_is_a_course_and_reads_like_one(tmp_path: Path) -> None:
    one = table("a", column("id"), column("yes", "text"), comment="Two\nlines")
    made = sections(found(tables=[one], constraints=[constraint(one, "p", "id")]))
    text = writing.lab("A course", "a.sql", "courses/a", made)
    assert text == writing.lab("A course", "a.sql", "courses/a", made)
    assert text.partition("title:")[2] == (
        " A course\nmaterial: material\nsolution: solution\nsections:\n  - title: Tables\n"
        "    material: 01-tables.md\n    tasks:\n      - id: table-a\n        title: Create the table a\n"
        "        hint: |-\n          Two\n          lines\n        checks:\n          - table: a\n"
        "            columns:\n              id: integer\n              'yes': text\n"
        "          - table: a\n            primaryKey: [id]\n"
    )
    (tmp_path / "solution").mkdir()
    (tmp_path / "material").mkdir()
    (tmp_path / "lab.yaml").write_text(text)
    page = pages.pages(made, "The [tables]: *one*.")
    (tmp_path / "material" / "01-tables.md").write_text(page["01-tables.md"])
    problems = Problems("mentor")
    assert lesson.parse(tmp_path, tmp_path, problems) is not None, list(problems)
    assert page == {
        "01-tables.md": "# Tables\n\n![The \\[tables\\]: \\*one\\*.](tables.svg)\n\n:::task table-a\n\n    id integer\n"
        "    yes text\n    PRIMARY KEY (id)\n"
    }


def test_each_section_has_a_page_and_the_picture_is_where_tables_are_made() -> None:
    schemas = [{"key": f"s{n}", "name": f"s{n}"} for n in range(9)]
    made = sections(found(schemas=schemas, tables=[table("a")]))
    written = pages.pages(made, "The tables.")
    assert list(written) == ["01-before-the-tables-part-1.md", "02-before-the-tables-part-2.md", "03-tables.md"]
    assert [name for name, text in written.items() if "tables.svg" in text] == ["03-tables.md"]
    assert yaml.safe_load(writing.lab("T", "d", "c", made))["sections"][1]["material"] == list(written)[1]


def test_the_servers_nulls_are_empty_lists() -> None:
    assert catalogue.read(found().model_dump_json()).tables == ()
