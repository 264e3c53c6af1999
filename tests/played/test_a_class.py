"""A class of 32 plays its day, each at a speed of his own; what is shown is what the players know of themselves.

In: a workshop with thresholds of seconds. Out: after each act one truth, the players' own record, and it is held
against Prometheus, the teacher's stream, the students' pages and the CSV.
"""

import csv
import io
import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest

from tests.live import prometheus_kit
from tests.live.portal_kit import answers, own_terminal, session, trusting
from tests.waiting import PATIENCE, until
from tests.workshop_kit import Workshop

SIZE = 32
SHOWS_WITHIN = 20.0
"""Seconds from what a student does to what everybody sees of it."""
STUCK_AFTER, IDLE_AFTER = 12.0, 20.0
IN_DATABASE = ("one", "two", "three")
IN_SEAT = "note"
TASKS = (*IN_DATABASE, IN_SEAT)
LAB = """
title: A played class
material: material
database:
  files: [sample.sql]
sections:
  - title: All of it
    tasks:
""" + "".join(
    [
        *(f"      - {{id: {task}, title: Table {task}, checks: [{{rows: {task}, min: 1}}]}}\n" for task in IN_DATABASE),
        f"      - {{id: {IN_SEAT}, title: A note, checks: [{{shell: test -s ~/note}}]}}\n",
    ]
)


@dataclass
class Player:
    """One student: his line to his database, what he has done, and whether he is at work."""

    id: str
    password: str
    line: "psycopg.Connection[Any]"
    lab: Workshop
    done: set[str] = field(default_factory=set)
    at_work: bool = False
    state: str = "not started"

    def do(self, task: str) -> None:
        """Do one task, in the database or in the seat."""
        if task == IN_SEAT:
            outputs = self.lab.outputs()
            with own_terminal(outputs["portalUrl"], self.id, self.password, outputs["caCertificate"]) as screen:
                answers(screen, "echo done > ~/note")
        else:
            self.line.execute(f"CREATE TABLE {task} AS SELECT 1 AS number".encode())
        self.done.add(task)

    def undo(self, task: str) -> None:
        """Clean up."""
        self.line.execute(f"DROP TABLE {task}".encode())


class Page:
    """A page that stays open, and what its stream of events has told it last."""

    def __init__(self, browser: httpx.Client, address: str, last: str, over: threading.Event) -> None:
        self.now: dict[str, Any] = {}
        self.state: dict[str, dict[str, Any]] = {}  # of the wall: its tiles
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(browser, address, last, over))
        self._thread.start()
        assert self._begun.wait(PATIENCE), f"{address}: nothing was told"

    def _listen(self, browser: httpx.Client, address: str, last: str, over: threading.Event) -> None:
        kind = ""
        with browser.stream("GET", address) as stream:
            for line in stream.iter_lines():  # now and then there is one though nothing changed
                if over.is_set():
                    return
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    value = json.loads(line.removeprefix("data: "))
                    if kind == "tile":
                        self.state = {**self.state, value["id"]: value}
                    if kind == last:
                        self.now = value
                        self._begun.set()

    def close(self) -> None:
        self._thread.join()


