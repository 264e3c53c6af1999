"""The difference between what students begin with and what is finished, without a server."""

from collections.abc import Mapping, Sequence
from typing import Any

from ops.drafting import starting, tasks
from ops.drafting.contents import Contents
from ops.drafting.starting import Drafted, Standing
from tests.unit.ops.drafting_kit import column, found, refers, table

VIEW = {"key": "view v", "namespace": "public", "name": "v", "sql": '"public"."v"', "comment": None,
        "materialized": False, "columns": [column("n")]}  # fmt: skip


def drafted(rows: Mapping[str, Sequence[Sequence[str]]], **parts: Any) -> Drafted:
    """A database in which some tables have rows, and the view shows one."""
    of = found(**parts)
    what = Contents(given={"view v": [[1]]})
    for one in of.tables:
        cells = [list(row) for row in rows.get(one.name, ())]
        what.counts[one.key], what.columns[one.key] = len(cells), one.columns
        if cells:
            what.cells[one.key], what.hashes[one.key] = cells, "0" * 32  # type: ignore[assignment]
    return Drafted(of, tasks.drafted(of, what)[0])


def left(
    whole: Drafted, begun: Drafted, holds: Mapping[str, str], filled: Mapping[str, str] | None = None, refused: str = ""
) -> tuple[dict[str, tuple[str, int]], list[str]]:
    """The titles of tasks and how many checks they have; ``holds`` has a letter for each check: y, n or ?."""
    letters = {"y": True, "n": False, "?": None}

    def stands(said: Mapping[str, str]) -> list[list[bool | None]]:
        return [[letters[one] for one in said.get(task.id, "n" * len(task.checks))] for task in whole.tasks]

    places = {n for n, task in enumerate(whole.tasks) if task.id in refused.split()}
    made, said = starting.remaining(whole, begun, Standing(stands(holds), stands({**holds, **(filled or {})}), places))
    return {task.id: (task.title, len(task.checks)) for task in made}, said


def test_what_holds_at_the_start_is_no_task_and_what_is_there_is_changed() -> None:
    whole = drafted({}, tables=[table("a", column("x", not_null=True)), table("b")])
    begun = drafted({}, tables=[table("a"), table("old")])
    made, said = left(whole, begun, {"table-a": "yn"})
    assert made == {"table-a": ("Change the table a", 1), "table-b": ("Create the table b", 1)}
    assert said == ["only at the start: Create the table old"]


def test_what_cannot_be_told_at_the_start_is_named_and_not_asked() -> None:
    whole = drafted({}, tables=[table("a", column("x", not_null=True))])
    made, said = left(whole, drafted({}), {"table-a": "?n"})
    assert made == {"table-a": ("Create the table a", 1)}
    assert said == ["Create the table a: what cannot be told at the start"]


def test_the_same_name_in_another_schema_is_another_thing() -> None:
    staff, other = table("staff", namespace="hr"), table("hr_staff")
    whole = drafted({"staff": [["1"]], "hr_staff": [["1"]]}, tables=[staff, other])
    begun = drafted({"staff": [["2"]]}, tables=[staff])
    assert starting.loadable(whole, begun) == []
    nothing = [[False for _ in task.checks] for task in whole.tasks]
    made, _ = starting.remaining(whole, begun, Standing(nothing, nothing))
    assert [task.title for task in made] == [
        "Change the table hr.staff", "Create the table hr_staff", "Change the table hr.staff: 1 row",
        "Fill the table hr_staff: 1 row",
    ]  # fmt: skip


def test_rows_that_do_not_load_and_those_that_refer_to_them_are_only_counted() -> None:
    one, other, last = table("a"), table("b"), table("c")
    parts: dict[str, Any] = {"tables": [one, other, last], "constraints": [refers(other, one)], "views": [VIEW],
                             "dependencies": [["view v", other["key"]]]}  # fmt: skip
    whole = drafted({name: [["1"]] for name in "abc"}, **parts)
    begun = drafted({}, **{**parts, "views": []})
    assert [whole.tasks[n].id for n in starting.loadable(whole, begun)] == ["rows-a", "rows-b", "rows-c"]
    there = {"table-a": "y", "table-b": "y", "table-c": "y", "relations-b": "y"}
    made, said = left(whole, begun, there, {"rows-c": "yn"}, refused="rows-a")
    assert made == {
        "rows-a": ("Fill the table a: 1 row", 1), "rows-b": ("Fill the table b: 1 row", 1),
        "rows-c": ("Fill the table c: 1 row", 1), "view-v": ("Create the view v", 1),
    }  # fmt: skip
    assert said == [
        "Fill the table a: 1 row: the rows do not fit what is there at the start; they are only counted",
        "Fill the table b: 1 row: the rows do not fit what is there at the start; they are only counted",
        "Fill the table c: 1 row: something at the start changes them",
        "what Create the view v gives: it shows rows that are not given",
    ]


def test_a_view_that_is_right_as_soon_as_rows_are_there_is_no_task() -> None:
    parts: dict[str, Any] = {"tables": [table("a")], "views": [VIEW], "dependencies": [["view v", "table public.a"]]}
    whole, begun = drafted({"a": [["1"]]}, **parts), drafted({}, **parts)
    made, said = left(whole, begun, {"table-a": "y", "view-v": "yn"}, {"rows-a": "yy", "view-v": "yy"})
    assert made == {"rows-a": ("Fill the table a: 1 row", 2)}
    assert said == []


def test_a_start_is_taken_out_whatever_its_schemas_are_called() -> None:
    def thing(name: str) -> dict[str, str]:
        return {"key": name, "name": name}

    text = starting.undoing(found(schemas=[thing('a"b')], extensions=[thing("citext")]))
    assert text.splitlines()[3:] == [
        'DROP EXTENSION IF EXISTS "citext" CASCADE;', 'DROP SCHEMA IF EXISTS "a""b" CASCADE;',
        "DROP SCHEMA IF EXISTS public CASCADE;", "CREATE SCHEMA public;", "GRANT USAGE ON SCHEMA public TO PUBLIC;", "",
    ]  # fmt: skip
