"""`make lesson`: each check of a drafted course tells its own thing apart.

Four finished databases lie in `finished/`; `mutations.sql` lists what can be taken from one of them, or changed in it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from mentor.course import grading
from mentor.course.criteria import Check
from mentor.course.sqltext import literal
from ops import lesson, lesson_test
from ops.drafting import catalogue, outline, tasks
from ops.drafting.queries import Check as Drafted
from ops.scratch import Scratch

HERE = Path(__file__).parent
FINISHED = {path.stem: path for path in sorted((HERE / "finished").glob("*.sql"))}
MUTATIONS = (HERE / "mutations.sql").read_text(encoding="utf-8")
ALONE = "SET search_path = pg_catalog; SET client_min_messages = error;\n"
CHECK: TypeAdapter[Check] = TypeAdapter(Check)
BY_HAND: dict[str, dict[str, set[str]]] = {
    "shop": {
        "ALTER TABLE customers DROP CONSTRAINT customers_email_key": {"rules-customers c2"},
        "ALTER TABLE customers ALTER name DROP NOT NULL": {"table-customers c2"},
        "ALTER TABLE customers ALTER born TYPE timestamp": {"table-customers c1"},
        "DROP INDEX orders_customer_id_idx": {"indexes-orders c1"},
        "DROP INDEX orders_customer_id_ordered_idx": {"indexes-orders c3"},
        "ALTER TABLE orders ALTER state DROP DEFAULT": {"table-orders c6"},
        "ALTER TABLE returns DROP CONSTRAINT returns_order_id_product_id_fkey": {"relations-returns c1"},
        "DROP VIEW open_orders": {"view-open-orders c1"},
    },
    "star": {
        "DROP VIEW dw.best_store": {"view-dw-best-store c1"},
        "DROP MATERIALIZED VIEW dw.sales_by_month": {
            "view-dw-sales-by-month c1", "view-dw-sales-by-month c2", "indexes-dw-sales-by-month c1",
        },
        "ALTER TABLE dw.fact_sales DETACH PARTITION dw.fact_sales_rest": {
            "table-dw-fact-sales-rest c1", "table-dw-fact-sales-rest c2",
        },
    },
    "library": {
        "DROP FUNCTION fine(integer)": {"function-fine c2"},
        "DROP TRIGGER note ON loans": {"trigger-loans-note c1"},
        "DROP POLICY own_row ON members": {"security-members c3"},
    },
    "odd": {
        'ALTER TABLE "order" DROP CONSTRAINT order_set_check': {"rules-order c1"},
        'ALTER TABLE "a(b)" DROP CONSTRAINT "a(b)_x,y_p(q)_fkey"': {"relations-a-b-cce46e c1"},
        'DROP INDEX "Index, (odd)"': {"indexes-a-b-1eb7c5 c1"},
    },
}  # fmt: skip


# What a check is about may be gone, which refuses its statement; the others are to be asked in spite of it.
ANSWER = """
CREATE FUNCTION pg_temp.answer(statement text, relation text, OUT said jsonb) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT to_jsonb(answer.value) FROM (%s) AS answer (value)', statement || chr(10)) INTO said;
EXCEPTION WHEN undefined_table THEN
  IF SQLERRM <> format('relation "%s" does not exist', relation) THEN
    RAISE;
  END IF;
  said := to_jsonb(SQLERRM);
