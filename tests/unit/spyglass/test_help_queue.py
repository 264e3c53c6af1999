"""The rules of the queue, over the web: who may do what, in which order, and what everybody is told."""

import pytest

from spyglass.help.queue import ASKED_WITHIN, KEPT, MOST_ASKED, MOST_KEPT, UNDO, Outcome
from tests.unit.spyglass.help_kit import LINUS, act, ask, number, own, queue, requests
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.unit.spyglass.teaching import COURSE


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """With two teachers and a course."""
    made = World(tmp_path_factory.mktemp("world"))
    made.directory.passwords["lin"] = "lin-password"
    made.put(class_json([*PEOPLE, LINUS], course=COURSE))
    return made


def again(world: World) -> World:
    """The app after a restart."""
    started = World(world.folder, clock=world.clock)
    started.directory.passwords = world.directory.passwords
    return started


def test_who_asked_first_is_first_and_everybody_sees_his_own_place(world: World) -> None:
    for person in ("s02", "s01", "spare01"):
        assert ask(world.browser(person), f"question of {person}") == 200
        world.clock[0] += 60
    assert [(one["id"], one["minutes"]) for one in requests(world)] == [("s02", 3), ("s01", 2), ("spare01", 1)]
    assert [own(world, one)["place"] for one in ("s02", "s01", "spare01")] == [1, 2, 3]
    assert own(world, "s01") | {"waiting": 3, "minutes": 2, "state": "waiting"} == own(world, "s01")
    assert act(world.browser("teacher"), "claim", number(world, "s02")) == (204, "")
    assert [own(world, one)["place"] for one in ("s02", "s01", "spare01")] == [None, 1, 2]
    assert own(world, "s02") | {"state": "claimed", "by": "Grace"} == own(world, "s02")
    assert queue(world)["waiting"] == 2
    assert [one["id"] for one in requests(world)] == ["s01", "spare01", "s02"], "to whom nobody comes is first"


def test_whom_somebody_has_just_been_at_comes_after_those_whom_nobody_has_seen(world: World) -> None:
    for person in ("s01", "s02"):
        ask(world.browser(person))
        world.clock[0] += 60
    world.services.visits.note("s01")
    world.clock[0] += 30
    assert [(one["id"], one["visited"]) for one in requests(world)] == [
        ("s02", "nobody was there yet"), ("s01", "last visit less than a minute ago"),
    ]  # fmt: skip
    assert own(world, "s01")["place"] == 1, "whoever looks in takes nobody's place away"


def test_those_who_ask_about_one_task_stand_together(world: World) -> None:
    for person, task in (("s01", "second"), ("s02", ""), ("spare01", "second")):
        ask(world.browser(person), task=task)
        world.clock[0] += 60
    assert [(one["id"], one["title"]) for one in requests(world)] == [
        ("s01", "=The second"), ("spare01", "=The second"), ("s02", ""),
    ]  # fmt: skip
    numbers = [one["number"] for one in requests(world)[:2]]
    assert act(world.browser("lin"), "claim", *numbers) == (204, "")
    assert [own(world, one)["by"] for one in ("s01", "spare01", "s02")] == ["Linus", "Linus", ""]
    assert act(world.browser("lin"), "resolve", *numbers) == (204, "")
    assert [own(world, one)["state"] for one in ("s01", "spare01", "s02")] == ["none", "none", "waiting"]


def test_one_person_has_one_open_request(world: World) -> None:
    ada = world.browser("s01")
    assert [ask(ada), ask(ada, "and another thing")] == [200, 409]
    assert [one["question"] for one in requests(world)] == ["psql says no"]
    assert ada.post("/help/withdraw", json={}).json()["state"] == "none"
    assert requests(world) == []
    assert own(world, "s01")["closed"] is None
    assert ask(ada, "and another thing") == 200
    assert ada.post("/help/withdraw", json={}).status_code == 200
    assert ada.post("/help/withdraw", json={}).status_code == 200, "who is not in the queue has nothing to leave"


