"""The queue in words, and the order of a list that somebody is at: the pages' pure script."""

from typing import Any

import pytest

from tests.unit.spyglass.node_kit import needs_node, run

pytestmark = needs_node

NONE = {"state": "none", "place": None, "waiting": 0, "minutes": None, "by": "", "paused": False, "closed": None}
WAITING = NONE | {"state": "waiting", "place": 2, "waiting": 5, "minutes": 3}
CLAIMED = NONE | {"state": "claimed", "by": "Grace", "minutes": 65}
CLOSED = NONE | {"closed": {"why": "closed by itself: “Joins” is done"}}


def words(function: str, *arguments: Any) -> str:
    return str(run("help_words.js", f"it.{function}(...a)", *arguments))


@pytest.mark.parametrize(
    ("own", "bar", "sentence"),
    [
        (NONE, "Ask for help", ""),
        (NONE | {"paused": True}, "Help is paused", ""),
        (WAITING, "Help: 2nd of 5", "You are 2nd of 5. You have waited 3 min."),
        (
            WAITING | {"place": 1, "minutes": 0},
            "You are next",
            "You are next. You have waited less than a minute.",
        ),
        (
            WAITING | {"paused": True},
            "Help: 2nd of 5",
            "You are 2nd of 5. You have waited 3 min. The queue is paused; you keep your place.",
        ),
        (CLAIMED, "Grace is coming", "Grace is coming. You have waited 1 h 5 min."),
    ],
)
def test_a_student_reads_how_it_stands(own: dict[str, Any], bar: str, sentence: str) -> None:
    assert (words("inBar", own), words("inWords", own)) == (bar, sentence)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (None, WAITING, ""),
        (WAITING, WAITING | {"minutes": 4, "waiting": 6}, ""),
        (WAITING, WAITING | {"place": 1}, "You are next. You have waited 3 min."),
        (WAITING, CLAIMED, "Grace is coming. You have waited 1 h 5 min."),
        (WAITING, CLOSED, "Your request was closed by itself: “Joins” is done."),
        (WAITING, NONE, "You have left the queue."),
        (NONE, NONE | {"paused": True}, "The help queue is paused."),
        (NONE | {"paused": True}, NONE, "You can ask for help again."),
    ],
)
def test_only_what_is_news_is_read_out(before: Any, now: dict[str, Any], said: str) -> None:
    assert words("news", now, before) == said


def test_places_are_ordinals() -> None:
    ordinals = run("help_words.js", "a[0].map(it.ordinal)", [1, 2, 3, 4, 11, 12, 13, 21, 22, 111])
    assert ordinals == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "111th"]


def request(number: int, task: str = "", **changes: Any) -> dict[str, Any]:
    return {"number": number, "task": task, "title": task.title(), "closed": "", "by": "", "by_id": ""} | changes


def test_two_or_more_about_one_task_stand_below_a_heading() -> None:
    asking = [
        request(1, "joins"),
        request(4, "joins", closed="done"),
        request(3, "joins"),
        request(2),
        request(5, "index"),
    ]
    lines = run("help_words.js", "it.lines(a[0])", asking)
    assert [line["key"] for line in lines] == [
        "task joins", "request 1", "request 4", "request 3", "request 2", "request 5",
    ]  # fmt: skip
    assert (lines[0]["title"], [one["number"] for one in lines[0]["all"]]) == ("Joins", [1, 3])
    assert [line["together"] for line in lines[1:]] == [True, True, True, False, False]
    alone = run(
        "help_words.js", "it.lines(a[0])", [request(1, "joins"), request(4, "joins", closed="done"), request(6)]
    )
    assert [line["key"] for line in alone] == ["request 1", "request 4", "request 6"]


def test_a_list_that_somebody_is_at_keeps_its_order() -> None:
    shown, wanted = ["request 1", "request 2"], ["task joins", "request 3", "request 2"]
    assert run("help_words.js", "it.held(...a)", shown, wanted) == ["request 1", "request 2", "request 3"]


def test_who_comes_is_said_to_each_teacher_in_his_own_words() -> None:
    claimed = request(1, by="Grace", by_id="teacher")
    assert run("help_words.js", "it.standing(...a)", claimed, "teacher") == ["mine", "You are coming"]
    assert run("help_words.js", "it.standing(...a)", claimed, "lin") == ["theirs", "Grace is coming"]
    assert run("help_words.js", "it.standing(...a)", request(1), "lin") == ["waiting", ""]
    assert run("help_words.js", "it.standing(...a)", claimed | {"closed": "closed by Grace"}, "lin")[0] == "closed"
