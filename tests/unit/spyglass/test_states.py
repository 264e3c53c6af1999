"""When somebody is stuck, and when he is not: the one definition."""

import pytest

from spyglass.classroom import Task, Thresholds
from spyglass.progress import states
from spyglass.progress.model import State
from spyglass.progress.states import Situation

MINUTE = 60.0
LIMITS = Thresholds()
TASKS = [Task(id="a", title="A"), Task(id="b", title="B", requires=("a",)), Task(id="c", title="C", minutes=4)]


def situation(**changes: object) -> Situation:
    usual = {"tasks": 3, "done": 1, "known": True, "quiet": 10.0, "worked": 2 * MINUTE, "usual": None, "title": "joins"}
    return Situation(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({}, State.WORKING, "2 min on “joins”"),
        ({"done": 3, "quiet": 9000.0}, State.FINISHED, "all tasks done"),
        ({"quiet": None}, State.NOT_STARTED, "no key and no query yet"),
        ({"quiet": 3 * MINUTE}, State.WORKING, "2 min on “joins”"),
        ({"quiet": 3 * MINUTE + 1, "worked": 3600.0}, State.IDLE, "no key, query or new check for 3 min"),
        ({"quiet": 2 * 3600 + 5 * MINUTE}, State.IDLE, "no key, query or new check for 2 h 5 min"),
        ({"known": False}, State.UNKNOWN, "his task cannot be looked at at the moment"),
        ({"worked": 5 * MINUTE}, State.WORKING, "5 min on “joins”"),
        ({"worked": 5 * MINUTE + 1}, State.STUCK, "5 min on “joins”"),
        ({"worked": 14 * MINUTE, "usual": 10 * MINUTE}, State.WORKING, "14 min on “joins”, usual 10 min"),
        ({"worked": 16 * MINUTE, "usual": 10 * MINUTE}, State.STUCK, "16 min on “joins”, usual 10 min"),
        ({"worked": 4 * MINUTE, "usual": 10.0}, State.WORKING, "4 min on “joins”, usual less than a minute"),
        ({"tasks": 0, "done": 0, "worked": 9000.0}, State.WORKING, "at work"),
    ],
)
def test_a_state_and_its_reason(changes: dict[str, object], state: State, reason: str) -> None:
    assert states.judge(situation(**changes), LIMITS) == states.Verdict(state, reason)


def test_thresholds_are_the_workshops() -> None:
    limits = Thresholds(idle_minutes=0.5, stuck_minutes=1, stuck_factor=2)
    assert states.judge(situation(quiet=31.0), limits).state is State.IDLE
    assert states.judge(situation(worked=61.0), limits).state is State.STUCK
    assert states.judge(situation(worked=61.0, usual=31.0), limits).state is State.WORKING


@pytest.mark.parametrize(
    ("done", "expected"),
    [((), "a"), (("a",), "b"), (("c",), "a"), (("a", "b"), "c"), (("a", "b", "c"), None), (("gone",), "a")],
)
def test_the_task_somebody_is_at_is_the_first_whose_prerequisites_are_done(
    done: tuple[str, ...], expected: str | None
) -> None:
    found = states.next_task(TASKS, done)
    assert (found.id if found else None) == expected


def test_what_is_open_behind_a_prerequisite_that_is_not_there_is_still_the_next() -> None:
    assert states.next_task(TASKS[1:2], ()) == TASKS[1]


def test_the_authors_guess_holds_until_enough_have_done_a_task() -> None:
    four, five = {"c": [1.0, 2.0, 3.0, 4.0]}, {"c": [1.0, 2.0, 3.0, 4.0, 50.0]}
    assert states.usual(TASKS[2], states.medians(four)) == 4 * MINUTE
    assert states.usual(TASKS[2], states.medians(five)) == 3.0
    assert states.usual(TASKS[0], states.medians(four)) is None
    assert states.usual(None, {}) is None


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([(State.STUCK, "a"), (State.STUCK, "a"), (State.WORKING, "b")], ("a",)),
        ([(State.STUCK, "a"), (State.STUCK, "a"), (State.WORKING, "b"), (State.WORKING, "b")], ()),
        ([(State.STUCK, "a")], ()),
        ([(State.STUCK, "a"), (State.STUCK, "a"), (State.IDLE, "b"), (State.NOT_STARTED, "b")], ("a",)),
        ([], ()),
    ],
)
def test_a_task_is_flagged_when_more_than_half_of_those_at_work_are_stuck_on_it(
    people: list[tuple[State, str | None]], expected: tuple[str, ...]
) -> None:
    assert states.flagged(people) == expected
