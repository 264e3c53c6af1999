"""A student's page, as the app renders it, and what its buttons do."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from spyglass.admin.student import facts, size
from spyglass.directory import UnansweredError
from spyglass.passwords import LEGIBLE
from spyglass.progress.machines import Machine
from spyglass.progress.model import Progress, State
from tests.unit.spyglass.people import ORIGIN, World, class_json

TASKS = [
    {"id": "t1", "title": "First <query>", "parts": ["sql"]},
    {"id": "t2", "title": "Second", "parts": ["seat"]},
    {"id": "t3", "title": "Third", "parts": ["sql"]},
]
COURSE = {"title": "SQL", "sections": [{"title": "Basics", "tasks": TASKS}]}
NINE = 1_795_334_400.0  # 2026-11-22T09:00+01:00


@pytest.fixture
def learning(world: World) -> World:
    """A class with tasks, in which Ada is stuck on the third and has asked."""
    world.put(class_json(course=COURSE))
    here = world.services
    here.board.put(
        "s01",
        Progress(
            done={"t1": True, "t2": False, "t3": False},
            first_done={"t1": NINE, "t2": NINE + 60},
            state=State.STUCK,
            task="t3",
            worked=754.0,
            reason="12 min on “Third”, usual 5 min",
            messages={"t3": "<b>There is no table</b>"},
        ),
    )
    memory, disk = 300 * 1024**2, 5 * 1024**3
    here.machines.put("s01", Machine(engine=False, memory=memory, memory_limit=1024**3, cpu_seconds=130.0, disk=disk))
    here.history.add(world.person("s01"), world.course().course.tasks[:1], NINE)
    here.help.ask("s01", "psql says <no>", "t1")
    return world


def test_the_page_says_what_is_known(learning: World) -> None:
    learning.browser("s01").get("/session")
    text = learning.browser("teacher").get("/students/s01").text
    for words in (
        "First &lt;query&gt;", "Third, for 12 min", "300 MiB", "1.0 GiB", "5.0 GiB", "2 min of one core", "answers",
        "does not run (it starts when it is used)", "09:00", "was done, is not any more", "not done yet",
        "&lt;b&gt;There is no table&lt;/b&gt;", "psql says &lt;no&gt;", "2 of 3 done, 2 points", "group red",
    ):  # fmt: skip
        assert words in text, words
    assert "<b>There" not in text
    assert text.count("Browser since") == 1
    assert "nobody was there yet" in text


def test_what_is_not_known_is_said_as_such(world: World) -> None:
    text = world.browser("teacher").get("/students/spare01").text
    assert "This course has no tasks" in text
    assert "In no browser" in text
    assert "Never so far" in text
    assert "spare seat" in text
    assert text.count("not known") >= 4


def test_a_name_of_a_student_is_never_markup(world: World) -> None:
    text = world.browser("teacher").get("/students/s02").text
    assert "<img" not in text.replace('<img src="/static/', "")
    assert "49" not in text.split("<main")[1].split("</h1>")[0]


@pytest.mark.parametrize("person", ["nobody", "teacher"])
def test_only_students_have_a_page(world: World, person: str) -> None:
    browser = world.browser("teacher")
    assert browser.get(f"/students/{person}").status_code == 404
    assert browser.get(f"/students/{person}/events").status_code == 404
    assert browser.post(f"/students/{person}/new-password").status_code == 404
    assert world.services.audit.entries() == []


def ask(here: World) -> None:
    here.services.help.ask("s01", "and now?", None)


def come(here: World) -> None:
    here.services.visits.note("s01")


def sign_in(here: World) -> None:
    here.browser("s01")


def sleep_a_while(here: World) -> None:
    here.clock[0] += 600


@pytest.mark.parametrize("happens", [ask, come, sign_in])
def test_what_happens_to_him_is_news_for_his_page(world: World, happens: Callable[[World], None]) -> None:
    def known() -> dict[str, Any]:
        return facts(world.services, world.person("s01"), world.course())

    before = known()
    assert known() == before
    happens(world)
    assert known() != before


def test_a_signed_in_browser_says_since_when(world: World) -> None:
    world.browser("s01")
    (session,) = world.services.sessions.of("s01")
    assert session.began == pytest.approx(time.time(), abs=60)
    assert world.services.sessions.last_seen(session) is None
    sleep_a_while(world)
    world.browser("s01").get("/session")
    newest, _ = world.services.sessions.of("s01")
    assert world.services.sessions.last_seen(newest) == world.clock[0]
    assert len(facts(world.services, world.person("s01"), world.course())["sessions"]) == 2


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, "not known"), (0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (20 * 1024**2, "20 MiB"),
     (3 * 1024**5, "3072 TiB")],
)  # fmt: skip
def test_bytes_as_people_read_them(count: int | None, words: str) -> None:
    assert size(count) == words


def actions(world: World) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.action, entry.subject) for entry in world.services.audit.entries()]


def told(world: World) -> list[str]:
    return [notice.scope for notice in world.services.notices.told()]


def test_a_new_password_is_told_once_and_ends_every_session(world: World, caplog: pytest.LogCaptureFixture) -> None:
    student, teacher = world.browser("s01"), world.browser("teacher")
    answer = teacher.post("/students/s01/new-password")
    assert answer.headers["cache-control"] == "no-store"
    password = answer.json()["password"]
    assert len(password) == 12
    assert set(password) <= set(LEGIBLE)
    assert student.get("/session").status_code == 303  # to the sign-in page
    assert world.directory.passwords["s01"] == password
    world.browser("s01")  # with the new one
    assert password not in caplog.text
    assert password not in (world.folder / "spyglass.db").read_bytes().decode("latin-1")
    assert actions(world) == [("teacher", "new password", "s01")]
    assert told(world) == ["person:s01"]


def test_a_new_password_that_may_have_been_set_is_said_logged_and_ends_every_session(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = world.directory.set_password

    async def without_an_answer(name: str, new: str) -> None:
        await really(name, new)
        raise UnansweredError

    monkeypatch.setattr(world.directory, "set_password", without_an_answer)
    student, teacher = world.browser("s01"), world.browser("teacher")
    answer = teacher.post("/students/s01/new-password")
    assert answer.status_code == 503
    assert "may have been set" in answer.json()["message"]
    assert "password" not in answer.json()
    assert student.get("/session").status_code == 303  # to the sign-in page
    assert actions(world) == [("teacher", "new password, may have been set", "s01")]
    assert told(world) == ["person:s01"]


def test_of_two_teachers_at_once_only_one_reads_out_a_password(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    really = world.directory.set_password
    headers, cookies = {"Origin": ORIGIN}, dict(world.browser("teacher").cookies)

    async def both() -> list[httpx.Response]:
        go = asyncio.Event()

        async def slowly(name: str, new: str) -> None:
            await go.wait()
            await really(name, new)

        monkeypatch.setattr(world.directory, "set_password", slowly)
        way = httpx.ASGITransport(app=world.app)
        async with httpx.AsyncClient(transport=way, base_url=ORIGIN, headers=headers, cookies=cookies) as browser:
            asked = [asyncio.ensure_future(browser.post("/students/s01/new-password")) for _ in range(2)]
            ready, _ = await asyncio.wait(asked, timeout=30, return_when=asyncio.FIRST_COMPLETED)
            assert len(ready) == 1
            go.set()
            return sorted(await asyncio.gather(*asked), key=lambda answer: answer.status_code)

    done, refused = asyncio.run(both())
    assert (done.status_code, refused.status_code) == (200, 409)
    assert world.directory.passwords["s01"] == done.json()["password"]
    assert "Somebody else" in refused.json()["message"]
    assert actions(world) == [("teacher", "new password", "s01")]


def test_a_directory_that_is_down_or_not_ours_changes_nothing(world: World) -> None:
    student, teacher = world.browser("s01"), world.browser("teacher")
    world.directory.is_down = True
    answer = teacher.post("/students/s01/new-password")
    assert answer.status_code == 503
    assert "as it was" in answer.json()["message"]
    assert actions(world) == [("teacher", "new password failed", "s01")]
    world.directory.is_down, world.directory.is_ours = False, False
    answer = teacher.post("/students/s01/new-password")
    assert answer.status_code == 409
    assert "directory of your own" in answer.json()["message"]
    page = teacher.get("/students/s01").text
    assert "new-password" not in page
    assert "A new password cannot be set here" in page
    assert student.get("/session").status_code == 204
    assert world.directory.passwords["s01"] == "s01-password"
    assert told(world) == []
