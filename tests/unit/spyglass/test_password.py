"""Changing one's own password."""

import pytest

from spyglass import limits
from tests.unit.spyglass.people import World

NEW = "brand new words"


def change(world: World, old: str = "s01-password", new: str = NEW, again: str | None = None) -> tuple[int, str]:
    client = world.browser("s01")
    answer = client.post("/password", data={"old": old, "new": new, "again": new if again is None else again})
    return answer.status_code, answer.text


def test_the_new_password_counts_from_now_on(world: World) -> None:
    status, page = change(world)
    assert status == 200
    assert "Your password is changed" in page
    assert world.directory.passwords["s01"] == NEW


def test_the_account_is_signed_out_everywhere_else(world: World) -> None:
    elsewhere, other = world.browser("s01"), world.browser("s02")
    here = world.browser("s01")
    here.post("/password", data={"old": "s01-password", "new": NEW, "again": NEW})
    assert here.get("/").status_code == 200
    assert other.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"old": "wrong"}, "old password is not right"),
        ({"new": "short"}, "too short"),
        ({"again": "another"}, "differ"),
        ({"new": "s01-password"}, "is the old one"),
        ({"new": ""}, "all three fields"),
        ({"new": "bell\x07and whistle"}, "no keyboard types"),
    ],
)
def test_what_is_wrong_is_said_in_words(world: World, changes: dict[str, str], words: str) -> None:
    status, page = change(world, **changes)
    assert status == 400
    assert words in page
    assert world.directory.passwords["s01"] == "s01-password"


def test_a_directory_that_is_down_is_said(world: World) -> None:
    client = world.browser("s01")
    world.directory.is_down = True
    answer = client.post("/password", data={"old": "s01-password", "new": NEW, "again": NEW})
    assert answer.status_code == 503
    assert "nothing was changed" in answer.text


def test_the_old_password_cannot_be_guessed_here_either(world: World) -> None:
    client = world.browser("s01")
    codes = [
        client.post("/password", data={"old": f"guess {number}", "new": NEW, "again": NEW}).status_code
        for number in range(limits.TRIES + 1)
    ]
    assert codes == [400] * limits.TRIES + [429]
    world.clock[0] += limits.WINDOW
    assert client.post("/password", data={"old": "s01-password", "new": NEW, "again": NEW}).status_code == 200


def test_wrong_tries_of_others_do_not_keep_anybody_from_changing_it(world: World) -> None:
    client = world.browser("s01")
    del client.cookies["__Host-known-blue"]  # who is signed in is known without it
    for number in range(limits.TRIES):
        world.client(f"203.0.113.{number}").post("/sign-in", data={"user_name": "s01", "password": "guess"})
    assert client.post("/password", data={"old": "s01-password", "new": NEW, "again": NEW}).status_code == 200
