"""What tells a CHECK: which values are tried, what psql is given, what is chosen of its answers; without a server."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentor.course import sqltext
from ops.drafting import asking, candidates, refusing, tasks
from ops.drafting.candidates import Candidate
from ops.drafting.catalogue import Catalogue
from ops.drafting.contents import Contents, Told
from ops.drafting.refusing import REFUSED, TAKEN, Rule
from tests.unit.ops.drafting_kit import column, constraint, found, refers, sql, table

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def tried(condition: str, own: str | None, kind: str = "integer", labels: Sequence[str] = ()) -> list[str | None]:
    every = candidates.changed(condition, {"a": own}, {"a": kind}, {"a": labels})
    return [one.row["a"] for one in every]


def test_what_is_beside_a_number_is_tried_first() -> None:
    assert tried("a >= 1 AND a <= 40", "7")[:8] == ["7", "1", "0", "2", "40", "39", "41", None]
    assert tried("a > 0.5", "3", "numeric")[:6] == ["3", "0.5", "0.49", "0.51", "-0.5", "1.5"]


def test_a_number_may_be_a_length_and_a_word_a_value_or_a_day() -> None:
    lengths = {len(one) for one in tried("char_length(a) <= 20", "Ada", "text") if one and set(one) <= {*"Ada"}}
    assert {19, 20, 21} <= lengths
    words = tried("a = ANY (ARRAY['in_progress'::text, 'it''s'::text])", "it's", "text")
    assert words[1] == "in_progress"
    assert {"in_progressx", "it'", None} <= {*words}
    assert {"2024-12-31", "2025-01-01", "2025-01-02"} <= {*tried("a > '2025-01-01'::date", "2026-05-05", "date")}
    assert "%@%" not in tried("a ~~ '%@%'::text", "a@b", "text")
    assert "ab" in tried("a ~~ '%@%'::text", "a@b", "text")


def test_columns_are_tried_beside_each_other_and_together() -> None:
    row = {"since": "2025-01-01", "until": "2025-02-01", "name": "x"}
    every = [one.row for one in candidates.changed("until > since", row, dict.fromkeys(["since", "until"], "date"), {})]
    assert {**row, "until": "2025-01-01"} in every
    assert {**row, "since": None, "until": None} in every
    assert all(one["name"] == "x" for one in every)


@given(TEXT, st.none() | TEXT, st.none() | TEXT)
def test_any_condition_and_any_row_can_be_tried(condition: str, one: str | None, other: str | None) -> None:
    row = {"a": one, "b": other}
    every = list(candidates.changed(condition, row, {"a": "text", "b": "numeric"}, {}))
    assert every[0] == Candidate(row, telling=True)
    assert len(every) < 500
    assert all(candidates.distance(row, changed.row) >= 0 for changed in every)
    assert not any("\0" in (text or "") for changed in every for text in changed.row.values())


def test_distance() -> None:
    assert candidates.distance({"a": "1", "b": None}, {"a": "1.5", "b": "x"}) == Decimal("1.5")


def rule(*values: str, openings: int = 1) -> Rule:
    some = tuple(Candidate({"a": value}, telling=value != "far") for value in values)
    fails, works = (tuple(f"{verb} {value}" for value in values) for verb in ("refuse", "take"))
    return Rule("key", some, fails, works, ("DROP it",), fails, tuple(("first",) * n for n in range(openings)))


def test_only_what_the_rule_alone_refuses_must_be_refused() -> None:
    with_it, without = [REFUSED, REFUSED, TAKEN, TAKEN, "23505"], [TAKEN, REFUSED, TAKEN, TAKEN, "23505"]
    states = [*with_it, *with_it, *without]
    assert refusing.chosen(rule("1", "2", "3", "far", "5"), states) == Told(("refuse 1",), ("take 3",))


def test_it_comes_out_the_same_with_rows_and_without() -> None:
    with_rows, emptied = (
        [REFUSED, TAKEN, REFUSED, TAKEN, TAKEN, TAKEN],
        [REFUSED, TAKEN, REFUSED, "23503", TAKEN, TAKEN],
    )
    assert refusing.chosen(rule("1", "2", openings=2), [*with_rows, *emptied]) == Told(("refuse 1",), ())


def test_what_is_nearest_to_the_other_side_comes_first_and_nothing_twice_or_too_long() -> None:
    values = ("-9", "0", "0.0", "-1", "8", "1", "1.00")
    states = [*([REFUSED] * 4), *([TAKEN] * 3)]
    assert refusing.chosen(rule(*values), [*states, *states, *([TAKEN] * 7)]) == Told(
        ("refuse 0", "refuse -1"), ("take 1", "take 8")
    )
    long = "x" * refusing.LONGEST
    assert refusing.chosen(rule(long, "1"), [REFUSED, TAKEN, REFUSED, TAKEN, TAKEN, TAKEN]) == Told((), ("take 1",))


def test_of_several_columns_each_has_its_say() -> None:
    rows = [{"a": "1", "b": "1"}, *({"a": str(n), "b": "1"} for n in range(2, 9)), {"a": "1", "b": "9"}]
    texts = tuple(map(str, range(len(rows))))
    some = Rule("key", [Candidate(row, telling=True) for row in rows], texts, texts, (), texts)
    assert refusing.chosen(some, [TAKEN] * 2 * len(rows)).works == ("0", "1", "2", "8")


def test_of_an_answer_that_breaks_off_nothing_is_known() -> None:
    assert refusing.chosen(rule("1"), [REFUSED, REFUSED]) == Told((), ())
    assert refusing.chosen(rule("1"), []) == Told((), ())


def test_a_script_takes_everything_back_and_prints_nothing_but_states() -> None:
    lines = refusing.script(rule("1", openings=2)).splitlines()
    assert lines[0] == "\\o /dev/null"
    assert (lines.count("BEGIN READ WRITE;"), lines.count("ROLLBACK;"), lines.count("first;")) == (2, 2, 1)
    assert lines.count("SAVEPOINT one;") == lines.count("ROLLBACK TO SAVEPOINT one;") == 6
    assert asking.states(b"!23514\n!00000\n!235") == [REFUSED, TAKEN]


def drafted(of: Catalogue, contents: Contents) -> tuple[dict[str, list[dict[str, object]]], list[str]]:
    every, left = tasks.drafted(of, contents)
    return {task.id: [dict(check.values) for check in task.checks] for task in every}, left


def test_a_rule_becomes_what_tells_it_and_another_one_stays_as_written() -> None:
    one = table("a", column("id"), column("state", "text"))
    known = constraint(one, "c", "id", condition="id > 0")
    unknown = constraint(one, "c", "state", condition="odd(state)")
    domain = {
        "key": "d", "namespace": "public", "name": "code", "sql": sql("code"), "comment": None, "kind": "d",
        "labels": None, "base": "text", "not_null": False, "default": None, "conditions": ["(VALUE <> ''::text)"],
        "columns": None,
    }  # fmt: skip
    of = found(tables=[one], constraints=[known, unknown], types=[domain])
    told = {known["key"]: Told(("INSERT 0",), ("INSERT 1",)), "d (VALUE <> ''::text)": Told(("SELECT ''",), ())}
    made, left = drafted(of, Contents(told=told))
    assert made["rules-a"] == [
        {"behaviour": {"works": ["INSERT 1"], "fails": ["INSERT 0"], "because": "check"}},
        {"table": "a", "checkConstraints": ["odd(state)"]},
    ]
    assert made["domain-code"][1:] == [{"behaviour": {"fails": ["SELECT ''"], "because": "check"}}]
    assert left == ["what CHECK odd(state) of a refuses: trying did not tell; it is compared as it is written"]
    plain, left = drafted(of, Contents())
    assert plain["rules-a"] == [{"table": "a", "checkConstraints": [text]} for text in ("id > 0", "odd(state)")]
    assert left == []


def scripts(of: Catalogue, contents: Contents) -> list[str]:
    """What is tried; nothing is told."""
    given: list[str] = []

    def nothing(script: str) -> Sequence[str]:
        given.extend([script] if "READ WRITE" in script else [])
        return []

    assert refusing.told(of, contents, nothing) == {}
    return given


GOAL = table("goal")
ORDER = table(
    "order", column("id", not_null=True, identity="a"), column("made", "date", not_null=True),
    column("goal", not_null=True), column("free", "text"), column("n", "smallint"),
    column("no", "bigint", default="nextval('s'::regclass)", moving=True), column("twice", generated="(n * 2)"),
)  # fmt: skip
RULES = [constraint(ORDER, "c", "n", condition="n > 0"), refers(ORDER, GOAL, "goal")]


def test_rows_are_made_up_where_there_are_none_and_name_what_they_must() -> None:
    on = constraint(ORDER, "c", "twice", condition="twice > 0")
    [script] = scripts(found(tables=[GOAL, ORDER], constraints=[*RULES, on]), Contents())  # no value of a generated one
    into = 'INSERT INTO public."order" (id, made, goal, n, no) OVERRIDING SYSTEM VALUE'
    assert f"{into} VALUES (1, '2001-02-03', 1, 0, 1) ON CONFLICT DO NOTHING;" in script
    # What must work refers to something, as soon as there is anything.
    there = "WHERE EXISTS (SELECT FROM public.goal WHERE id = 1)"
    assert f"{into} SELECT 1, '2001-02-03', 1, 0, 1 {there} ON CONFLICT DO NOTHING;" in script
    assert f"TRUNCATE {GOAL['sql']}, {ORDER['sql']};" in script
    for key in RULES:
        assert f"ALTER TABLE {ORDER['sql']} DROP CONSTRAINT {sqltext.quoted(key['name'])};" in script


def test_a_made_up_row_is_one_that_all_conditions_take() -> None:
    one = table("a", column("n"), column("word", "text"), column("twice", generated="(n * 2)"))
    rules = [constraint(one, "c", "n", condition="n > 5"), constraint(one, "c", "word", condition="word = 'yes'")]
    given: list[str] = []

    def tells(script: str) -> Sequence[str]:
        given.append(script)
        takes = ("CAST('6' AS integer)", "CAST('yes' AS text)", "VALUES (6, 'yes')")
        return [TAKEN if any(words in line for words in takes) else "22012"
                for line in script.splitlines() if line.startswith(("SELECT", "INSERT"))]  # fmt: skip

    assert refusing.told(found(tables=[one], constraints=rules), Contents(), tells) == {}
    asking_n, asking_word, *tries = given
    assert "SELECT 1 / (CASE WHEN (n > 5) IS FALSE THEN 0 ELSE 1 END) FROM (SELECT CAST('1' AS integer)" in asking_n
    assert 'FROM (SELECT CAST(\'x\' AS text) AS "word") AS "a";' in asking_word
    assert all("INSERT INTO public.a (n, word) VALUES (6, 'yes') ON CONFLICT DO NOTHING;" in one for one in tries)


def test_rows_are_such_as_everybody_has_and_short() -> None:
    of = found(tables=[GOAL, ORDER], constraints=RULES)
    [_, order] = of.tables
    shared = {one.name: one for one in order.columns}
    contents = Contents(
        columns={order.key: (shared["goal"], shared["n"])}, cells={order.key: [["1000", "5"], ["70", "6"], ["70", "5"]]}
    )
    assert "VALUES (1, '2001-02-03', 70, 5, 1)" in scripts(of, contents)[0]
    contents.cells[order.key] = [["7" * 301, "5"]]
    assert "VALUES (1, '2001-02-03', 1, 5, 1)" in scripts(of, contents)[0]


def test_what_moves_and_what_has_partitions_is_not_tried() -> None:
    split = table("split", partition_key="RANGE (id)")
    rules = [
        constraint(GOAL, "c", "id", condition="id < 5", moving=True),
        constraint(GOAL, "c", "id", condition="public.soon(id)"),
        constraint(split, "c", "id", condition="id > 5"),
    ]
    soon = {
        "key": "f", "namespace": "public", "name": "soon", "sql": sql("soon"), "comment": None, "kind": "f",
        "signature": "public.soon(integer)", "arguments": "i integer", "result": "boolean", "moving": True,
    }  # fmt: skip
    assert scripts(found(tables=[GOAL, split], constraints=rules, functions=[soon]), Contents()) == []


def test_there_is_an_end_to_rules_and_to_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [constraint(GOAL, "c", "id", condition=f"id > {n}") for n in range(5)]
    of = found(tables=[GOAL], constraints=many)
    monkeypatch.setattr(refusing, "MOST_RULES", 3)
    assert len(scripts(of, Contents())) == 3

    def tells(script: str) -> Sequence[str]:
        number = script.count("SAVEPOINT one") // 2 // 4  # each is tried with the rule and without, behind two openings
        return [REFUSED, *([TAKEN] * (2 * number - 1))] * 2

    assert len(refusing.told(of, Contents(), tells)) == 3
    monkeypatch.setattr(refusing, "ROOM", 300)
    assert len(refusing.told(of, Contents(), tells)) < 3
    monkeypatch.setattr(refusing, "MOST_SECONDS", -1)
    assert refusing.told(of, Contents(), tells) == {}
