"""The wall's page, and what a page may say of what it has in sight."""

import json
from typing import Any

import pytest

from spyglass.wall.latest import FASTEST, SLOWEST
from spyglass.wall.routes import LARGEST
from tests.unit.spyglass.people import PEOPLE, World, class_json


def test_a_teachers_home_is_the_wall_and_a_students_is_not(world: World) -> None:
    page = world.browser("teacher").get("/").text
    assert 'src="/static/wall.js"' in page
    assert 'data-person="teacher"' in page
    assert not [person["name"] for person in PEOPLE if person["role"] == "student" and person["name"] in page]
    assert "/static/wall.js" not in world.browser("s01").get("/").text


def test_the_way_to_tasks_sheet_and_boards_is_on_it(world: World) -> None:
    page = world.browser("teacher").get("/").text
    for address in ("/class/tasks", "/class.csv", "/audit", "/terminal"):
        assert f'href="{address}"' in page
    assert "Boards" not in page
    world.put(class_json(boards="/grafana/d/mentor-class"))
    assert 'href="/grafana/d/mentor-class"' in world.browser("teacher").get("/").text


def test_what_is_in_sight_is_said_by_the_page_itself_and_bounded(world: World) -> None:
    teacher = world.browser("teacher")
    with world.services.wall.latest.reader("teacher") as reader:
        said = {"page": reader.id, "ids": ["s01", "nobody", "s02", "s01"], "pace": 5}
        assert teacher.post("/wall/sight", json=said).status_code == 204
        assert (set(reader.seen), reader.pace) == ({"s01", "s02"}, 5.0), "who is not in the class is not looked for"
        for pace, kept in ((0, FASTEST), (-1e300, FASTEST), (1e300, SLOWEST)):
            teacher.post("/wall/sight", json=said | {"pace": pace})
            assert reader.pace == kept
    assert teacher.post("/wall/sight", json=said).status_code == 404, "the page is gone"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400), ("{", 400), ("[]", 400), ("[" * 10_000, 400), ("\udcff", 400), ("x" * (LARGEST + 1), 413),
        ({"page": "x"}, 400), ({"page": "x" * 65, "ids": [], "pace": 1}, 400), ({"ids": ["../etc"]}, 400),
        ({"ids": ["a"] * 1001}, 400), ({"ids": "s01"}, 400), ({"pace": "NaN"}, 400), ({}, 404),
    ],
)  # fmt: skip
def test_nonsense_is_refused(world: World, body: str | dict[str, Any], status: int) -> None:
    text = body if isinstance(body, str) else json.dumps({"page": "x", "ids": [], "pace": 1} | body)
    if body == {"page": "x"}:
        text = json.dumps(body)
    answer = world.browser("teacher").post("/wall/sight", content=text.encode(errors="surrogateescape"))
    assert answer.status_code == status


def test_nobody_turns_the_wall_of_another_teacher(world: World) -> None:
    other = {"id": "other", "name": "Other", "role": "teacher", "host": "seat-other"}
    world.put(class_json([*PEOPLE, other]))
    with world.services.wall.latest.reader("other") as reader:
        said = {"page": reader.id, "ids": ["s01"], "pace": 1}
        assert world.browser("teacher").post("/wall/sight", json=said).status_code == 404
        assert world.browser("s01").post("/wall/sight", json=said).status_code == 403
        assert reader.seen == frozenset()


def test_another_site_cannot_have_it_said(world: World) -> None:
    teacher = world.browser("teacher")
    answer = teacher.post("/wall/sight", json={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