@dataclass
class Class:
    """All of them, and the ways to look at them."""

    lab: Workshop
    players: list[Player]
    teacher: httpx.Client
    pages: Mapping[str, Page]

    def together(self, players: list[Player], act: Callable[[Player], object]) -> None:
        """Each at a moment of his own, many at once."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(act, random.sample(players, len(players))))

    def series(self, query: str) -> dict[tuple[str, ...], float]:
        return prometheus_kit.series(self.lab.container("prometheus"), query, "student", "task", "state")

    def told(self) -> dict[str, Any]:
        """What the teacher's page shows."""
        return {**self.pages["teacher"].now, "state": self.pages["teacher"].state}

    def sheet(self) -> set[tuple[str, str]]:
        """Whom and what the CSV has as done."""
        text = self.teacher.get("/class.csv").raise_for_status().content.decode("utf-8-sig")
        return {(row["student"], row["task"]) for row in csv.DictReader(io.StringIO(text)) if row["first done"]}

    def own(self, player: Player) -> set[str]:
        """What a student's own page has as done."""
        tasks = self.pages[player.id].now["tasks"]
        return {task for task, one in tasks.items() if one["mark"] in {"done", "undone", "past"}}

    def holds(self, seconds: float = 120.0) -> None:
        """Everything shown becomes the players' own record."""
        states = {(player.state, player.id): 1.0 for player in self.players}
        ever = {(player.id, task) for player in self.players for task in player.done}

        def differences() -> list[str]:
            known = {key for key, value in self.series("lab_student_state == 1").items() if value}
            first = set(self.series("lab_task_first_done_timestamp_seconds"))
            page = self.told()["state"]
            return [
                *(f"Prometheus: {key}" for key in known ^ states.keys()),
                *(f"Prometheus: {key}" for key in first ^ ever),
                *(f"page: {one.id} is {page[one.id]}" for one in self.players if page[one.id]["state"] != one.state),
                *(f"page: {one.id} {page[one.id]}" for one in self.players if page[one.id]["done"] != len(one.done)),
                *(f"CSV: {key}" for key in self.sheet() ^ ever),
                *(f"own: {one.id} {self.own(one)}" for one in self.players[:: SIZE // 4] if self.own(one) != one.done),
            ]

        until(lambda: not differences(), lambda: "; ".join(differences())[:2000], seconds)


@pytest.fixture(scope="module")
def day(workshop_factory: Callable[..., Workshop]) -> Iterator[Class]:
    lab = workshop_factory(
        "played",
        students=SIZE,
        progress={"idleMinutes": IDLE_AFTER / 60, "stuckMinutes": STUCK_AFTER / 60, "stuckFactor": 1},
    )
    course = lab.folder / "workshop"
    lab.teach(LAB)
    (course / "sample.sql").write_text("CREATE TABLE given AS SELECT 1 AS number;\n")
    lab.up()
    outputs, passwords = lab.outputs(), lab.passwords()
    url, authority = outputs["portalUrl"], outputs["caCertificate"]

    def browser(person: str) -> httpx.Client:
        cookie = session(url, person, passwords[person], authority)
        return httpx.Client(base_url=url, verify=trusting(authority), headers={"Cookie": cookie}, timeout=60)

    def player(person: str) -> Player:
        line = psycopg.connect(
            host="127.0.0.1", port=lab.database_port, user=person, dbname=person, password=passwords[person],
            sslmode="require", autocommit=True,
        )  # fmt: skip
        return Player(person, passwords[person], line, lab)

    names = [f"s{number:02}" for number in range(1, SIZE + 1)]
    players = [player(name) for name in names]
    over = threading.Event()
    pages = {name: Page(browser(name), "/events?of=own", "own", over) for name in names[:: SIZE // 4]}
    pages["teacher"] = Page(browser("teacher"), "/wall/events", "class", over)
    found = Class(lab, players, browser("teacher"), pages)

    def busy() -> None:
        while not over.wait(2.0):
            for one in players:
                if one.at_work:
                    one.line.execute("SELECT 1")

    working = threading.Thread(target=busy)
    working.start()
    try:
        yield found
    finally:
        over.set()
        working.join()
        for page in pages.values():
            page.close()
        for one in players:
            one.line.close()


def test_before_anybody_begins(day: Class) -> None:
    day.holds()


def test_half_of_them_are_quick_some_are_stuck_some_go_away_and_two_never_came(day: Class) -> None:
    quick, stuck, away = day.players[2:18], day.players[18:26], day.players[26:]
    day.together([*quick, *stuck, *away], lambda one: one.do("one"))
    for one in [*quick, *stuck]:
        one.at_work = True

    def rest(one: Player) -> None:
        for task in TASKS[1:]:
            one.do(task)
        one.at_work, one.state = False, "finished"

    day.together(quick, rest)
    for one in stuck:
        one.state = "stuck"
    for one in away:
        one.state = "idle"
    day.holds()
    now = day.told()
    assert {one["id"] for one in now["needs"]} == {one.id for one in stuck}
    assert now["flagged"] == ["Table two"], "it is the task, not they"
    alerts = 'ALERTS{alertname="StudentStuck",alertstate="firing"}'
    until(lambda: day.series(alerts).keys() == {(one.id,) for one in stuck}, lambda: str(day.series(alerts)))


def test_a_task_that_is_done_shows_everywhere_within_twenty_seconds(day: Class) -> None:
    """And what is undone is not done any more, and stays counted."""
    for one in day.players[18:26]:
        one.at_work, one.state = False, "idle"
    first = day.players[0]
    first.do("one")
    until(lambda: day.series(f'lab_task_done{{student="{first.id}",task="one"}} == 1'), "Prometheus", SHOWS_WITHIN)
    until(lambda: (first.id, "one") in day.sheet(), "the CSV", 1.0)
    assert day.told()["state"][first.id]["done"] == 1
    assert day.own(first) == {"one"}
    first.undo("one")
    until(lambda: day.series(f'lab_task_done{{student="{first.id}",task="one"}} == 0'), "Prometheus", SHOWS_WITHIN)
    first.state = "idle"
    day.holds()


def test_everybody_finishes(day: Class) -> None:
    def rest(one: Player) -> None:
        for task in TASKS:
            if task not in one.done:
                one.do(task)
        one.state = "finished"

    day.together(day.players, rest)
    day.holds()
    assert day.told()["needs"] == []
    # What was undone once is open now, and he has finished all the same.
    now = {**{(task,): float(SIZE) for task in TASKS}, ("one",): SIZE - 1.0}
    counted = "sum by (task) (lab_task_done)"
    until(lambda: day.series(counted) == now, lambda: str(day.series(counted)), SHOWS_WITHIN)
