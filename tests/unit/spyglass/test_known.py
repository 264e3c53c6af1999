"""Wrong tries at the form, and the browsers that other people's do not concern."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from spyglass import store
from spyglass.known import LIFETIME, MOST_BROWSERS, SCHEMA, KnownBrowsers
from spyglass.limits import FREE, TRIES, WINDOW
from tests.unit.spyglass.people import ORIGIN, World

COOKIE = "__Host-known-blue"
CLASSROOM = "198.51.100.1"


def sign_in(client: TestClient, name: str, password: str | None = None) -> int:
    return client.post("/sign-in", data={"user_name": name, "password": password or f"{name}-password"}).status_code


def guess(world: World, name: str, times: int, address: str = CLASSROOM) -> list[int]:
    """Wrong passwords from a browser that nobody knows."""
    client = world.client(address)
    return [sign_in(client, name, f"guess-{number}") for number in range(times)]


@pytest.fixture
def table(tmp_path: Path) -> tuple[KnownBrowsers, list[float]]:
    """The table alone, and its clock."""
    now = [0.0]
    return KnownBrowsers(store.connect(tmp_path / "known.db", SCHEMA), lambda: now[0]), now


def test_a_stranger_is_told_to_wait_even_with_the_right_password(world: World) -> None:
    assert guess(world, "s01", FREE + 1) == [401] * FREE + [429]
    answer = world.client().post("/sign-in", data={"user_name": "s01", "password": "s01-password"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert "Wait 1 second, then" in answer.text
    assert 'value="s01"' in answer.text
    assert sign_in(world.client(), "s02") == 303  # other accounts
    assert sign_in(world.client("198.51.100.2"), "s01") == 303  # the same from elsewhere
    world.clock[0] += 1
    assert sign_in(world.client(), "s01") == 303


def test_a_dictionary_of_guesses_hits_nothing(world: World) -> None:
    assert guess(world, "s01", 60) == [401] * FREE + [429] * 57
    assert len(world.directory.asked) == FREE


def test_guesses_at_the_same_time_do_not_slip_through_while_the_directory_thinks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def slow(name: str, _password: str) -> bool:
        asked.append(name)
        await asyncio.sleep(0.2)
        return False

    monkeypatch.setattr(world.directory, "check", slow)

    async def burst() -> list[int]:
        transport = httpx.ASGITransport(world.app, client=(CLASSROOM, 50000))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}) as client:
            forms = [{"user_name": "s01", "password": f"guess-{number}"} for number in range(40)]
            answers = await asyncio.gather(*(client.post("/sign-in", data=form) for form in forms))
            return [answer.status_code for answer in answers]

    assert sorted(asyncio.run(burst())) == [401] * FREE + [429] * (40 - FREE)
    assert len(asked) == FREE


def test_a_classmate_behind_the_same_address_holds_no_known_browser_up(world: World) -> None:
    mine = world.browser("s02")
    mine.post("/sign-out")
    assert guess(world, "s02", 10) == [401] * FREE + [429] * 7
    assert sign_in(world.client(), "s02") == 429
    assert sign_in(mine, "s02") == 303


def test_the_thirty_first_try_in_a_minute_is_refused_wherever_it_comes_from(world: World) -> None:
    mine = world.browser("s02")
    for number in range(TRIES):
        assert guess(world, "s02", 1, f"203.0.113.{number}") == [401]
    answer = world.client("192.0.2.99").post("/sign-in", data={"user_name": "s02", "password": "s02-password"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert "Wait 60 seconds" in answer.text
    assert sign_in(mine, "s02") == 303
    world.clock[0] += WINDOW
    assert sign_in(world.client("192.0.2.99"), "s02") == 303


def test_invented_names_share_one_account_and_forget_nobodys_tries(world: World) -> None:
    guess(world, "s01", FREE)
    codes = [guess(world, f"nobody-{number}", 1)[0] for number in range(100)]
    assert codes == [401] * FREE + [429] * 97
    for number in range(TRIES):
        guess(world, f"nobody-{number}", 1, f"203.0.113.{number}")
    assert sign_in(world.client(), "s01") == 429
    assert sign_in(world.client(), "s02") == 303
    assert world.directory.asked == ["s01"] * FREE + ["s02"]


def test_a_known_browser_has_a_bound_of_its_own(world: World) -> None:
    mine = world.browser("s01")
    codes = [sign_in(mine, "s01", f"guess-{number}") for number in range(TRIES + 1)]
    assert codes == [401] * TRIES + [429]
    assert sign_in(world.client(), "s01") == 303  # and holds no stranger up


def test_a_browser_is_known_for_those_who_signed_in_there(world: World) -> None:
    shared = world.browser("s01")
    assert sign_in(shared, "s02") == 303
    for name in ("s01", "s02", "teacher"):
        guess(world, name, FREE)
    assert [sign_in(shared, name) for name in ("s01", "s02", "teacher")] == [303, 303, 429]


def test_signing_in_as_oneself_gives_a_shared_machine_no_new_tries(world: World) -> None:
    shared = world.browser("s01")
    for number in range(TRIES):
        sign_in(shared, "s01", f"guess-{number}")
    assert sign_in(shared, "s02") == 303
    assert sign_in(shared, "s01") == 429


def test_a_browser_stays_known_for_thirty_days_over_a_restart(world: World) -> None:
    mine = world.browser("s01")
    world.clock[0] += LIFETIME - 2 * WINDOW
    restarted = World(world.folder, world.clock, world.directory)
    client = restarted.client()
    client.cookies.set(COOKIE, mine.cookies[COOKIE])
    guess(restarted, "s01", FREE)
    assert sign_in(client, "s01") == 303
    world.clock[0] += LIFETIME
    guess(restarted, "s01", FREE)
    assert sign_in(client, "s01") == 429


def test_a_token_that_was_not_made_here_is_not_taken_up(world: World) -> None:
    client = world.client()
    client.cookies.set(COOKIE, "planted")
    guess(world, "s01", FREE)
    assert sign_in(client, "s01") == 429
    world.clock[0] += WINDOW
    answer = client.post("/sign-in", data={"user_name": "s01", "password": "s01-password"})
    assert answer.cookies[COOKIE] != "planted"


def test_the_known_cookie_opens_nothing(world: World) -> None:
    mine = world.browser("s01")
    client = world.client()
    for name in (COOKIE, "__Host-session-blue"):
        client.cookies.set(name, mine.cookies[COOKIE])
    assert client.get("/").headers["location"] == "/sign-in"


def test_only_the_newest_browsers_of_a_person_are_kept(table: tuple[KnownBrowsers, list[float]]) -> None:
    known, _ = table
    other = known.remember(None, "s02")
    tokens = [known.remember(None, "s01") for _ in range(MOST_BROWSERS)]
    known.remember(tokens[0], "s01")  # now the newest
    known.remember(None, "s01")
    assert [known.find(token, "s01") is not None for token in tokens] == [True, False] + [True] * (MOST_BROWSERS - 2)
    assert known.find(other, "s02")


def test_what_has_expired_is_removed(table: tuple[KnownBrowsers, list[float]]) -> None:
    known, now = table
    old = known.remember(None, "s01")
    now[0] = LIFETIME
    assert known.find(old, "s01") is None
    assert known.remember(old, "s01") != old
