"""A late joiner takes a seat: who may, what he gets, and that nobody gets what another has."""

import asyncio
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from spyglass.joining import seats
from spyglass.limits import FREE
from tests.unit.spyglass.people import PEOPLE, World, class_json

CHOSEN = "long enough"
SPARE2 = {"id": "spare02", "name": "Spare 2", "role": "spare", "host": "seat-spare02"}


@pytest.fixture
def teacher(world: World) -> TestClient:
    return world.browser("teacher")


@pytest.fixture
def code(teacher: TestClient, world: World) -> str:
    """Of the door, which is open."""
    assert teacher.post("/late-joiners/door", json={"minutes": 15}).status_code == 204
    door = world.services.joining.door()
    assert door
    return door.code


def send(
    browser: TestClient, code: str, name: str = "Niklaus Wirth", password: str = CHOSEN, again: str | None = None
) -> tuple[int, str]:
    form = {"code": code, "name": name, "password": password, "again": password if again is None else again}
    answer = browser.post("/join", data=form)
    return answer.status_code, answer.text


def taken(world: World) -> list[str]:
    return list(world.services.joining.claims())


def free(world: World) -> list[str]:
    return [person.id for person in seats.free(world.services, world.course())]


def actions(world: World) -> list[tuple[str, str]]:
    return [(entry.action, entry.subject) for entry in world.services.audit.entries()]


def test_with_the_code_one_gets_a_seat_a_name_and_a_session(world: World, code: str) -> None:
    browser = world.client()
    assert "Event code" in browser.get("/join").text
    status, text = send(browser, f"{code[:4]}-{code[4:]} ".upper())
    assert status == 200
    assert "spare01" in text
    person = world.person("spare01")
    assert (person.name, person.role, person.claimed) == ("Niklaus Wirth", "spare", True)
    assert browser.get("/session").status_code == 204
    assert "Niklaus Wirth" in browser.get("/progress").text
    assert world.directory.passwords["spare01"] == CHOSEN
    world.browser("spare01")  # signs in with his own password
    assert actions(world) == [("late joiners let in for 15 minutes", ""), ("took the seat", "spare01")]


def test_nobody_gets_in_through_a_closed_door(world: World, code: str, teacher: TestClient) -> None:
    assert 'href="/join"' in world.client().get("/sign-in").text
    teacher.post("/late-joiners/door", json={"minutes": 0})
    assert send(world.client(), code)[0] == 409
    assert "Event code" not in world.client().get("/join").text
    assert 'href="/join"' not in world.client().get("/sign-in").text
    assert taken(world) == []


def test_the_door_closes_by_itself_and_has_another_code_the_next_time(
    world: World, code: str, teacher: TestClient
) -> None:
    world.clock[0] += 14 * 60
    teacher.post("/late-joiners/door", json={"minutes": 15})
    door = world.services.joining.door()
    assert door
    assert door.code == code, "who was told it a moment ago gets in"
    world.clock[0] += 15 * 60
    assert world.services.joining.door() is None
    assert send(world.client(), code)[0] == 409
    teacher.post("/late-joiners/door", json={"minutes": 15})
    assert send(world.client(), code)[0] == 401


@pytest.mark.parametrize("minutes", [-1, 61, "x", None, 1e9])
def test_the_door_is_not_open_for_ever(world: World, teacher: TestClient, minutes: object) -> None:
    assert teacher.post("/late-joiners/door", json={"minutes": minutes}).status_code == 400
    assert world.services.joining.door() is None


def test_an_open_door_and_who_came_outlive_a_restart(world: World, code: str, tmp_path: Path) -> None:
    assert send(world.client(), code)[0] == 200
    again = World(tmp_path, directory=world.directory, clock=world.clock)
    assert again.person("spare01").name == "Niklaus Wirth"
    assert again.services.joining.door() == world.services.joining.door()
    assert send(again.client("198.51.100.2"), code, "Another")[0] == 409


