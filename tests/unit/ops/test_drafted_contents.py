"""Rows on their way into a course, without a server."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from images.grader.grader import session
from mentor.course import lesson
from mentor.settings.problems import Problems
from ops.drafting import (
    asking,
    families,
    moving,
    outline,
    pages,
    sampling,
    sharing,
    statements,
    stirring,
    tasks,
    writing,
)
from ops.drafting.asking import Ask, Unknown
from ops.drafting.catalogue import Catalogue, Column, Table
from ops.drafting.contents import Contents
from ops.drafting.naming import Speech
from ops.drafting.outline import Section
from tests.unit.ops.drafting_kit import column, constraint, found, refers, sql, table

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
HASH = "0" * 32
NUMBERS = {"sql": "public.n", "step": 1, "least": 1, "most": 9, "last": None}
VIEW = {
    "key": "view v", "namespace": "public", "name": "v", "sql": sql("v"), "comment": None, "materialized": False,
    "columns": [column("n")],
}  # fmt: skip


def contents(of: Catalogue, **rows: Sequence[Sequence[str | None]]) -> Contents:
    """What there is when these tables hold these rows."""
    made = Contents()
    for one in of.tables:
        cells = [list(row) for row in rows[one.name]]
        made.counts[one.key], made.cells[one.key], made.hashes[one.key] = len(cells), cells, HASH
        made.columns[one.key] = tuple(each for each in one.columns if not each.moving)
    return made


def outlined(of: Catalogue, what: Contents) -> tuple[list[Section], list[str]]:
    every, left = tasks.drafted(of, what)
    return outline.outlined(of, every)[0], left


def test_a_table_with_rows_is_filled_after_those_to_which_it_refers() -> None:
    one, other = table("a", column("id"), column("at", "date", moving=True)), table("b")
    of = found(tables=[one, other, table("empty")], constraints=[refers(one, other), constraint(one, "p", "id")])
    made, left = outlined(of, contents(of, a=[["1"], ["2"]], b=[["1"]], empty=[]))
    [rows] = [section for section in made if section.title == "Rows"]
    assert [(task.id, task.title, task.requires) for task in rows.tasks] == [
        ("rows-b", "Fill the table b: 1 row", ("table-b",)),
        ("rows-a", "Fill the table a: 2 rows", ("relations-a", "rows-b")),
    ]
    assert [dict(check.values) for check in rows.tasks[1].checks] == [
        {"rows": "a", "count": 2}, {"content": "a", "hash": HASH, "columns": ["id"]},
    ]  # fmt: skip
    assert rows.tasks[1].given == "INSERT INTO a (id) VALUES\n  (1),\n  (2);\n"
    assert left == ["values of at of a: filled by themselves, and no foreign key refers to them"]


def test_without_contents_a_draft_is_as_it_was() -> None:
    of = found(tables=[table("a")], views=[VIEW])
    assert [task.kind for task in tasks.drafted(of)[0]] == ["tables", "views"]


def test_a_view_returns_its_rows_or_their_hash_after_the_rows_that_it_shows() -> None:
    of = found(tables=[table("a")], views=[VIEW], dependencies=[["view v", "table public.a"]])
    what = contents(of, a=[["1"]])
    what.given["view v"] = [[Decimal("1.50"), "x", None, Decimal("1E+3"), [True]]]
    [task] = outlined(of, what)[0][-1].tasks
    assert task.requires == ("rows-a",)
    assert dict(task.checks[1].values) == {"view": "v", "returns": [[1.5, "x", None, 1000, [True]]]}
    wrong: list[list[list[object]]] = [[[Decimal("0.1000000000000000000001")]], [[n] for n in range(31)]]
    for rows in wrong:
        what.given["view v"], what.digests["view v"] = rows, (len(rows), HASH)
        [task] = outlined(of, what)[0][-1].tasks
        assert task.checks[1].values["returns"] == [[len(rows), HASH]]
        assert task.checks[1].values["message"] == f"v does not give the {len(rows)} rows that it should"
    what.left["view v"] = "it sleeps"
    made, left = outlined(of, what)
    assert len(made[-1].tasks[0].checks) == 1
    assert left == ["what v gives: it sleeps"]


@given(st.lists(TEXTS | st.none(), min_size=1, max_size=3), TEXTS.filter(bool))
def test_rows_are_lines_that_nobody_takes_for_anything_else(row: list[str | None], name: str) -> None:
    columns = tuple(Column.model_validate(column(f"{name}{n}", "text")) for n in range(len(row)))
    owner = Table.model_validate(table(name))
    text = statements.filling(owner, columns, [row], Speech(frozenset()))
    once, first, second, end = text.split("\n")
    assert text.splitlines() == [once, first, second]
    assert once.startswith("-- Once is enough: ")
    assert first.startswith("INSERT INTO ")
    assert second.startswith("  (")
    assert end == ""
    assert "$$" not in text
    assert text.replace("\n", "").isprintable() or set(text) & {"\xa0", "\u3000"} == set()
    assert not set(text) & {"\t", "\r", "\x1b", "\u202e", "\u200b", "\u2028"}


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("integer", "-5", "-5"), ("numeric(6,3)", "NaN", "'NaN'"), ("text", "5", "'5'"), ("text", None, "NULL"),
        ("text", "it's \\", "E'it''s \\\\'"), ("text", "a\nb", "E'a\\U0000000ab'"),
        ("text", "$$id$$", "E'\\U00000024\\U00000024id\\U00000024\\U00000024'"), ("boolean", "t", "'t'"),
    ],
)  # fmt: skip
def test_a_value_is_written_so_that_it_comes_back(kind: str, text: str | None, written: str) -> None:
    owner = Table.model_validate(table("order", column("a b", kind)))
    text = statements.filling(owner, owner.columns, [[text]], Speech(frozenset(["order"])))
    assert text.split("\n", maxsplit=1)[1] == f'INSERT INTO "order" ("a b") VALUES\n  ({written});\n'


@pytest.mark.parametrize(
    ("numbers", "setval"),
    [
        ({"step": 1, "least": 1, "most": 99, "last": None}, 7),
        ({"step": 1, "least": 1, "most": 99, "last": 9}, 9),
        ({"step": -1, "least": -9, "most": 9, "last": 8}, 3),
        ({"step": 1, "least": 1, "most": 5, "last": None}, None),
    ],
)
def test_a_number_that_is_given_is_not_given_again(numbers: dict[str, Any], setval: int | None) -> None:
    shape = table("a", column("id", identity="a", moving=True, numbers={"sql": 'public."a_id\'seq"', **numbers}))
    owner = Table.model_validate(shape)
    keys = found(tables=[shape], constraints=[constraint(shape, "p", "id")]).constraints
    text = statements.filling(owner, owner.columns, [["7"], ["3"]], Speech(frozenset()), keys)
    rows = "INSERT INTO a (id) OVERRIDING SYSTEM VALUE VALUES\n  (7),\n  (3);\n"
    own = """pg_get_serial_sequence('"public"."a"', 'id')"""
    assert text == (rows if setval is None else f"BEGIN;\n{rows}SELECT setval({own}, {setval});\nCOMMIT;\n")
    not_own = owner.columns[0].model_copy(update={"identity": ""})
    text = statements.filling(owner, [not_own], [["7"], ["3"]], Speech(frozenset()), keys)
    assert (f"SELECT setval('public.\"a_id''seq\"', {setval});" in text) is (setval is not None)


def test_rows_that_refer_to_each_other_are_one_statement_and_others_are_all_or_none() -> None:
    tree, flat = table("tree", column("id"), column("above")), table("flat")
    of = found(tables=[flat, tree], constraints=[refers(tree, tree, "above")])
    rows = [[str(n), str(n + 1)] for n in range(150)]
    whole = statements.filling(of.tables[1], of.tables[1].columns, rows, Speech(frozenset()), of.constraints)
    assert whole.count("INSERT") == 1
    assert "BEGIN" not in whole
    assert whole.startswith(
        "-- Once is enough: the table has no key that refuses the same rows again. DELETE FROM tree;"
    )
    parts = statements.filling(of.tables[0], of.tables[0].columns, [["1"]] * 150, Speech(frozenset()))
    assert re.findall("BEGIN;|INSERT|COMMIT;", parts) == ["BEGIN;", "INSERT", "INSERT", "COMMIT;"]
    assert statements.filling(of.tables[0], of.tables[0].columns, [], Speech(frozenset())) == ""


def test_tables_that_refer_to_each_other_are_filled_before_they_do() -> None:
    boss, unit, desk = (
        table("boss", column("id"), column("unit")),
        table("unit", column("id"), column("boss")),
        table("desk"),
    )
    of = found(
        tables=[boss, desk, unit],
        constraints=[refers(boss, unit, "unit"), refers(unit, boss, "boss"), refers(unit, desk), refers(desk, desk)],
    )
    made, _ = outlined(of, contents(of, boss=[["1", "1"]], unit=[["1", "1"]], desk=[["1"]]))
    requires = {task.id: task.requires for section in made for task in section.tasks}
    assert requires["rows-desk"] == ("relations-desk",)
    assert requires["rows-boss"] == ("table-boss",)
    assert requires["rows-unit"] == ("table-unit", "rows-desk")
    assert requires["relations-boss"] == requires["relations-unit"] == ("rows-boss", "rows-unit")


def test_rows_that_refer_to_rows_which_nobody_is_given_are_only_counted() -> None:
    far, near, here, there = (table(name, column("id"), column("to")) for name in ("far", "near", "here", "there"))
    of = found(
        tables=[far, here, near, there],
        constraints=[refers(near, far, "to"), refers(here, near, "to"), refers(there, near, "to")],
    )
    cells = {"near": [["1", "1"]], "here": [["1", "1"]], "there": [["1", None]]}

    def asked(asks: Sequence[Ask], _: Sequence[str]) -> list[object]:
        answers = {"hash": [1, HASH], "count": 1}
        return [
            Unknown("it is hidden") if one.key == "table public.far" and one.what != "count"
            else answers.get(one.what, cells.get(one.key.split(".")[1]))
            for one in asks
        ]  # fmt: skip

    what = sampling.sampled(of, asked)
    assert list(what.cells) == list(what.hashes) == ["table public.there"]
    assert what.left == {
        "table public.far": "it is hidden",
        "table public.near": "they refer to rows of far, which nobody is given",
        "table public.here": "they refer to rows of near, which nobody is given",
    }
    made, left = outlined(of, what)
    assert {"rows": "near", "count": 1} in [
        check.values for section in made for task in section.tasks for check in task.checks
    ]
    assert (
        "what the rows of here hold: they refer to rows of near, which nobody is given; they are only counted" in left
    )


def test_what_names_something_that_moves_moves_too() -> None:
    def function(name: str, body: str | None, *, still: bool = True) -> dict[str, Any]:
        return {"key": f"function {name}", "namespace": "public", "name": name, "sql": sql(name), "comment": None,
                "kind": "f", "signature": f"{name}()", "arguments": "", "result": "integer", "moving": not still,
                "body": body}  # fmt: skip

    view = {**VIEW, "key": "view w", "name": "w"}
    of = moving.told(found(
        tables=[table("t", column("n", default="public.Outer()"), column("ok", default="2"))],
        functions=[function("Inner One", None, still=False), function("outer", 'SELECT "INNER one"()'),
                   function("by_view", "SELECT n FROM w"), function("still", "SELECT outermost FROM v")],
        views=[VIEW, view],
        dependencies=[["view w", "function outer"], ["view v", "table public.t"], ["table public.t", "function outer"]],
    ))  # fmt: skip
    assert {one.name for one in of.functions if one.moving} == {"Inner One", "outer", "by_view"}
    assert {one.name for one in of.views if one.moving} == {"w"}, "what a default does changes no row that is there"
    assert [one.moving for one in of.tables[0].columns] == [True, False]


def test_numbers_are_put_in_order_as_such_however_long_they_are() -> None:
    rows = [[Decimal(10) ** 400], [2], [1234567890123456789], [1234567890123456788], ["x"], [None], [True]]
    of = found(views=[VIEW])

    def asked(asks: Sequence[Ask], before: Sequence[str]) -> list[object]:
        return [rows[::-1] if before else rows for _ in asks]

    given = sampling.sampled(of, asked).given["view v"]
    assert given[:4] == [[2], [1234567890123456788], [1234567890123456789], [Decimal(10) ** 400]]


def test_rows_that_are_long_or_deep_have_a_hash_and_all_of_them_have_an_end() -> None:
    of, deep = found(views=[VIEW]), 1
    for _ in range(30):
        deep = [deep]  # type: ignore[assignment]
    for rows in ([["x" * 4001]], [[deep]]):
        what = Contents(given={"view v": rows}, digests={"view v": (1, HASH)})  # type: ignore[dict-item]
        [section] = outlined(of, what)[0]
        assert section.tasks[0].checks[1].values["returns"] == [[1, HASH]]
    many = found(views=[{**VIEW, "key": f"view {n}", "name": f"v{n}", "sql": sql(f"v{n}")} for n in range(100)])
    what = Contents(
        given={one.key: [["x" * 3900]] for one in many.views}, digests={one.key: (1, HASH) for one in many.views}
    )
    text = writing.lab("T", "d", "c", outlined(many, what)[0])
    assert 300_000 > text.count("x" * 3900) * 3900 > 250_000
    assert text.count(HASH) == 100 - text.count("x" * 3900)


def test_short_rows_stand_on_the_page_and_long_ones_in_a_file(tmp_path: Path) -> None:
    one = table("a", column("t", "text"))
    of = found(tables=[one, table("b", column("t", "text"))], constraints=[constraint(one, "u", "t")])
    made, _ = outlined(of, contents(of, a=[["``` :::task x"]], b=[["x" * 50] for _ in range(50)]))
    whole = pages.pages(made)
    page = whole["03-rows.md"]
    assert ":::task rows-a\n\n```sql run\nINSERT INTO a (t) VALUES\n  ('``` :::task x');\n```\n" in page
    assert "[rows/rows-b.sql](rows/rows-b.sql)" in page
    assert "```sql run\n\\i /workshop/rows/rows-b.sql\n```" in page
    files = pages.rows(made)
    assert list(files) == ["rows/rows-b.sql"]
    (tmp_path / "solution").mkdir()
    (tmp_path / "material" / "rows").mkdir(parents=True)
    (tmp_path / "material" / "rows" / "rows-b.sql").write_text(files["rows/rows-b.sql"])
    for name, text in whole.items():
        (tmp_path / "material" / name).write_text(text)
    (tmp_path / "lab.yaml").write_text(writing.lab("T", "d", "c", made))
    problems = Problems("mentor")
    assert lesson.parse(tmp_path, tmp_path, problems) is not None, list(problems)


def test_rows_that_are_expected_stand_each_on_a_line() -> None:
    of = found(views=[VIEW])
    what = Contents(given={"view v": [[1, "2025-01-31", "yes"], [2, "a: b", None]]})
    text = writing.lab("T", "d", "c", outlined(of, what)[0])
    assert "            returns:\n              - [1, '2025-01-31', 'yes']\n              - [2, 'a: b', null]\n" in text
    [check] = yaml.safe_load(text)["sections"][0]["tasks"][0]["checks"][1:]
    assert check["returns"] == what.given["view v"]


def test_an_answer_is_read_as_far_as_it_came() -> None:
    said = b'[1.10]\n!00000\n!57014\n["\xc3\xbc"]\n!00000\n{"half \xc3'
    assert list(asking.answers(said)) == [[Decimal("1.10")], Unknown("it takes more than 0.4 seconds"), ["ü"]]


@pytest.mark.parametrize("line", [b"[" + b"9" * 5000 + b"]", b"[" * 100_000 + b"]" * 100_000, b'["\xfc"]', b"Hello"])
def test_an_answer_that_nobody_can_read_is_none(line: bytes) -> None:
    found = list(asking.answers(line + b"\n!00000\n[1]\n!00000\n"))
    assert found == [Unknown("it is nothing that a check can hold"), [1]]


def test_an_answer_has_less_time_than_a_workshops_grader_gives_it() -> None:
    assert asking.SECONDS < session.SECONDS / 2


def test_each_question_is_taken_back() -> None:
    asks = [Ask("given", "a", "SELECT 1"), Ask("given", "b", "SELECT 2", own_code=True)]
    alone = asking.script(asks)
    assert re.findall("BEGIN READ ONLY;|ROLLBACK;|search_path = [a-z_]+", alone) == [
        "BEGIN READ ONLY;", "search_path = pg_catalog", "ROLLBACK;",
        "BEGIN READ ONLY;", "search_path = public", "ROLLBACK;",
    ]  # fmt: skip
    stirred = asking.script(asks, ["DELETE FROM a;"])
    assert stirred.index("DELETE FROM a;") < stirred.index("SAVEPOINT one;")
    assert stirred.endswith("ROLLBACK TO SAVEPOINT one;\nROLLBACK;\n")


def test_what_differs_elsewhere_is_left_out() -> None:
    late = {**VIEW, "key": "view w", "name": "w", "sql": sql("w"), "moving": True}
    of = found(tables=[table("a")], views=[VIEW, late])

    def asked(asks: Sequence[Ask], before: Sequence[str]) -> list[object]:
        return [0 if one.what == "count" else [[2 if before else 1]] for one in asks]

    made = sampling.sampled(of, asked)
    assert made.given == {}
    assert made.left == {
        "view v": "other numbers, moments or another order of the same rows change it",
        "view w": "it asks for the time, for chance, for who asks or for the server's own tables",
    }
    assert sampling.sampled(found(views=[VIEW]), lambda asks, _: [[[2], [1]] for _ in asks]).given == {
        "view v": [[1], [2]]
    }


def test_rows_come_back_with_other_moments_or_not_at_all() -> None:
    one = table("a", column("id"), column("at", "date", moving=True), column("no", identity="a", moving=True))
    of = found(tables=[one, table("b")])
    lines = list(stirring.stirred(of, {of.tables[0].key: of.tables[0].columns[:1]}))
    assert 'INSERT INTO "public"."a" ("id", "at") OVERRIDING SYSTEM VALUE SELECT "id", (timestamp' in lines[1]
    assert lines[2:5] == ["\\if :ERROR", 'TRUNCATE ONLY "public"."a";', "\\endif"]
    assert lines[6:] == ['TRUNCATE ONLY "public"."b";']


def test_partitions_are_filled_as_a_whole_after_whatever_one_of_them_refers_to() -> None:
    fact, zed = table("fact", partition_key="RANGE (id)"), table("zed", partition_key="RANGE (id)")
    part, zed_1 = (
        table(
            name, bound="FOR VALUES FROM (1) TO (9)", parents=[{key: of[key] for key in ("namespace", "name", "sql")}]
        )
        for name, of in (("fact_1", fact), ("zed_1", zed))
    )
    parts = [[part["key"], fact["key"]], [zed_1["key"], zed["key"]]]
    of = found(tables=[fact, part, zed, zed_1], constraints=[refers(part, zed_1)], dependencies=parts)
    what = contents(of, fact=[["1"]], zed=[["1"]], fact_1=[], zed_1=[])
    requires = {task.id: task.requires for section in outlined(of, what)[0] for task in section.tasks}
    assert requires["rows-zed"] == ("table-zed-1",)
    assert requires["rows-fact"] == ("relations-fact-1", "rows-zed")


def test_what_hangs_on_a_not_ownkeeps_it_and_what_inherits_keeps_it_too() -> None:
    up = table("up", column("id", moving=True, numbers=NUMBERS), column("at", "date", moving=True),
               column("by", moving=True), column("day", "date", moving=True), column("free", moving=True),
               partition_key="RANGE (day)")  # fmt: skip
    down = table("down", *up["columns"], parents=[{key: up[key] for key in ("namespace", "name", "sql")}])
    other = table("other")
    keys = [constraint(up, "c", "at"), constraint(up, "p", "id"), refers(other, up)]
    index = {"key": "i", "table": up["key"], "name": "i", "unique": True, "nulls_alike": False, "constraint": False,
             "parts": ["by"], "columns": ["by"], "using": "", "plain": True}  # fmt: skip
    of = found(tables=[up, down, other], constraints=keys, indexes=[index])
    heirs = families.heirs(of)
    for one in of.tables[:2]:
        assert [each.name for each in sharing.kept(of, heirs, one, ())] == ["id", "at", "by", "day"]
    alone = found(tables=[up, down], constraints=keys[:2])
    assert [one.name for one in sharing.kept(alone, heirs, alone.tables[1], {"free"})] == ["at", "day", "free"]


def test_rows_that_a_rule_may_refuse_and_those_that_are_shown_elsewhere_are_only_counted() -> None:
    up = table("up")
    down, deep = (
        table(name, parents=[{key: of[key] for key in ("namespace", "name", "sql")}])
        for name, of in (("down", up), ("deep", table("down")))
    )
    of = found(
        tables=[up, down, deep], constraints=[constraint(deep, "c", "id", definition="CHECK (id > 0) NOT VALID")]
    )
    what = contents(of, up=[["1"]], down=[["2"]], deep=[["-1"]])
    sharing.without_loose_ends(of, what)
    assert what.left == {
        "table public.deep": "a constraint that is NOT VALID may refuse them",
        "table public.down": "rows of deep are among them, which nobody is given",
        "table public.up": "rows of deep are among them, which nobody is given",
    }
    assert (set(what.cells), what.hashes) == ({"table public.up", "table public.down"}, {})


def test_a_view_with_more_rows_than_are_fetched_is_told_by_its_hash() -> None:
    def asked(asks: Sequence[Ask], before: Sequence[str]) -> list[object]:
        rows = [[n] for n in range(1500)]
        return [[[1500, HASH]] if one.what == "digest" else rows[:1001] if before else rows[-1001:] for one in asks]

    what = sampling.sampled(found(views=[VIEW]), asked)
    assert (what.left, what.digests) == ({}, {"view v": (1500, HASH)})


def test_a_key_without_values_refuses_no_row_that_is_there() -> None:
    shape = table("a", column("id"), column("code", "text"))
    of = found(tables=[shape], constraints=[constraint(shape, "u", "code")])
    [owner] = of.tables
    for code, once in ((None, True), ("'x'", False)):
        rows = [["1", None], ["2", code]]
        assert (
            statements.filling(owner, owner.columns, rows, Speech(frozenset()), of.constraints).startswith("--") is once
        )


def test_names_are_found_in_thousands_of_bodies() -> None:
    def function(number: int) -> dict[str, Any]:
        name = f"f {number}"
        body = "SELECT 1; " * 300 + " ".join(f'"f {n}"' for n in range(number - 20, number))
        return {"key": name, "namespace": "public", "name": name, "sql": sql(name), "comment": None, "kind": "f",
                "signature": "", "arguments": "", "result": "integer", "moving": number == 0, "body": body}  # fmt: skip

    of = moving.told(found(functions=[function(number) for number in range(2000)]))
    assert all(one.moving for one in of.functions)
