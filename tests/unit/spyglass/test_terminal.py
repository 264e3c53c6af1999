"""Terminals over a real sshd and tmux: one's own, watched, and taken over."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from spyglass import presence, watch
from spyglass.bridge import AHEAD, CHUNK
from spyglass.presence import Close
from spyglass.seats import Seats, Size
from spyglass.watch import shape
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.people import PEOPLE, SOCKETS, World, class_json
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)


@pytest.fixture
def client(world: World, seat: seat_double.SeatDouble) -> Iterator[TestClient]:
    """A browser nobody has signed in at; all browsers of a test share one event loop, as in the real app."""
    people = [person | {"host": "127.0.0.1", "port": seat.port} for person in PEOPLE if person["id"] != "spare01"]
    people.append(PEOPLE[2] | {"host": "127.0.0.1", "port": 1})
    world.put(class_json(people))
    world.use_seats(Seats(seat.key, seat.user))
    with world.client() as client:
        yield client


class Screen:
    """One open terminal: what it showed, and what it was told."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self.shown = b""
        self.told: list[dict[str, Any]] = []

    def receive(self, *, acknowledge: bool = True) -> None:
        """Take one message, as the page does."""
        message = self.socket.receive()
        self.socket._raise_on_close(message)  # noqa: SLF001 - what receive_text does itself
        if data := message.get("bytes"):
            self.shown += data
            if acknowledge:
                self.tell(type="ack", bytes=len(data))
        else:
            self.told.append(json.loads(message["text"]))

    def until(self, condition: Callable[[], bool]) -> None:
        """Receive until something holds. A pong keeps a quiet terminal from blocking the test."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (self.shown[-500:], self.told)
            self.tell(type="ping")
            self.receive()
            time.sleep(0.005)

    def sees(self, text: bytes) -> None:
        self.until(lambda: text in self.shown)

    def hears(self, **message: Any) -> None:
        self.until(lambda: any(message.items() <= told.items() for told in self.told))

    def tell(self, **message: Any) -> None:
        self.socket.send_text(json.dumps(message))

    def type(self, text: bytes) -> None:
        self.socket.send_bytes(text)


def sign_in(client: TestClient, world: World, person: str) -> None:
    client.cookies.clear()
    answer = client.post("/sign-in", data={"user_name": person, "password": world.directory.passwords[person]})
    assert answer.status_code == 303


def own(client: TestClient, person: str = "s01", query: str = "?columns=90&rows=25") -> WebSocketTestSession:
    return client.websocket_connect(f"{SOCKETS}/seats/{person}/terminal{query}")


@contextmanager
def at_desk(client: TestClient, world: World, person: str = "s01") -> Iterator[Screen]:
    """A student at his own terminal, which answers."""
    sign_in(client, world, person)
    with own(client, person) as socket:
        screen = Screen(socket)
        screen.hears(type="ready")
        yield screen


@contextmanager
def at_wall(client: TestClient, world: World) -> Iterator[Screen]:
    """A teacher who watches the first student's terminal and does not type."""
    sign_in(client, world, "teacher")
    with client.websocket_connect(f"{SOCKETS}/seats/s01/watch") as socket:
        screen = Screen(socket)
        screen.hears(type="ready", typing=False)
        yield screen


def test_a_terminal_beside_his_own_leaves_nothing_and_is_no_sign_of_him(
    client: TestClient, world: World, seat: seat_double.SeatDouble
) -> None:
    form = {"user_name": "s01", "password": world.directory.passwords["s01"]}
    assert client.post("/sign-in?aside=1", data=form).status_code == 303
    with own(client, query="?aside=1&columns=150&rows=25") as socket:
        screen = Screen(socket)
        screen.sees(b"ready> ")
        screen.type(b"stty size; echo $((6 * 7))\r")
        screen.sees(b"25 150")
        screen.sees(b"42")
        here = world.services.presence
        assert (here.open_terminals("s01"), here.last_key("s01")) == (0, None)
    assert not world.services.known.has("s01")
    assert seat.tmux("list-sessions") == "", "his own session was not begun"
    until(lambda: seat.tmux("-L", "aside", "list-sessions") == "", "it has ended")


