"""Signing in and out."""

import re
from pathlib import Path

import pytest

from spyglass import limits
from spyglass.sessions import LIFETIME
from tests.unit.spyglass.people import PEOPLE, World, class_json

COOKIE = "__Host-session-blue"
KNOWN = "__Host-known-blue"


def sign_in(world: World, name: str, password: str, address: str = "198.51.100.1") -> int:
    return world.client(address).post("/sign-in", data={"user_name": name, "password": password}).status_code


def test_the_form_has_the_labels_that_people_and_tests_look_for(world: World) -> None:
    page = world.client().get("/sign-in").text
    assert re.search(r'<label for="user_name">User name</label>', page)
    assert re.search(r'<label for="password">Password</label>', page)
    assert re.search(r"<button [^>]*>Sign in</button>", page)


def test_the_cookies_are_for_this_host_alone_and_out_of_reach_of_scripts(world: World) -> None:
    answer = world.client().post("/sign-in", data={"user_name": "s01", "password": "s01-password"})
    headers = answer.headers.get_list("set-cookie")
    assert [header.split("=")[0] for header in headers] == [COOKIE, KNOWN]
    for header in headers:
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(header.split("; "))
        assert "Domain" not in header


def test_no_token_is_stored(world: World) -> None:
    cookies = world.browser("s01").cookies
    for path in world.folder.glob("spyglass.db*"):
        assert cookies[COOKIE].encode() not in path.read_bytes()
        assert cookies[KNOWN].encode() not in path.read_bytes()


def test_two_workshops_under_one_host_name_leave_each_other_signed_in(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "green"
    folder.mkdir()
    green = World(folder, stack="green")
    green.put(class_json())
    one, other = world.browser("s01"), green.client()
    other.cookies = one.cookies  # a browser has one jar for all ports
    assert other.post("/sign-in", data={"user_name": "s02", "password": "s02-password"}).status_code == 303
    one.cookies.update(other.cookies)
    assert one.get("/").status_code == 200
    assert one.post("/sign-out").status_code == 303
    other.cookies = one.cookies
    assert other.get("/").status_code == 200


def test_a_user_name_may_be_typed_with_capitals_and_spaces(world: World) -> None:
    assert sign_in(world, " S01 ", "s01-password") == 303


def test_wrong_names_and_wrong_passwords_get_one_answer(world: World) -> None:
    texts = set()
    for name in ("s01", "s02", "nobody", "*", "s02)(uid=*", "a\\,ou=x", "s02/"):
        page = world.client().post("/sign-in", data={"user_name": name, "password": "x"}).text
        texts.add(re.sub(r'value="[^"]*"', "", page))
        world.clock[0] += limits.WINDOW  # wrong names count together
    assert len(texts) == 1
    assert world.directory.asked == ["s01", "s02"]  # odd names never get there


def test_an_empty_password_is_wrong(world: World) -> None:
    assert sign_in(world, "s01", "") == 401


def test_no_password_comes_back_in_a_page(world: World) -> None:
    page = world.client().post("/sign-in", data={"user_name": "s01", "password": "canary-4711"}).text
    assert "canary-4711" not in page


def test_a_directory_that_is_down_is_said_and_not_counted(world: World) -> None:
    signed_in = world.browser("s02")
    world.directory.is_down = True
    for _ in range(limits.FREE + 1):
        answer = world.client().post("/sign-in", data={"user_name": "s01", "password": "s01-password"})
        assert answer.status_code == 503
        assert "directory of accounts does not answer" in answer.text
    assert signed_in.get("/").status_code == 200  # who is in stays in
    world.directory.is_down = False
    assert sign_in(world, "s01", "s01-password") == 303


def test_a_session_survives_a_restart_and_ends_after_twelve_hours(world: World) -> None:
    before = world.browser("s01")
    restarted = World(world.folder, world.clock, world.directory)
    client = restarted.client()
    client.cookies = before.cookies
    assert client.get("/").status_code == 200
    world.clock[0] += LIFETIME + 1
    assert client.get("/").status_code == 303


def test_signing_out_ends_the_session_for_good(world: World) -> None:
    client = world.browser("s01")
    token = client.cookies[COOKIE]
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    client.cookies.set(COOKIE, token)
    assert client.get("/").headers["location"] == "/sign-in"


def test_signing_in_again_ends_the_session_before(world: World) -> None:
    client = world.browser("s01")
    token = client.cookies[COOKIE]
    assert client.post("/sign-in", data={"user_name": "s02", "password": "s02-password"}).status_code == 303
    assert world.services.sessions.find(token) is None


def test_a_removed_person_is_out_at_once_and_a_new_one_gets_in(world: World) -> None:
    client = world.browser("s01")
    new = {"id": "s09", "name": "Late", "role": "student", "host": "seat-s09"}
    world.put(class_json([*PEOPLE[1:], new]))
    assert client.get("/").headers["location"] == "/sign-in"
    world.directory.passwords["s09"] = "s09-password"
    assert sign_in(world, "s09", "s09-password") == 303


def test_the_role_is_the_one_of_now(world: World) -> None:
    client = world.browser("teacher")
    assert client.get("/watch/s01").status_code == 200
    demoted = [person | {"role": "student"} for person in PEOPLE]
    world.put(class_json(demoted))
    assert client.get("/watch/s01").status_code == 403


@pytest.mark.parametrize("path", ["/", "/password", "/terminal", "/watch/s01"])
def test_without_a_session_a_page_leads_to_the_form(world: World, path: str) -> None:
    assert world.client().get(path).headers["location"] == "/sign-in"


def test_without_a_session_a_script_is_told(world: World) -> None:
    assert world.client(Accept="application/json").get("/session").status_code == 401
    assert world.browser("s01").get("/session").status_code == 204


def test_a_link_from_another_site_finds_the_session_again(world: World) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = world.client(**foreign).get("/")
    assert answer.status_code == 401
    assert 'http-equiv="refresh" content="0"' in answer.text


def test_a_form_that_is_too_large_is_refused(world: World) -> None:
    assert world.client().post("/sign-in", data={"user_name": "s01", "password": "x" * 600}).status_code == 413
    assert world.client().post("/sign-in", content=b"x" * 10_000).status_code == 413


def test_a_form_that_is_no_form_is_refused(world: World) -> None:
    assert world.client().post("/sign-in", content=b"\xff\xfe=\x00%ff").status_code in (400, 401)
    assert world.client().post("/sign-in", content=b"&".join(b"a=b" for _ in range(40))).status_code == 400


def test_before_there_is_a_class_every_page_says_so(world: World) -> None:
    (world.folder / "class.json").unlink()
    fresh = World(world.folder)
    for answer in (
        fresh.client().get("/"),
        fresh.client().get("/sign-in"),
        fresh.client().post("/sign-in", data={"user_name": "s01", "password": "s01-password"}),
    ):
        assert answer.status_code == 503
        assert "The class is not ready yet" in answer.text
    assert fresh.client().get("/healthz").status_code == 200
