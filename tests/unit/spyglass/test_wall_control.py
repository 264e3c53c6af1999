"""tmux's control mode over a real sshd and tmux, and against a seat that says what tmux would not."""

import asyncio
from typing import Any, cast

import pytest

from spyglass.classroom import Person
from spyglass.seats import Seats
from spyglass.wall import control as module
from spyglass.wall.control import (
    CHUNK,
    MOST_BYTES,
    MOST_LINES,
    MOST_REST,
    AbsentError,
    Control,
    ControlError,
    TooMuchError,
    control,
)
from spyglass.wall.picture import ANSWERS, QUESTION, picture
from tests.unit.spyglass import seat_double
from tests.waiting import PATIENCE

needs_seat = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)


class Liar:
    """Stands for a process whose output the test writes."""

    def __init__(self, *pieces: bytes) -> None:
        self.stdin = self.stdout = self
        self.written = b""
        self._pieces = list(pieces)

    def write(self, data: bytes) -> None:
        self.written += data

    def write_eof(self) -> None:
        pass

    async def read(self, _size: int) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


NOTICE = b"%subscription-changed wall $0 - - - : 1 %0 80x24\n"


def ask(*pieces: bytes, answers: int = 1) -> list[list[bytes]]:
    return asyncio.run(Control(cast("Any", Liar(*pieces))).ask(b"question", answers))


def test_an_answer_may_come_in_pieces_and_between_notices() -> None:
    answers = ask(
        b"%begin 1 5 0\n%end 1 5 0\n%session-changed $0 main\n%be",
        b"gin 1 6 1\none\n%end 1 5 1\ntw",
        b"o\n%end 1 6 1\n%layout-change @0\n%begin 1 7 1\n%end 1 7 1\n",
        answers=2,
    )
    assert answers == [[b"one", b"%end 1 5 1", b"two"], []]


@pytest.mark.parametrize(
    "pieces",
    [
        (b"%begin 1 1 1\nno such command\n%error 1 1 1\n",),
        (b"%begin 1 1 1\nhalf",),
        (b"%exit\n",),
        (b"x" * MOST_BYTES, b"x"),
        (b"\n" * 3000,),
        (b"%begin 1 1 1\n" * 3000,),
    ],
)
def test_whatever_else_a_seat_says_ends_the_conversation(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(ControlError):
        ask(*pieces)


@pytest.mark.parametrize("pieces", [(b"x" * MOST_BYTES, b"x"), (b"\n" * (MOST_LINES + 1),)])
def test_an_answer_that_is_too_large_is_told_from_a_seat_that_is_not_there(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(TooMuchError):
        ask(*pieces)


class Silent(Liar):
    """Says nothing, and does not end."""

    async def read(self, _size: int) -> bytes:
        await asyncio.sleep(3600)
        return b""


def test_silence_ends_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with pytest.raises(ControlError):
        asyncio.run(Control(cast("Any", Silent())).ask(b"question", 1))


def test_between_questions_tmux_says_that_the_window_has_changed() -> None:
    async def listen() -> None:
        tmux = Control(
            cast("Any", Liar(b"%layout-change @0\n%subscr", NOTICE[7:], NOTICE, b"%begin 1 1 1\n%end 1 1 1\n"))
        )
        await tmux.changed(60)
        assert tmux.heard
        tmux.heard = False
        await tmux.ask(b"question", 1)
        assert tmux.heard, "said before the answer"
        tmux.heard = False
        with pytest.raises(ControlError):
            await tmux.changed(60)

    asyncio.run(listen())


def test_a_window_that_does_not_change_is_waited_for_no_longer_than_it_is_said() -> None:
    async def listen() -> None:
        tmux = Control(cast("Any", Silent()))
        await tmux.changed(0.01)
        assert not tmux.heard

    asyncio.run(listen())


@pytest.mark.parametrize("pieces", [(b"x" * MOST_BYTES, b"x"), (b"%unknown\n" * (MOST_LINES + 1),), ()])
def test_nonsense_between_questions_ends_the_conversation(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(ControlError):
        asyncio.run(Control(cast("Any", Liar(*pieces))).changed(60))


def test_one_who_never_stops_talking_is_left_behind() -> None:
    class Endless(Liar):
        said = 0

        async def read(self, size: int) -> bytes:
            self.said += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(TooMuchError):
        asyncio.run(Control(cast("Any", endless)).ask(b"question", 1))
    assert MOST_BYTES < endless.said <= MOST_BYTES + MOST_REST + 2 * CHUNK


def test_one_that_never_attaches_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with pytest.raises(ControlError):
        asyncio.run(Control(cast("Any", Silent())).subscribe())


@needs_seat
def test_a_real_terminal_is_seen_and_not_resized(seat: seat_double.SeatDouble) -> None:
    """Nor made where there is none; each picture is new, and the client goes with the block."""

    async def look() -> None:
        person = Person(id="s01", name="Ada", role="student", host="127.0.0.1", port=seat.port)
        seats = Seats(seat.key, seat.user)
        with pytest.raises(AbsentError):
            async with control(seats, person):
                pass
        assert seat.tmux("list-sessions") == ""
        seat.tmux("-u", "new-session", "-d", "-s", "main", "-x", "100", "-y", "30")
        async with control(seats, person) as tmux:
            first = picture(*await tmux.ask(QUESTION, ANSWERS))
            assert first
            assert (first.columns, first.is_full) == (100, False)
            seat.tmux("send-keys", "-t", "main", "printf '\\033[1;31mh''ello\\033[0m %s' %end", "Enter")
            async with asyncio.timeout(PATIENCE):
                while len(found := seat.clients()) != 1:  # noqa: ASYNC110 - tmux does not tell
                    await asyncio.sleep(0.05)
                assert {"control-mode", "ignore-size", "no-output"} <= set(found[0].split(","))
                while True:
                    seen = picture(*await tmux.ask(QUESTION, ANSWERS))
                    assert seen
                    if "\x1b[31mhello" in seen.text:
                        break
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE):
            while seat.clients():  # noqa: ASYNC110 - tmux does not tell
                await asyncio.sleep(0.05)
        await seats.close()

    asyncio.run(look())


@needs_seat
def test_a_real_tmux_says_when_something_is_shown_and_nothing_while_nothing_is(seat: seat_double.SeatDouble) -> None:
    """And a flood is no flood here: its bytes do not come, only a word a second that there is something."""

    async def look() -> None:
        person = Person(id="s01", name="Ada", role="student", host="127.0.0.1", port=seat.port)
        seats = Seats(seat.key, seat.user)
        seat.tmux("-u", "new-session", "-d", "-s", "main", "-x", "80", "-y", "24", "exec sh")
        async with control(seats, person) as tmux:
            while True:  # the shell's start
                tmux.heard = False
                await tmux.changed(2)
                if not tmux.heard:
                    break
            seat.tmux("send-keys", "-t", "main", "echo so''mething", "Enter")
            await tmux.changed(PATIENCE)
            assert tmux.heard
            tmux.heard = False
            seat.tmux("send-keys", "-t", "main", "yes", "Enter")
            began = tmux._read  # noqa: SLF001 - bytes that came are told by nothing else
            for _ in range(2):
                tmux.heard = False
                await tmux.changed(PATIENCE)
                assert tmux.heard
                assert tmux._read < 4096, began  # noqa: SLF001
        await seats.close()

    asyncio.run(look())