def test_what_is_typed_runs_and_a_reload_finds_it_again(
    client: TestClient, world: World, seat: seat_double.SeatDouble
) -> None:
    with at_desk(client, world) as screen:
        screen.type(b"echo h''ere-$((40+2))\r")
        screen.sees(b"here-42")
    until(lambda: seat.clients() == [], "nobody attached")  # closing the page detaches, and no client stays
    with own(client) as socket:
        Screen(socket).sees(b"here-42")


def test_the_seat_gets_the_pages_size(client: TestClient, world: World, seat: seat_double.SeatDouble) -> None:
    with at_desk(client, world) as screen:
        size = ["display-message", "-p", "-t", "main:", "#{window_width}"]
        until(lambda: seat.tmux(*size).strip() == "90", "90 columns")
        screen.tell(type="resize", columns=70, rows=20)
        until(lambda: seat.tmux(*size).strip() == "70", "70 columns")
        for wrong in ({"columns": "x", "rows": 2}, {"columns": 10**9, "rows": True}, {}):
            screen.tell(type="resize", **wrong)
        screen.socket.send_text("[" * 5000)
        screen.socket.send_text("no json")
        screen.type(b"echo still-h''ere\r")
        screen.sees(b"still-here")


def test_a_second_tab_shows_the_same(client: TestClient, world: World) -> None:
    sign_in(client, world, "s01")
    with own(client) as one, own(client) as two:
        first, second = Screen(one), Screen(two)
        first.hears(type="ready")
        second.hears(type="ready")
        first.type(b"echo b''oth\r")
        first.sees(b"both")
        second.sees(b"both")


def test_all_terminals_of_a_seat_share_one_connection(client: TestClient, world: World) -> None:
    sign_in(client, world, "s01")
    with own(client) as one, own(client) as two:
        Screen(one).hears(type="ready")
        Screen(two).hears(type="ready")
        (lines,) = world.services.seats._lines.values()  # noqa: SLF001
        until(lambda: [line.channels for line in lines] == [4], "each has its terminal and its tabs")


def test_a_viewer_sees_and_nothing_he_sends_arrives(
    client: TestClient, world: World, seat: seat_double.SeatDouble
) -> None:
    with at_desk(client, world) as desk:
        with at_wall(client, world) as wall:
            wall.hears(type="ready", columns=90)
            desk.hears(type="watched", by=["Grace"], typing=[])
            wanted = {"ignore-size", "read-only"}
            until(lambda: any(wanted <= set(flags.split(",")) for flags in seat.clients()), "a viewer in the seat")
            # Keys, and what xterm.js answers by itself to questions of the terminal.
            wall.type(b"echo in''trusion\r\x1b[?1;2c\x1b[0n\x1b]11;rgb:0000/0000/0000\x07")
            wall.tell(type="resize", columns=20, rows=5)
            desk.type(b"echo still-m''ine\r")
            desk.sees(b"still-mine")
            wall.sees(b"still-mine")
            assert b"trusion" not in desk.shown + wall.shown
            assert seat.tmux("display-message", "-p", "-t", "main:", "#{window_width}").strip() == "90"
        desk.until(lambda: desk.told[-1] == {"type": "watched", "by": [], "typing": []})
        until(lambda: len(seat.clients()) == 2, "the terminal and its tabs are left")
    assert world.services.audit.entries() == []


