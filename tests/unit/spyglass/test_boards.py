"""Who gets into Grafana, and as what; and the way there."""

import quopri

import pytest

from tests.unit.spyglass.people import ORIGIN, World, class_json


@pytest.mark.parametrize(
    ("visibility", "person", "role"),
    [
        ("own", "teacher", "Editor"),
        ("names", "teacher", "Editor"),
        ("anonymous", "s01", "Viewer"),
        ("names", "spare01", "Viewer"),
    ],
)
def test_the_gateway_learns_user_and_role(world: World, visibility: str, person: str, role: str) -> None:
    world.put(class_json(visibility=visibility))
    answer = world.browser(person).get("/boards/visitor")
    told = answer.headers
    assert (answer.status_code, told["x-webauth-user"], told["x-webauth-role"]) == (204, person, role)


def test_students_who_see_only_their_own_progress_have_no_grafana(world: World) -> None:
    answer = world.browser("s01").get("/boards/visitor")
    assert answer.status_code == 403
    assert "x-webauth-user" not in answer.headers


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(world: World) -> None:
    answer = world.client().get("/boards/visitor")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_nothing_but_a_visitor_is_a_yes_to_the_gateway(world: World) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    refused = [
        world.client().get("/boards/visitor"),
        world.client(**link).get("/boards/visitor"),
        world.client(Accept="application/json").get("/boards/visitor"),
        world.browser("s01").get("/boards/visitor"),
    ]
    world.put(class_json([]))
    refused.append(world.client().get("/boards/visitor"))
    for answer in refused:
        assert not answer.is_success, answer.text


@pytest.mark.parametrize(
    "name", ["Ada\r\nX-Webauth-Role: Admin", "Anna Nováková", "王伟", "1 = 2", "a\0b\tc", "x" * 200]
)
def test_a_name_of_any_text_makes_no_header_of_its_own_and_is_read_back(world: World, name: str) -> None:
    people = list(class_json()["people"])
    people[0] = people[0] | {"name": name}
    world.put(class_json(people, visibility="names"))
    answer = world.browser("s01").get("/boards/visitor")
    assert answer.headers["x-webauth-role"] == "Viewer"
    assert quopri.decodestring(answer.headers["x-webauth-name"]).decode() == name


def test_a_post_that_another_site_made_is_refused_here_for_grafana(world: World) -> None:
    browser = world.browser("teacher")
    asked = {"X-Forwarded-Method": "POST"}
    assert browser.get("/boards/visitor", headers={**asked, "Origin": ORIGIN}).status_code == 204
    assert browser.get("/boards/visitor", headers={**asked, "Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/boards/visitor", headers=asked).status_code in (204, 403)


@pytest.mark.parametrize("boards", ["/grafana/d/mentor-class", "https://grafana.example.org/d/mentor-class"])
def test_teachers_find_the_boards_where_there_are_any_without_a_restart(world: World, boards: str) -> None:
    teacher = world.browser("teacher")
    assert "Boards" not in teacher.get("/").text
    world.put(class_json(boards=boards))
    assert f'href="{boards}">Boards</a>' in teacher.get("/").text
    assert "Boards" not in world.browser("s01").get("/progress").text
    world.put(class_json(boards=None))
    assert "Boards" not in teacher.get("/").text


def test_a_way_to_the_boards_is_an_address(world: World) -> None:
    teacher = world.browser("teacher")
    world.put(class_json(boards="javascript:alert(1)"))  # a class that is none never takes the last one's place
    assert "javascript" not in teacher.get("/").text