END $$;
"""


def about(step: grading.Step) -> str:
    """What a step is about, as the server names it; nothing where it is about no one thing."""
    return "{schema}.{name}".format(**step["thing"]) if "thing" in step else ""


@dataclass(frozen=True)
class Case:
    """A finished database on the scratch server, and its checks: by task and number."""

    server: Scratch
    name: str
    checks: Mapping[str, Drafted]

    @property
    def written(self) -> list[grading.SqlCheck]:
        """As the grader takes them."""
        return [grading.sql_check("c", CHECK.validate_python(one.values)) for one in self.checks.values()]

    def tried(self, mutations: Sequence[tuple[str, str]]) -> Iterator[tuple[str, set[str], catalogue.Catalogue]]:
        """What each mutation makes fail, and what is there then. All in one session, each taken back."""
        steps: list[Any] = [one["steps"][0] for one in self.written]
        every = ",\n".join(f"pg_temp.answer({literal(step['sql'])}, {literal(about(step))})" for step in steps)
        script = "".join(
            f"BEGIN; SET LOCAL ROLE student;\n{statement};\nSET LOCAL ROLE looker; "
            f"SET LOCAL search_path = pg_catalog, pg_temp;\nSELECT jsonb_build_array({every})::text;\n"
            f"SELECT ({catalogue.QUERY})::jsonb::text;\nROLLBACK;\n"
            for _, statement in mutations
        )
        script = f"SET client_min_messages = error;\n{ANSWER}\n{script}"
        said = self.server.sql(self.name, script, user="postgres").splitlines()
        for (what, _), found, there in zip(mutations, said[::2], said[1::2], strict=True):
            pairs = zip(self.checks, json.loads(found), strict=True)
            yield what, {name for name, answer in pairs if answer not in (True, [])}, catalogue.read(there)


def drafted(found: catalogue.Catalogue) -> dict[str, Drafted]:
    """The checks of a course, by task and number."""
    every, _ = tasks.drafted(found)
    cut = outline.cut(every)
    return {f"{task.id} c{number}": check for task in cut for number, check in enumerate(task.checks, start=1)}


@pytest.fixture(scope="module", params=FINISHED)
def case(server: Scratch, request: pytest.FixtureRequest) -> Case:
    name = request.param
    server.database(name)
    server.sql(name, "SET client_min_messages = error;\n" + FINISHED[name].read_text(encoding="utf-8"))
    return Case(server, name, drafted(catalogue.read(server.sql(name, ALONE + catalogue.QUERY))))


def test_the_finished_database_passes_each_check_and_an_empty_one_none(case: Case) -> None:
    case.server.database(f"start-{case.name}")
    found = case.server.checks([f"start-{case.name}", case.name], case.written)
    held = {name: verdict.ok for name, verdict in zip(case.checks, found[case.name], strict=True)}
    assert held == dict.fromkeys(case.checks, True)
    start = {name: verdict.ok for name, verdict in zip(case.checks, found[f"start-{case.name}"], strict=True)}
    assert start == dict.fromkeys(case.checks, False)


def test_whatever_is_taken_away_or_changed_fails_its_own_checks_and_no_other(case: Case) -> None:
    mutations = [tuple(one) for one in json.loads(case.server.sql(case.name, ALONE + MUTATIONS))]
    assert len(mutations) > 100
    for what, failed, there in case.tried(mutations):
        wanted = list(drafted(there).values())
        assert failed == {name for name, one in case.checks.items() if not still(one, wanted)}, what
        assert failed, f"nobody would notice: {what}"


def still(check: Drafted, wanted: Sequence[Drafted]) -> bool:
    """Whether what a check asks for is there, by what a draft of that would ask for."""
    if columns := check.values.get("notNull"):
        # Without the primary key its columns are among those that take no NULL: that is more, and no less.
        return any(
            one.values.get("table") == check.values["table"] and set(columns) <= set(one.values.get("notNull", ()))
            for one in wanted
        )
    return any(check.about == one.about for one in wanted)


def test_one_thing_less_is_one_check_less(case: Case) -> None:
    """By hand, for what a mistake both in the draft and in this file's own expectations would hide."""
    wanted = BY_HAND[case.name]
    found = case.tried([(statement, statement) for statement in wanted])
    assert {statement: failed for statement, failed, _ in found} == wanted


@pytest.mark.parametrize("name", FINISHED)
def test_the_course_that_is_written_holds(
    course: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUMP", str(FINISHED[name]))
    assert lesson.main() == 0
    first = (course / "lab.yaml").read_text()
    assert lesson_test.main() == 0, capsys.readouterr().out
    course.rename(course.with_name("first"))
    assert lesson.main() == 0
    assert (course / "lab.yaml").read_text() == first
    course.rename(course.with_name("second"))
    # A moment that came from loading is a value like any other in the solution, so rows are compared no more.
    monkeypatch.setenv("LEVEL", "structure")
    assert lesson.main() == 0
    plain = (course / "lab.yaml").read_text()
    assert "returns:" not in plain
    course.rename(course.with_name("third"))
    monkeypatch.setenv("DUMP", str(course.with_name("first") / "solution" / "finished.sql"))
    assert lesson.main() == 0
    assert (course / "lab.yaml").read_text().partition("\nsections:")[2] == plain.partition("\nsections:")[2]