def test_a_new_class_file_keeps_the_names(world: World, code: str) -> None:
    assert send(world.client(), code)[0] == 200
    world.put(class_json([*PEOPLE, SPARE2]))
    assert world.person("spare01").name == "Niklaus Wirth"
    assert world.person("spare02").name == "Spare 2"


def test_a_wrong_form_takes_no_seat(world: World, code: str) -> None:
    browser = world.client()
    assert send(browser, code, "x" * 101)[0] == 400
    assert send(browser, code, " \u202e ")[0] == 400
    assert send(browser, code, password="")[0] == 400
    text = send(browser, code, again="long enougH")[1]
    assert "differ" in text
    assert code in text, "it was right, and need not be typed again"
    assert "abcd2346" not in send(browser, "abcd2346")[1]
    assert taken(world) == []
    assert world.person("spare01").name == "Spare 1"
    assert send(browser, code)[0] == 200


def test_wrong_codes_take_no_seat_and_are_slowed_down(world: World, code: str) -> None:
    guesser = world.client("198.51.100.66")
    for wrong in ("abcd2346", "", "ä" * 8)[:FREE]:
        assert send(guesser, wrong)[0] == 401
    status, text = send(guesser, code)
    assert status == 429
    assert "Wait" in text
    assert send(world.client("198.51.100.7"), code)[0] == 200, "nobody else waits for him"


@pytest.mark.parametrize("name", ["ada", " ADA ", "\uff21\uff44\uff41", "s01", "Grace"])
def test_nobody_takes_a_name_that_is_somebody_elses(world: World, code: str, name: str) -> None:
    assert send(world.client(), code, name)[0] == 409
    assert taken(world) == []


def test_a_name_is_text_wherever_it_is_shown(world: World, code: str, teacher: TestClient) -> None:
    hostile = '"><img src=x onerror=alert(1)>{{7*7}}'
    world.put(class_json([PEOPLE[0], *PEOPLE[2:]]))  # somebody in the class has this name already
    assert send(world.client(), code, hostile)[0] == 200
    for page in ("/late-joiners", "/students/spare01", "/audit"):
        text = teacher.get(page).text
        assert "{{7*7}}" in text, page
        assert "<img src=x" not in text, page


def test_no_seat_left_is_said_on_a_plain_page(world: World, code: str) -> None:
    assert send(world.client(), code)[0] == 200
    other = world.client("198.51.100.2")
    assert "Every seat has somebody" in other.get("/join").text
    assert send(other, code, "Late Too")[0] == 409


def test_who_is_signed_in_has_a_seat(world: World, code: str) -> None:
    student = world.browser("s01")
    assert "you have a seat" in student.get("/join").text
    assert send(student, code)[0] == 409
    assert taken(world) == []


def test_the_seat_of_a_card_holder_is_not_given_away_though_he_has_signed_out(
    world: World, code: str, tmp_path: Path
) -> None:
    world.browser("spare01").post("/sign-out")
    world.clock[0] += 24 * 60 * 60
    again = World(tmp_path, clock=world.clock, directory=world.directory)
    again.services.joining.open(15)
    assert send(again.client(), code)[0] == 409
    assert world.directory.passwords["spare01"] == "spare01-password"
    assert "somebody with a card" in again.browser("teacher").get("/late-joiners").text


def test_who_works_by_another_way_keeps_his_seat_too(world: World, code: str) -> None:
    world.services.history.sign("spare01", world.clock[0])  # a query, from a desktop tool
    assert send(world.client(), code)[0] == 409


