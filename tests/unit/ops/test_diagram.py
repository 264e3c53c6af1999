"""The picture of a course's tables."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.drafting import diagram
from ops.drafting.catalogue import Catalogue
from ops.drafting.naming import Speech
from tests.unit.ops.drafting_kit import column, constraint, found, refers, table

SPEECH = Speech(frozenset())
SVG = "{http://www.w3.org/2000/svg}"


def picture(of: Catalogue) -> ET.Element:
    return ET.fromstring(diagram.drawn(of, SPEECH))  # noqa: S314 - our own


def texts(of: Catalogue) -> list[str]:
    return ["".join(one.itertext()) for one in picture(of).iter(f"{SVG}text")]


def frames(of: Catalogue) -> list[tuple[float, float, float, float]]:
    every = [{name: float(one.get(name, "")) for name in ("x", "y", "width", "height")}
             for one in picture(of).iter(f"{SVG}rect") if one.get("fill") == "#fff" and one.get("x")]  # fmt: skip
    return [(one["x"], one["y"], one["x"] + one["width"], one["y"] + one["height"]) for one in every]


def ends(of: Catalogue) -> list[tuple[float, float]]:
    """Where each arrow begins and ends, from the left."""
    paths = [[float(one) for one in re.findall(r"[\d.]+", path.get("d", ""))]
             for path in picture(of).iter(f"{SVG}path") if path.get("marker-end")]  # fmt: skip
    return [(path[0], path[-2]) for path in paths]


def test_each_table_has_its_columns_and_what_they_are_part_of() -> None:
    one, other = table("a<b>", column("id"), column("Größe & more", "text")), table("b", column("id"), column("to"))
    keys = [constraint(one, "p", "id"), constraint(one, "u", "id", "Größe & more"), refers(other, one, "to")]
    assert texts(found(tables=[one, other], constraints=keys)) == [
        '"a<b>"', "id", "PK U", '"Größe & more"', "U", "b", "id", "to", "FK",
    ]  # fmt: skip


def test_an_arrow_goes_from_what_refers_to_what_it_refers_to_on_its_left() -> None:
    far, near, last = table("far"), table("near"), table("last")
    of = found(tables=[last, far, near], constraints=[refers(last, near), refers(near, far), refers(last, last)])
    lefts = {left: right for left, _, right, _ in frames(of)}
    first, second, third = sorted(lefts)
    assert set(ends(of)) == {(second, lefts[first]), (third, lefts[second]), (lefts[third], lefts[third])}
    assert diagram.told(of, SPEECH) == "The tables: last refers to near and itself; near refers to far."


def test_of_partitions_the_whole_table_is_shown() -> None:
    whole, goal = table("whole", partition_key="LIST (id)"), table("goal")
    named = {key: whole[key] for key in ("namespace", "name", "sql")}
    part = table("part", bound="FOR VALUES IN (1)", parents=[named])
    of = found(tables=[whole, part, goal], constraints=[refers(part, goal)])
    assert [one for one in texts(of) if one != "id"] == ["goal", "whole"]
    assert len(ends(of)) == 1


def test_a_long_table_says_how_many_columns_are_not_shown() -> None:
    long = table("long", *[column(f"c{n}") for n in range(25)])
    assert texts(found(tables=[long, table("short")]))[19:22] == ["c18", "c19", "… 5 more"]


@pytest.mark.parametrize("many", [0, 1, 61])
def test_of_one_table_or_too_many_there_is_no_picture(many: int) -> None:
    assert diagram.drawn(found(tables=[table(f"t{n}") for n in range(many)]), SPEECH) == ""


@given(st.integers(2, 12).flatmap(
    lambda many: st.tuples(st.just(many), st.sets(st.tuples(st.integers(0, many - 1), st.integers(0, many - 1))))
))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_two_boxes_lie_on_each_other_however_tables_refer(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    many, pairs = drawn
    tables: list[dict[str, Any]] = [
        table(f"t{n}", column("id"), *[column("x" * n) for _ in range(3 * n)]) for n in range(many)
    ]
    of = found(tables=tables, constraints=[refers(tables[one], tables[other]) for one, other in sorted(pairs)])
    every = frames(of)
    assert len(every) == many
    assert len(ends(of)) == len(pairs)
    for place, (left, top, right, bottom) in enumerate(every):
        for other in every[place + 1 :]:
            assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top
    size = picture(of)
    assert max(one[2] for one in every) <= float(size.get("width", ""))
    assert max(one[3] for one in every) <= float(size.get("height", ""))


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] > pair[1])))
@settings(max_examples=60, deadline=None)
def test_without_circles_all_arrows_go_to_the_left(pairs: set[tuple[int, int]]) -> None:
    tables = [table(f"t{n}") for n in range(10)]
    of = found(tables=tables, constraints=[refers(tables[one], tables[other]) for one, other in sorted(pairs)])
    assert all(end < start for start, end in ends(of))


def test_what_refers_to_a_circle_stands_behind_it() -> None:
    assigned, employees, units = table("assigned"), table("employees"), table("units")
    keys = [refers(assigned, employees), refers(employees, units), refers(units, employees)]
    of = found(tables=[assigned, employees, units], constraints=keys)
    assert sorted(end < start for start, end in ends(of)) == [False, True, True]


def test_an_arrow_ends_at_its_own_column_even_where_names_are_shown_alike() -> None:
    long = [f"{'x' * 50}{n}" for n in range(3)]
    one, other = table("a", column("id")), table("b", *[column(name) for name in long])
    paths = [
        [path.get("d") for path in picture(found(tables=[one, other], constraints=[refers(other, one, name)])).iter(
            f"{SVG}path") if path.get("marker-end")]
        for name in long
    ]  # fmt: skip
    assert len({path for [path] in paths}) == 3