def test_what_a_viewer_sends_is_dropped_here_and_not_only_by_the_students_tmux(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flag read-only is kept by a tmux that belongs to the student; here it is one that does not care."""
    monkeypatch.setattr(watch, "WATCHING", watch.TYPING)
    with at_desk(client, world) as desk, at_wall(client, world) as wall:
        wall.type(b"echo in''trusion\r")
        wall.told.clear()
        wall.hears(type="pong")  # what was sent before it has been dealt with
        desk.type(b"echo m''ine\r")
        desk.sees(b"mine")
        wall.sees(b"mine")
        assert b"trusion" not in desk.shown + wall.shown


def test_taking_over_types_is_shown_and_is_written_down(
    client: TestClient, world: World, seat: seat_double.SeatDouble
) -> None:
    with at_desk(client, world) as desk:
        with at_wall(client, world) as wall:
            wall.tell(type="take-over")
            wall.hears(type="ready", typing=True)
            desk.hears(type="watched", by=["Grace"], typing=["Grace"])
            # The former client leaves in its own time: only the server decides what is typed.
            until(lambda: not any("read-only" in flags for flags in seat.clients()), "the viewer gone from the seat")
            until(lambda: any("ignore-size" in flags for flags in seat.clients()), "a helper in the seat")
            wall.type(b"echo h''elp\r")
            desk.sees(b"help")
            wall.told.clear()
            wall.tell(type="give-back")
            wall.hears(type="ready", typing=False)
            wall.type(b"echo in''trusion\r")
            desk.type(b"echo m''ine\r")
            desk.sees(b"mine")
            assert b"trusion" not in desk.shown
            wall.tell(type="take-over")
            wall.hears(type="ready", typing=True)
        desk.until(lambda: desk.told[-1] == {"type": "watched", "by": [], "typing": []})
    entries = world.services.audit.entries()
    assert [entry.action for entry in entries] == ["take-over", "give-back"] * 2
    assert {(entry.actor, entry.subject, entry.address) for entry in entries} == {("teacher", "s01", "198.51.100.1")}


def test_a_viewer_of_a_seat_where_nobody_was_yet_sees_a_prompt(client: TestClient, world: World) -> None:
    with at_wall(client, world) as wall:
        wall.hears(type="ready", columns=100)


def test_a_flood_waits_in_the_seat_until_it_was_shown(client: TestClient, world: World) -> None:
    with at_desk(client, world) as screen:
        screen.type(b"while :; do printf '%5000d' 7; done\r")
        before = len(screen.shown)
        while len(screen.shown) - before < AHEAD:
            screen.receive(acknowledge=False)
        # Not one byte more comes: a pong is the next message, however long it is waited for.
        time.sleep(1)
        sent = len(screen.shown) - before
        screen.told.clear()
        screen.tell(type="ping")
        while not screen.told:
            screen.receive(acknowledge=False)
        assert len(screen.shown) - before - sent <= CHUNK
        # Ctrl-C overtakes what is under way.
        screen.type(b"\x03")
        screen.tell(type="ack", bytes=len(screen.shown))
        screen.type(b"echo ca''lm\r")
        screen.sees(b"calm")


def code_of_the_end(screen: Screen) -> int:
    with pytest.raises(WebSocketDisconnect) as closed:
        screen.until(lambda: False)
    return closed.value.code


def test_the_end_of_the_shell_ends_the_terminal(client: TestClient, world: World) -> None:
    with at_desk(client, world) as screen:
        screen.type(b"tmux kill-server\r")
        assert code_of_the_end(screen) == Close.ENDED


def test_a_seat_that_does_not_answer_is_said(client: TestClient, world: World) -> None:
    sign_in(client, world, "spare01")
    with own(client, "spare01") as socket:
        assert code_of_the_end(Screen(socket)) == Close.UNREACHABLE


def test_signing_out_closes_the_terminal(client: TestClient, world: World) -> None:
    with at_desk(client, world) as screen:
        client.post("/sign-out")
        assert code_of_the_end(screen) == Close.SIGNED_OUT


def test_a_removed_persons_terminal_closes_and_nobody_elses(client: TestClient, world: World) -> None:
    with at_desk(client, world, "s02") as other:
        with at_desk(client, world) as screen:
            course = json.loads((world.folder / "class.json").read_text())
            course["people"] = [person for person in course["people"] if person["id"] != "s01"]
            world.put(course)
            assert code_of_the_end(screen) == Close.SIGNED_OUT
        other.type(b"echo un''moved\r")
        other.sees(b"unmoved")


def test_nobody_opens_terminals_without_end(client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "MOST_LINES", 1)
    with at_desk(client, world), own(client) as one_more:
        assert code_of_the_end(Screen(one_more)) == Close.TOO_MANY


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        ("80 24 off\n", Size(80, 24)),
        ("80 24 on\n", Size(80, 25)),
        ("80 24 3", Size(80, 27)),
        ("9999 9999 off", Size(500, 300)),
        ("", None),
        ("80 24", None),
        ("-1 24 off", None),
        ("99999999999 24 off", None),
        ("٨٠ 24 off", None),
    ],
)
def test_a_window_is_as_large_as_it_says_within_reason(answer: str, size: Size | None) -> None:
    assert shape(answer) == size
