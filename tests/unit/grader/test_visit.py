"""How often what holds is asked again, and what a look says of what it left alone."""

import asyncio
import math
import time

import pytest

from images.grader.grader import visit
from images.grader.grader.judge import Truth
from images.grader.grader.plan import Check, Plan, Step, Task
from images.grader.grader.reference import References
from images.grader.grader.schedule import OUTSTANDING
from images.grader.grader.verdict import Verdict
from images.grader.grader.visit import AT_WORK, CALM, HELD_SHARE, LONGEST_CALM, Held, Remembered, Visitor

AT = 1000.0
SHORT = 0.01


def check(name: str) -> Check:
    return Check(id=name, steps=(Step(sql="SELECT 1", expected=Truth()),))


def remembered(ok: bool | None, took: float, name: str = "c1") -> Remembered:
    return Remembered(check(name), Verdict(ok, ""), AT, took)


@pytest.mark.parametrize(
    ("ok", "took", "turn", "until"),
    [
        (True, SHORT, 0.0, AT + CALM * SHORT),
        (True, SHORT, 30.0, AT + 30),
        (True, SHORT, 1000.0, AT + LONGEST_CALM),
        (True, 1.0, 0.0, AT + LONGEST_CALM),
        (False, 1.0, 30.0, 0.0),
        (None, 1.0, 30.0, 0.0),
    ],
)
def test_only_what_holds_is_left_alone_for_a_while(ok: bool | None, took: float, turn: float, until: float) -> None:
    assert remembered(ok, took).calm_until(turn) == pytest.approx(until)


def test_the_more_people_work_the_longer_what_holds_is_left_alone() -> None:
    held = Held()
    assert held.turn(AT) == 0
    for number in range(1, 31):
        held.note(f"s{number:02d}", AT, [remembered(True, SHORT), remembered(True, SHORT), remembered(False, 1.0)])
        assert held.turn(AT) == pytest.approx(number * 2 * SHORT / HELD_SHARE)
    held.forget("s01")
    assert held.turn(AT) == pytest.approx(29 * 2 * SHORT / HELD_SHARE)
    assert held.turn(AT + AT_WORK) == 0  # nobody writes any more


def test_one_whose_checks_take_very_long_makes_nobody_else_wait() -> None:
    held = Held()
    for number in range(9):
        held.note(f"s{number}", AT, [remembered(True, SHORT)])
    held.note("slow", AT, [remembered(True, 100.0)])
    assert held.turn(AT) == pytest.approx((9 + OUTSTANDING) * SHORT / HELD_SHARE)


class Server:
    """What a database says, in place of a session: by check, and how often it was asked."""

    def __init__(self, **says: bool) -> None:
        self.says = says
        self.asked: list[str] = []
        self.visitor = Visitor("/run/nowhere", _nothing, lambda _student, _rows: None, References("/run/nowhere"))
        self.plan = Plan(students=("s01",), tasks=tuple(Task(id=name, checks=(check(name),)) for name in says))

    def look(self, monkeypatch: pytest.MonkeyPatch, now: float, written: float = -math.inf) -> visit.Pass:
        async def session(
            _student: str, checks: dict[tuple[str, str], Check], found: dict[tuple[str, str], Remembered], _until: float
        ) -> bool:
            for key, one in checks.items():
                self.asked.append(one.id)
                found[key] = Remembered(one, Verdict(self.says[one.id]), now, SHORT)
            return True

        monkeypatch.setattr(time, "monotonic", lambda: now)
        monkeypatch.setattr(self.visitor, "_session", session)
        self.asked.clear()
        return asyncio.run(self.visitor.visit("s01", self.plan, written))


async def _nothing(_session: int) -> None:
    return


def test_what_holds_is_asked_again_when_its_turn_comes_and_what_does_not_with_each_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server(holds=True, not_yet=False)
    assert {name: one.ok for name, one in server.look(monkeypatch, AT).tasks.items()} == server.says
    assert server.asked == ["holds", "not_yet"]
    server.says = {"holds": False, "not_yet": True}
    found = server.look(monkeypatch, AT + 1, written=AT + 0.5)
    assert server.asked == ["not_yet"]
    assert {name: one.ok for name, one in found.tasks.items()} == {"holds": True, "not_yet": True}
    # It was written to, so what was left alone is worth a look of its own.
    assert found.rest == pytest.approx(CALM * SHORT - 1)
    found = server.look(monkeypatch, AT + 1 + found.rest, written=AT + 0.5)
    assert server.asked == ["holds"]
    assert {name: one.ok for name, one in found.tasks.items()} == {"holds": False, "not_yet": True}


def test_where_nobody_wrote_since_nothing_that_was_left_alone_is_worth_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(holds=True, not_yet=False)
    server.look(monkeypatch, AT, written=AT - 1)
    assert server.look(monkeypatch, AT + 1, written=AT - 1).rest == math.inf


def test_where_all_holds_and_has_its_time_nobody_looks_and_what_was_found_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server(one=True, two=True)
    first = server.look(monkeypatch, AT)
    again = server.look(monkeypatch, AT + 1, written=AT + 0.5)
    assert server.asked == []
    assert (again.checked_at, again.tasks, again.up) == (first.checked_at, first.tasks, True)
    server.plan = Plan(students=("s01",), tasks=server.plan.tasks[:1])  # the course has lost a task meanwhile
    assert list(server.look(monkeypatch, AT + 2, written=AT + 0.5).tasks) == ["one"]
