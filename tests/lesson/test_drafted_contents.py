"""`make lesson` and what stands in a database: rows, views and functions, in the grader's eyes.

Whether a check must hold is told without it: by what its table, view or function gives before and after a change.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from mentor.course import criteria, grading
from mentor.course.criteria import Check
from mentor.course.sqltext import quoted
from ops.drafting import asking, catalogue, outline, sampling, tasks
from ops.drafting.asking import Ask
from ops.drafting.catalogue import Catalogue
from ops.drafting.outline import Section
from ops.drafting.queries import Check as Drafted
from ops.scratch import Scratch

FINISHED = {path.stem: path for path in sorted((Path(__file__).parent / "finished").glob("*.sql"))}
ALONE = "SET search_path = pg_catalog; SET client_min_messages = error;\n"
CHECK: TypeAdapter[Check] = TypeAdapter(Check)
RESTLESS = "the time, for chance, for who asks or for the server's own tables"
KINDS = ("rows", "content", "view", "function", "query")
CHANGES: Mapping[str, Sequence[str]] = {
    "shop": (
        "UPDATE customers SET email = 'x@y' WHERE id = 1", "UPDATE products SET price = 21 WHERE id = 1",
        "UPDATE products SET weight = 2 WHERE id = 1", "UPDATE orders SET ordered = '2001-01-01'",
        "INSERT INTO customers (name, email, phone) VALUES ('Cyd', 'c@d', '2')", "DROP VIEW order_totals",
        "INSERT INTO order_lines VALUES (2, 1, 3)", "UPDATE order_lines SET amount = 3 WHERE order_id = 2",
        "ALTER TABLE products DROP with_tax",
        "DROP VIEW order_totals; CREATE VIEW order_totals AS SELECT 1 AS order_id, 5.0 AS total",
    ),
    "star": (
        "INSERT INTO dw.fact_sales VALUES (20251220, 1, 1, 1, 1)", "UPDATE dw.fact_sales SET quantity = 9",
        "INSERT INTO dw.fact_sales VALUES (20251220, 1, 1, 1, 1); REFRESH MATERIALIZED VIEW dw.sales_by_month",
        "UPDATE dw.dim_store SET city = 'Wien' WHERE store_key = 3", "DELETE FROM dw.dim_store WHERE store_key = 3",
        "UPDATE dw.dim_product SET prices = '{[1,2)}' WHERE product_key = 2", "DROP VIEW every_sale",
        "DROP VIEW top_products; CREATE TABLE top_products AS SELECT 'Saw' AS name, 270::bigint AS sold",
    ),
    "library": (
        "UPDATE books SET title = 'Emma II' WHERE id = 2", "UPDATE members SET name = 'Bee' WHERE id = 2",
        "INSERT INTO loans VALUES (2, 2, '2025-01-01')", "UPDATE loans SET since = '2025-03-02' WHERE book_id = 2",
        "CREATE OR REPLACE FUNCTION days() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 29",
        "DROP FUNCTION most_lent()", "UPDATE media SET title = 'Map' WHERE id = 1",
    ),
    "odd": (
        """UPDATE "order" SET "select" = 'x' WHERE "user" = 1""",
        """UPDATE "a(b)" SET "yes" = '{y}' WHERE "null" = 3""",
        """INSERT INTO "a(b)" VALUES (NULL)""", """UPDATE größe."客户" SET "~" = '{}'""",
        """UPDATE "Second Schema"."客户" SET "🙂" = '🙃'""", """UPDATE " blank " SET " " = NULL""",
        """INSERT INTO "Order" VALUES (3)""",
    ),
}  # fmt: skip


MORE: Mapping[str, Sequence[str]] = {
    "shop": (
        "INSERT INTO customers (name, email, phone) VALUES ('Eve', 'e@e', '9')",
        "INSERT INTO products (name) VALUES ('Bolt')",
    ),
    "library": ("INSERT INTO branches (town) VALUES ('Ulm')", "INSERT INTO staff (branch_id) VALUES (-3)"),
}
"""Rows that somebody adds to those that he was given."""


@dataclass(frozen=True)
class Case:
    """A finished database on the scratch server, and what was drafted of it."""

    server: Scratch
    name: str
    found: Catalogue
    sections: Sequence[Section]
    left: Sequence[str]

    @property
    def checks(self) -> dict[str, Drafted]:
        every = [task for section in self.sections for task in section.tasks]
        return {f"{task.id} c{number}": one for task in every for number, one in enumerate(task.checks, start=1)}

    def held(self, databases: Sequence[str]) -> dict[str, dict[str, bool | None]]:
        """By database and check, what the grader says."""
        written = [grading.sql_check("c", CHECK.validate_python(one.values)) for one in self.checks.values()]
        found = self.server.checks(databases, written)
        return {name: dict(zip(self.checks, [one.ok for one in found[name]], strict=True)) for name in databases}

    def given(self, database: str) -> dict[str, list[str]]:
        """By check of a content, what there is to be looked at."""
        wanted = {
            name: looked_at(one) for name, one in self.checks.items() if KINDS[0] in one.values or is_content(one)
        }
        script = "".join(f"\\echo ==\n{query};\n" for query in wanted.values())
        said = self.server.sql(database, f"\\set ON_ERROR_STOP off\nSET client_min_messages = fatal;\n{script}")
        return {name: sorted(one.split("\n")) for name, one in zip(wanted, f"{said}\n".split("==\n")[1:], strict=True)}


def is_content(one: Drafted) -> bool:
    return ("view" in one.values and "returns" in one.values) or any(
        kind in one.values for kind in KINDS if kind != "view"
    )


def looked_at(one: Drafted) -> str:
    """Rows as psql shows them, asked in a plain way."""
    values, check = one.values, CHECK.validate_python(one.values)
    match check:
        case criteria.Content():
            columns = ", ".join(map(quoted, check.columns)) or "*"
            return f"SELECT {columns} FROM {check.content.sql}"
        case criteria.RowCount():
            return f"SELECT count(*) FROM {check.rows.sql}"
        case criteria.View():
            there = (
                f"(SELECT count(*) FROM pg_class WHERE oid = '{check.view.sql}'::regclass AND relkind IN ('v', 'm'))"
            )
            return f"SELECT {there}, * FROM {check.view.sql}"
        case criteria.Function():
            return f"SELECT * FROM {check.function.sql}()"
    [name] = re.findall(r"FROM (\S+) AS mentor_row", values["query"])
    return f"SELECT * FROM {name}"


def asked(server: Scratch, database: str, asks: Sequence[Ask], before: Sequence[str]) -> list[object]:
    said = server.sql(database, f"\\set ON_ERROR_STOP off\n{asking.script(asks, before)}") if asks else ""
    return list(asking.answers(f"{said}\n".encode()))


@pytest.fixture(scope="module", params=FINISHED)
def case(server: Scratch, request: pytest.FixtureRequest) -> Case:
    name = request.param
    server.database(name)
    server.sql(name, "SET client_min_messages = error;\n" + FINISHED[name].read_text(encoding="utf-8"))
    found = catalogue.read(server.sql(name, ALONE + catalogue.QUERY))
    contents = sampling.sampled(found, lambda asks, before: asked(server, name, asks, before))
    drafted, left = tasks.drafted(found, contents)
    return Case(server, name, found, outline.outlined(found, drafted)[0], left)


def test_a_changed_row_is_missed_by_those_that_show_it_and_by_no_other(case: Case) -> None:
    tables = [table.sql for table in case.found.tables if not table.bound]
    gone = [
        f"DELETE FROM {sql} WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM {sql} LIMIT 1)"
        for sql in tables
        if case.server.sql(case.name, f"SELECT count(*) FROM {sql}") != "0"
    ]
    before = case.given(case.name)
    assert len(before) > len(gone) > 3
    changes = dict(enumerate([*gone, *CHANGES[case.name]]))
    databases = {number: f"{case.name}-{number}" for number in changes}
    for number, statement in changes.items():
        case.server.database(databases[number], template=case.name)
        lines = f"SET session_replication_role = replica; SET client_min_messages = error;\n{statement}"
        case.server.sql(databases[number], lines, user="postgres")
    held = case.held([case.name, *databases.values()])
    assert set(held[case.name].values()) == {True}
    for number, statement in changes.items():
        after = case.given(databases[number])
        failed = {name for name, ok in held[databases[number]].items() if name in before and not ok}
        assert failed == {name for name in before if before[name] != after[name]}, statement
        if not statement.startswith("DROP") and "CREATE" not in statement and "ALTER" not in statement:
            assert {name for name, ok in held[databases[number]].items() if not ok} == failed, statement


def test_what_students_are_given_fills_their_tables(case: Case) -> None:
    name = f"given-{case.name}"
    case.server.database(name)
    tables, keys = (
        case.server.execute(
            "pg_dump", "-x", "-O", "-U", "student", "-d", case.name, f"--section={part}-data"
        ).stdout.decode()
        for part in ("pre", "post")
    )
    # They come before the triggers in a course.
    off = [f"ALTER TABLE {table.sql} DISABLE TRIGGER USER;" for table in case.found.tables]
    on = [one.replace("DISABLE", "ENABLE") for one in off]
    order = [task for section in case.sections for task in section.tasks]
    relations = {task.table: place for place, task in enumerate(order) if task.kind == "relations"}
    early = [task.given for place, task in enumerate(order) if place < relations.get(task.table, 0)]
    late = [task.given for place, task in enumerate(order) if place >= relations.get(task.table, 0)]
    views = [f"REFRESH MATERIALIZED VIEW {view.sql};" for view in case.found.views if view.materialized]
    quiet = "SET client_min_messages = error;"
    script = [quiet, tables, "RESET ALL;", quiet, *early, keys, "RESET ALL;", quiet, *off, *late, *views, *on]
    case.server.sql(name, "\n".join(script))
    held = case.held([name])[name]
    assert held == dict.fromkeys(case.checks, True)
    for statement in MORE.get(case.name, ()):
        case.server.sql(name, statement)


def test_nothing_moves_when_the_same_is_asked_again(case: Case) -> None:
    again = sampling.sampled(case.found, lambda asks, before: asked(case.server, case.name, asks, before))
    drafted, left = tasks.drafted(case.found, again)
    assert outline.outlined(case.found, drafted)[0] == case.sections
    assert left == case.left


def test_what_others_cannot_have_is_left_out_and_said(case: Case) -> None:
    wanted = {
        "shop": ["values of created of customers: filled by themselves, and no foreign key refers to them",
                 "what open_orders gives: other numbers, moments or another order of the same rows change it"],
        "star": ["what some_city gives: other numbers, moments or another order of the same rows change it",
                 f"what sold_today gives: it asks for {RESTLESS}"],
        "library": [f"what today() gives: it is VOLATILE, or asks for {RESTLESS}",
                    f"what opened() gives: it is VOLATILE, or asks for {RESTLESS}",
                    f"what things gives: it asks for {RESTLESS}",
                    "rows of wishes: missing rights or row-level security refuse it",
                    "values of shelf of media: filled by themselves, and no foreign key refers to them"],
        "odd": [],
    }  # fmt: skip
    assert set(wanted[case.name]) <= set(case.left)
