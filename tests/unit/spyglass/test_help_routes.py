"""What people may send to the queue: bounded, plain, by those who may, and logged without what it says."""

import json
import logging
from typing import Any

import pytest

from tests.unit.spyglass.help_kit import act, ask, number, own, requests
from tests.unit.spyglass.people import World
from tests.unit.spyglass.teaching import Teaching

CANARY = "<img src=x onerror=alert(1)>{{7*7}}\"' & </script>"


@pytest.mark.parametrize("question", ["", "   ", "\u202e\u200b", "\r\n", "\u0301", "x" * 201, "\ud800"])
def test_a_question_is_one_line_of_1_to_200_characters(world: World, question: str) -> None:
    answer = world.browser("s01").post("/help/ask", content=json.dumps({"question": question}))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The question is ")
    assert requests(world) == []


@pytest.mark.parametrize("question", ["?", "x" * 200, "\u00e9" * 200, "\U0001f468\u200d\U0001f4bb"])
def test_what_is_short_enough_is_taken_as_it_is(world: World, question: str) -> None:
    assert ask(world.browser("s01"), question) == 200
    assert requests(world)[0]["question"] == question


def test_a_question_is_kept_as_text_on_one_line(world: World) -> None:
    typed = "  a\r\nb\t\x00\u202e\u2066c\u2028d\x1b[31m e" + 50 * "\u0301" + "\ud800 " + CANARY
    ask(world.browser("s01"), typed)
    assert requests(world)[0]["question"] == "a b c d [31m \u00e9" + 4 * "\u0301" + " " + CANARY


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{", 400), (b"[]", 400), (b"[" * 8000, 400), (b"\xff", 400), (b"x" * 8193, 413),
        (b'{"question": 7}', 400), (b'{"question": null}', 400), (b'{"task": "first"}', 400),
        (b'{"question": "a", "task": ["first"]}', 400),
    ],
)  # fmt: skip
def test_what_nobody_could_type_is_refused(world: World, body: bytes, status: int) -> None:
    assert world.browser("s01").post("/help/ask", content=body).status_code == status
    assert requests(world) == []


@pytest.mark.parametrize("numbers", [[], "1", ["x"], [1.5], [None], list(range(1001)), [10**30] * 400])
def test_what_a_teacher_means_is_a_bounded_list(world: World, numbers: Any) -> None:
    answer = world.browser("teacher").post("/help/requests/claim", json={"numbers": numbers})
    assert answer.status_code in {400, 413}


def test_a_number_that_nothing_has_is_refused_in_words(world: World) -> None:
    assert act(world.browser("teacher"), "claim", 10**30, -1) == (409, "This request is closed already.")


@pytest.mark.parametrize("action", ["", "delete", "claim/x", "__class__"])
def test_there_is_nothing_else_to_be_done_about_a_request(world: World, action: str) -> None:
    assert world.browser("teacher").post(f"/help/requests/{action}", json={"numbers": [1]}).status_code == 404


def test_the_task_is_one_of_the_course_or_none(teaching: Teaching) -> None:
    world = teaching.world
    answer = world.browser("s01").post("/help/ask", json={"question": "why?", "task": "first"}).json()
    assert (answer["title"], [task["id"] for task in answer["tasks"]]) == ("The first", ["first", "second", "seat"])
    ask(world.browser("s02"), task="<b>no-such-task")
    assert [(one["id"], one["task"]) for one in requests(world)] == [("s01", "first"), ("s02", "")]


def test_the_task_that_he_is_at_is_proposed(teaching: Teaching) -> None:
    teaching.work("s01", 40, first=True, second=False)
    assert [own(teaching.world, who)["now"] for who in ("s01", "s02")] == ["second", "first"]


@pytest.mark.parametrize("path", ["/help/ask", "/help/withdraw", "/help/again"])
def test_a_teacher_has_nobody_to_ask(world: World, path: str) -> None:
    assert world.browser("teacher").post(path, json={"question": "why?"}).status_code == 403


def test_a_student_does_nothing_about_requests_not_even_his_own(world: World) -> None:
    ada = world.browser("s01")
    ask(ada)
    for action in ("claim", "put-back", "resolve", "undo"):
        assert ada.post(f"/help/requests/{action}", json={"numbers": [number(world, "s01")]}).status_code == 403
    assert ada.post("/help/pause", json={"paused": True}).status_code == 403
    assert ada.get("/help").status_code == 403
    assert own(world, "s01")["state"] == "waiting"


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("s01", "/help/ask", {"question": "why?"}), ("s01", "/help/withdraw", {}), ("s01", "/help/again", {}),
        ("teacher", "/help/requests/claim", {"numbers": [1]}), ("teacher", "/help/pause", {"paused": True}),
    ],
)  # fmt: skip
def test_no_other_site_can_have_it_done(world: World, who: str, path: str, body: dict[str, Any]) -> None:
    for origin in ("https://evil.example", "null", ""):
        assert world.browser(who).post(path, json=body, headers={"Origin": origin}).status_code == 403
    assert world.services.help.paused_by is None
    assert requests(world) == []


def test_students_are_told_nothing_of_others(world: World) -> None:
    ask(world.browser("s01"), "a question of Ada's")
    told = str(own(world, "s02"))
    assert "Ada" not in told
    assert "s01" not in told
    assert own(world, "s02")["waiting"] == 1


def test_the_log_says_what_happened_and_not_what_was_asked(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "spyglass.help")
    ask(world.browser("s01"), "secret-canary")
    grace, one = world.browser("teacher"), number(world, "s01")
    for action in ("claim", "put-back", "resolve", "undo"):
        act(grace, action, one)
    grace.post("/help/pause", json={"paused": True})
    world.browser("s01").post("/help/withdraw", json={})
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("spyglass.help")]
    assert lines == [
        "help: s01 asks, about no task", "help: claim by teacher for s01", "help: put-back by teacher for s01",
        "help: resolve by teacher for s01", "help: undo by teacher for s01", "help: paused by teacher",
        "help: s01 withdraws",
    ]  # fmt: skip
    assert "canary" not in caplog.text
    assert world.services.audit.entries() == []


def test_the_button_is_on_a_students_pages_and_the_queue_on_a_teachers(world: World) -> None:
    ada, grace = world.browser("s01"), world.browser("teacher")
    for page in ("/", "/terminal", "/progress"):
        assert 'id="ask-button"' in ada.get(page).text, page
    for page in ("/terminal", "/progress"):
        assert "ask-button" not in grace.get(page).text, page
    for page in ("/", "/help"):
        assert 'id="asked"' in grace.get(page).text, page
        assert grace.get(page).text.count('role="status"') == 2, "one for the queue, one for a lost line"
