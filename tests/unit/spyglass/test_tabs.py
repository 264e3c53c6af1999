"""Tabs of one's own terminal and a search in it, over a real sshd and tmux."""

from collections.abc import Iterator
from typing import Any

import pytest

from spyglass.seats import Seats
from spyglass.tabs import MOST
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.unit.spyglass.test_terminal import Screen, at_desk
from tests.waiting import until

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)


@pytest.fixture
def desk(world: World, seat: seat_double.SeatDouble) -> Iterator[Screen]:
    world.put(class_json([person | {"host": "127.0.0.1", "port": seat.port} for person in PEOPLE]))
    world.use_seats(Seats(seat.key, seat.user))
    with world.client() as client, at_desk(client, world) as screen:
        yield screen


def windows(screen: Screen) -> list[dict[str, Any]]:
    """The last that the page was told."""
    told = [message["windows"] for message in screen.told if message["type"] == "windows"]
    return told[-1] if told else []


def names(screen: Screen) -> list[str]:
    return [one["name"] for one in windows(screen)]


def active(screen: Screen) -> list[int]:
    return [index for index, one in enumerate(windows(screen)) if one["active"]]


def test_windows_are_opened_chosen_and_closed(desk: Screen) -> None:
    desk.until(lambda: len(windows(desk)) == 1)
    desk.tell(type="new-window")
    desk.until(lambda: active(desk) == [1])
    desk.type(b"echo sec''ond\r")
    desk.sees(b"second")
    first, second = windows(desk)
    desk.tell(type="select-window", id=first["id"])
    desk.until(lambda: active(desk) == [0])
    desk.tell(type="close-window", id=second["id"])
    desk.until(lambda: len(windows(desk)) == 1)
    # The last one stays: with it the terminal would end.
    desk.tell(type="close-window", id=first["id"])
    desk.tell(type="new-window")
    desk.until(lambda: len(windows(desk)) == 2)
    assert windows(desk)[0]["id"] == first["id"]


def test_what_the_student_does_by_himself_is_told(desk: Screen, seat: seat_double.SeatDouble) -> None:
    desk.until(lambda: len(windows(desk)) == 1)
    seat.tmux("rename-window", "-t", "main:", "it's <b>mine</b> @1 1")
    desk.until(lambda: names(desk) == ["it's <b>mine</b> @1 1"])
    seat.tmux("new-window", "-t", "main:", "-n", "n" * 500)
    desk.until(lambda: len(windows(desk)) == 2)
    assert len(names(desk)[1]) <= 41
    for _ in range(40):
        seat.tmux("new-window", "-d", "-t", "main:", "sleep 600")
    desk.until(lambda: len(windows(desk)) == 30)


def test_a_page_opens_only_so_many(desk: Screen, seat: seat_double.SeatDouble) -> None:
    for number in range(2, MOST + 1):
        desk.tell(type="new-window")
        desk.until(lambda number=number: len(windows(desk)) == number)  # type: ignore[misc]
    desk.tell(type="new-window")
    desk.tell(type="select-window", id=windows(desk)[0]["id"])
    desk.until(lambda: active(desk) == [0])
    assert len(seat.tmux("list-windows", "-t", "main").splitlines()) == MOST


def test_what_is_no_wish_is_dropped(desk: Screen, seat: seat_double.SeatDouble) -> None:
    desk.until(lambda: len(windows(desk)) == 1)
    for wrong in (
        {"type": "select-window", "id": "1; kill-server"},
        {"type": "select-window", "id": 999},
        {"type": "select-window", "id": True},
        {"type": "close-window", "id": -1},
        {"type": "close-window"},
        {"type": "find", "text": 5},
        {"type": "find", "text": ""},
        {"type": "find", "text": "'; kill-server; '"},
        {"type": "find", "text": "x\n; kill-server\n"},
        {"type": "find", "text": "\\' \" $(id) #{pid} ~ {} %"},
        {"type": "kill-server"},
    ):
        desk.tell(**wrong)
    desk.tell(type="find-end")
    desk.tell(type="new-window")
    desk.until(lambda: len(windows(desk)) == 2)
    desk.type(b"echo al''ive\r")
    desk.sees(b"alive")
    assert seat.tmux("display-message", "-p", "-t", "main:", "#{pane_in_mode}").strip() == "0"


def test_what_has_scrolled_away_is_found(desk: Screen, seat: seat_double.SeatDouble) -> None:
    def at() -> str:
        return seat.tmux("display-message", "-p", "-t", "main:", "#{pane_in_mode} #{copy_cursor_line}").strip()

    desk.type(b"seq 1 200 | sed 's/^/it.s /'\r")
    desk.sees(b"it.s 200")
    desk.tell(type="find", text="it.s 17")
    desk.hears(type="found", **{"is": True})
    assert at().startswith("1 it.s 179")
    desk.tell(type="find", text="it.s 17", again=True, up=True)
    until(lambda: at().startswith("1 it.s 178"), "the one above")
    for _ in range(2):  # the first turn leads to the end of the same
        desk.tell(type="find", text="it.s 17", again=True, up=False)
    until(lambda: at().startswith("1 it.s 179"), "the one below")
    desk.tell(type="find", text="IT.S 20")
    until(lambda: at().startswith("1 it.s 20"), "capital letters or not")
    desk.told.clear()
    desk.tell(type="find", text="it.sx")  # a text, and no pattern
    desk.hears(type="found", **{"is": False})
    desk.tell(type="find-end")
    until(lambda: at().startswith("0"), "back where he types")


def test_tabs_whose_client_was_ended_come_back(desk: Screen, seat: seat_double.SeatDouble) -> None:
    desk.until(lambda: len(windows(desk)) == 1)
    for one in seat.tmux("list-clients", "-F", "#{client_control_mode} #{client_name}").splitlines():
        if one.startswith("1 "):
            seat.tmux("detach-client", "-t", one[2:])
    seat.tmux("rename-window", "-t", "main:", "again")
    desk.until(lambda: names(desk) == ["again"])