def test_two_who_come_at_once_get_two_seats_or_one_none(world: World, code: str) -> None:
    world.put(class_json([*PEOPLE, SPARE2]))
    really = world.directory.set_password

    async def set_password(name: str, new: str) -> None:
        await asyncio.sleep(0.2)  # the directory takes its time, and all wait for it at once
        await really(name, new)

    world.directory.set_password = set_password  # type: ignore[method-assign]
    statuses: list[int] = []

    with world.client() as shared:  # one app with one loop for all, as in the real one

        def come(number: int) -> None:
            address = (f"198.51.100.{number}", 1)
            browser = TestClient(world.app, base_url=str(shared.base_url), headers=dict(shared.headers), client=address)
            browser.portal = shared.portal
            statuses.append(send(browser, code, f"Late {number}")[0])

        threads = [threading.Thread(target=come, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200, 200, 409, 409]
    assert sorted(taken(world)) == ["spare01", "spare02"]
    assert len({claim.name for claim in world.services.joining.claims().values()}) == 2


def test_who_signs_in_with_the_card_at_this_very_moment_is_signed_out(world: World, code: str) -> None:
    really, cards = world.directory.set_password, list[TestClient]()

    async def set_password(name: str, new: str) -> None:
        cards.append(world.browser(name))
        await really(name, new)

    world.directory.set_password = set_password  # type: ignore[method-assign]
    late = world.client("198.51.100.2")
    assert send(late, code)[0] == 200
    assert cards[0].get("/session").status_code == 303
    assert late.get("/session").status_code == 204


def test_a_directory_that_is_down_gives_the_seat_back(world: World, code: str) -> None:
    world.directory.is_down = True
    browser = world.client()
    assert send(browser, code)[0] == 503
    assert taken(world) == []
    assert world.person("spare01").claimed is False
    world.directory.is_down = False
    assert send(browser, code)[0] == 200


def test_somebody_who_did_not_come_may_be_replaced(world: World, code: str, teacher: TestClient) -> None:
    assert free(world) == ["spare01"]
    assert "Ada" in teacher.get("/late-joiners").text
    assert teacher.post("/late-joiners/s01/free", json={"freed": True}).status_code == 204
    assert free(world) == ["spare01", "s01"]
    assert teacher.post("/late-joiners/s01/free", json={"freed": False}).status_code == 204
    assert free(world) == ["spare01"]
    teacher.post("/late-joiners/s01/free", json={"freed": True})
    assert send(world.client(), code, "First")[0] == 200
    assert send(world.client("198.51.100.2"), code, "Second")[0] == 200
    assert world.person("s01").name == "Second"
    assert world.directory.passwords["s01"] == CHOSEN
    assert "Keep the seat for" not in teacher.get("/late-joiners").text


def test_who_comes_after_all_keeps_the_seat_that_was_freed(world: World, teacher: TestClient) -> None:
    teacher.post("/late-joiners/s01/free", json={"freed": True})
    world.browser("s01")
    assert free(world) == ["spare01"]
    answer = teacher.post("/late-joiners/s01/free", json={"freed": True})
    assert (answer.status_code, "has been here" in answer.json()["message"]) == (409, True)


@pytest.mark.parametrize("person", ["teacher", "spare01", "nobody"])
def test_only_a_students_seat_is_freed(teacher: TestClient, person: str) -> None:
    assert teacher.post(f"/late-joiners/{person}/free", json={"freed": True}).status_code == 404


def test_a_seat_that_nobody_has_counts_in_nothing(world: World, code: str, teacher: TestClient) -> None:
    def listed() -> set[str]:
        page = teacher.get("/class/tasks").text
        return {str(number) for number in range(9) if f"{number} student" in page}

    assert seats.nobody(world.services, world.course()) == {"spare01"}
    assert listed() == {"2"}
    teacher.post("/late-joiners/s01/free", json={"freed": True})
    assert listed() == {"1"}
    send(world.client(), code)
    assert listed() == {"2"}


def test_a_directory_of_ones_own_has_no_door(world: World, code: str, teacher: TestClient) -> None:
    world.directory.is_ours = False
    assert "No seats are given out" in world.client().get("/join").text
    assert send(world.client(), code)[0] == 409
    assert teacher.post("/late-joiners/door", json={"minutes": 15}).status_code == 409
    assert "directory of your own" in teacher.get("/late-joiners").text
    assert 'href="/join"' not in world.client().get("/sign-in").text


def test_only_teachers_see_the_code(world: World, code: str, teacher: TestClient) -> None:
    assert f"{code[:4]} {code[4:]}" in teacher.get("/late-joiners").text
    assert world.browser("s01").get("/late-joiners").status_code == 403
    assert code[4:] not in world.client().get("/join").text
