"""The card with which one's database is reached, and signing out everywhere."""

import html
import re

import pytest

from tests.unit.spyglass.people import PEOPLE, World, class_json

DATABASE = "postgresql://s01@lab.example:5433/s01?sslmode=require"


def with_database(world: World, *, is_open: bool) -> None:
    people = [dict(person) for person in PEOPLE]
    people[0]["database"] = DATABASE
    world.put(class_json(people, database_is_open=is_open))


@pytest.mark.parametrize("path", ["/connection", "/"])
def test_what_a_desktop_tool_needs_is_there_to_copy_and_no_password(world: World, path: str) -> None:
    with_database(world, is_open=True)
    page = world.browser("s01").get(path).text
    copied = [html.unescape(found) for found in re.findall(r'data-copy="([^"]*)"', page)]
    assert copied == [
        "psql", "lab.example", "5433", "s01", "s01", f'psql "{DATABASE}"', DATABASE,
        "jdbc:postgresql://lab.example:5433/s01?sslmode=require",
    ]  # fmt: skip
    assert "<svg" in page
    assert world.directory.passwords["s01"] not in page


def test_an_address_in_digits_keeps_its_brackets(world: World) -> None:
    people = [dict(PEOPLE[0], database="postgresql://s01@[2001:db8::1]:5433/s01?sslmode=require")]
    world.put(class_json(people, database_is_open=True))
    page = world.browser("s01").get("/connection").text
    assert "jdbc:postgresql://[2001:db8::1]:5433/s01?sslmode=require" in page
    assert ">2001:db8::1</code>" in page
    # As an earlier version of the program said it: no page fails for that.
    people[0]["database"] = "postgresql://s01@2001:db8::1:5433/s01?sslmode=require"
    world.put(class_json(people, database_is_open=True))
    assert world.browser("s01").get("/").status_code == 200


def test_where_the_database_listens_to_its_host_alone_the_card_says_so(world: World) -> None:
    with_database(world, is_open=False)
    page = world.browser("s01").get("/connection").text
    assert "listens only to its own host" in page
    assert "lab.example" not in page


def test_who_has_no_database_has_no_card(world: World) -> None:
    with_database(world, is_open=True)
    assert world.browser("s02").get("/connection").status_code == 404
    assert 'id="connection"' not in world.browser("s02").get("/").text


def test_signing_out_everywhere_ends_all_of_ones_sessions_and_nobody_elses(world: World) -> None:
    here, there, other = world.browser("s01"), world.browser("s01"), world.browser("s02")
    assert 'action="/sign-out/everywhere"' in here.get("/password").text
    answer = here.post("/sign-out/everywhere")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert [browser.get("/session").status_code for browser in (here, there, other)] == [303, 303, 204]