def test_asking_all_the_time_is_refused_for_a_while(world: World) -> None:
    ada = world.browser("s01")
    for _ in range(MOST_ASKED):
        assert ask(ada) == 200
        ada.post("/help/withdraw", json={})
    refused = ada.post("/help/ask", json={"question": "again"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "Wait 300 seconds" in refused.json()["message"]
    assert ask(world.browser("s02")) == 200
    world.clock[0] += ASKED_WITHIN + 1
    assert ask(again(world).browser("s01")) == 200


def test_of_two_teachers_the_second_is_told_who_was_first(world: World) -> None:
    for person in ("s01", "s02"):
        ask(world.browser(person))
    grace, linus, one, other = (
        world.browser("teacher"),
        world.browser("lin"),
        *(one["number"] for one in requests(world)),
    )
    assert act(linus, "claim", one) == (204, "")
    assert act(grace, "claim", one, other) == (409, "Linus was first.")
    assert [own(world, who)["by"] for who in ("s01", "s02")] == ["Linus", "Grace"], "what could be done is done"
    assert act(linus, "claim", one) == (204, ""), "a second click is no quarrel"
    assert act(grace, "put-back", one) == (204, ""), "who has claimed it may be held up"
    assert act(grace, "claim", one) == (204, "")
    assert act(linus, "resolve", one) == (204, "")
    assert act(grace, "resolve", one) == (409, "This request is closed already.")
    assert act(grace, "claim", 999) == (409, "This request is closed already.")


def test_what_was_put_back_or_opened_again_is_at_its_old_place(world: World) -> None:
    for person in ("s01", "s02"):
        ask(world.browser(person))
        world.clock[0] += 60
    grace, first = world.browser("teacher"), number(world, "s01")
    act(grace, "claim", first)
    act(grace, "put-back", first)
    assert own(world, "s01")["place"] == 1
    act(grace, "resolve", first)
    world.clock[0] += UNDO - 1
    assert own(world, "s02")["place"] == 1
    assert requests(world)[0] | {"id": "s01", "closed": "closed by Grace"} == requests(world)[0]
    assert act(world.browser("lin"), "undo", first) == (204, "")
    assert (own(world, "s01")["place"], own(world, "s01")["minutes"]) == (1, 2)
    assert own(world, "s02")["place"] == 2


def test_what_nobody_can_undo(world: World) -> None:
    ada, grace = world.browser("s01"), world.browser("teacher")
    ask(ada)
    first = number(world, "s01")
    ada.post("/help/withdraw", json={})
    assert act(grace, "undo", first)[0] == 409, "who withdrew knows why"
    ask(ada)
    second = number(world, "s01")
    act(grace, "resolve", second)
    ask(ada, "a new one")
    assert [one["question"] for one in requests(world)] == ["a new one"]
    assert act(grace, "undo", second) == (409, "There is a new request already.")
    act(grace, "resolve", number(world, "s01"))
    world.clock[0] += UNDO
    assert requests(world) == []
    assert act(grace, "undo", second) == (409, "This can no longer be undone.")
    assert act(grace, "undo", 999)[0] == 409


def test_done_is_a_visit_and_a_claim_is_none(world: World) -> None:
    ask(world.browser("s01"))
    grace, first = world.browser("teacher"), number(world, "s01")
    act(grace, "claim", first)
    assert world.services.visits.since("s01") is None
    act(grace, "resolve", first)
    assert world.services.visits.since("s01") == 0


def test_who_was_helped_reads_by_whom_for_a_while(world: World) -> None:
    ask(world.browser("s01"), "why?")
    act(world.browser("teacher"), "resolve", number(world, "s01"))
    closed = own(world, "s01")["closed"]
    assert closed | {"why": "closed by Grace", "question": "why?", "undo": False} == closed
    world.clock[0] += KEPT
    assert own(world, "s01")["closed"] is None


def test_in_a_paused_queue_nobody_can_ask_and_what_is_open_stays(world: World) -> None:
    ask(world.browser("s01"))
    grace = world.browser("teacher")
    assert grace.post("/help/pause", json={"paused": True}).status_code == 204
    refused = world.browser("s02").post("/help/ask", json={"question": "now?"})
    assert (refused.status_code, "paused the queue" in refused.json()["message"]) == (409, True)
    world = again(world)
    assert (own(world, "s01")["place"], own(world, "s01")["paused"], own(world, "s02")["paused"]) == (1, True, True)
    assert queue(world)["paused"] == "Grace"
    assert act(world.browser("lin"), "claim", number(world, "s01")) == (204, "")
    world.browser("lin").post("/help/pause", json={"paused": False})
    assert (queue(world)["paused"], ask(world.browser("s02"))) == (None, 200)


def test_everything_survives_a_restart(world: World) -> None:
    for person in ("s01", "s02", "spare01"):
        ask(world.browser(person), f"of {person}", task="first")
        world.clock[0] += 60
    grace = world.browser("teacher")
    act(grace, "claim", number(world, "s02"))
    act(grace, "resolve", number(world, "spare01"))
    before, mine = requests(world), [own(world, one) for one in ("s01", "s02", "spare01")]
    world = again(world)
    assert requests(world) == before
    assert [own(world, one) for one in ("s01", "s02", "spare01")] == mine
    assert act(world.browser("teacher"), "undo", number(world, "spare01")) == (204, "")
    assert own(world, "spare01")["place"] == 2


def test_the_file_does_not_grow_with_what_one_person_asks(world: World) -> None:
    here = world.services.help
    for _ in range(MOST_KEPT + 10):
        here.close(here.ask("s01", "why?", None).number, Outcome.RESOLVED)
        world.clock[0] += ASKED_WITHIN
    database = here._database  # noqa: SLF001
    assert database.execute("SELECT count(*) AS n FROM help").fetchone()["n"] == MOST_KEPT
