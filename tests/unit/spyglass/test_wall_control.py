"""tmux's control mode over a real sshd and tmux, and against a seat that says what tmux would not."""

import asyncio
from pathlib import Path
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
from spyglass.wall.picture import ANSWERS, PLAIN, QUESTION, picture
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


def test_silence_ends_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)

    class Silent(Liar):
        async def read(self, _size: int) -> bytes:
            await asyncio.sleep(60)
            return b""

    with pytest.raises(ControlError):
        asyncio.run(Control(cast("Any", Silent())).ask(b"question", 1))


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


@needs_seat
def test_a_real_terminal_is_seen_and_not_resized(seat: seat_double.SeatDouble) -> None:
    """Where nobody has opened one, a look makes none; each picture is new, and the client goes with the block."""

    async def look() -> None:
        person = Person(id="s01", name="Ada", role="student", host="127.0.0.1", port=seat.port)
        seats = Seats(seat.key, seat.user)
        async with control(seats, person) as tmux:
            with pytest.raises(AbsentError):
                await tmux.ask(QUESTION, ANSWERS)
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


def painted(columns: int, rows: int, every: int) -> str:
    """A screen full of blocks with two colours of 24 bits, which change after so many letters."""
    lines = []
    for row in range(rows - 1):
        cells = [row * columns + column for column in range(columns)]
        style = "\x1b[38;2;2{0:02};2{1:02};200;48;2;1{0:02};1{1:02};100m"
        lines.append(
            "".join((style.format(at % 50, at // 50 % 50) if at % every == 0 else "") + "\u2580" for at in cells)
        )
    return "\r\n".join(lines)


@needs_seat
def test_a_large_screen_is_seen_however_many_colours_it_has(seat: seat_double.SeatDouble, tmp_path: Path) -> None:
    columns, rows = 300, 80
    blocks = columns * (rows - 1)
    size = ("-x", str(columns), "-y", str(rows))
    seat.tmux("new-session", "-d", "-s", "keeper")  # or the server would end and begin between two screens

    async def look(every: int, question: bytes) -> str:
        person = Person(id="s01", name="Ada", role="student", host="127.0.0.1", port=seat.port)
        seats = Seats(seat.key, seat.user)
        file = tmp_path / "screen"
        file.write_text(painted(columns, rows, every))
        seat.tmux("kill-session", "-t", "main")
        seat.tmux("-u", "new-session", "-d", "-s", "main", *size, f"cat {file}; sleep 600")
        async with asyncio.timeout(PATIENCE):
            while seat.tmux("-u", "capture-pane", "-p", "-t", "main").count("\u2580") < blocks:  # noqa: ASYNC110 - tmux does not tell
                await asyncio.sleep(0.05)
        try:
            async with control(seats, person) as tmux:
                seen = picture(*await tmux.ask(question, ANSWERS))
                assert seen
                assert (seen.columns, seen.rows) == (columns, rows)
                return seen.text
        finally:
            async with asyncio.timeout(PATIENCE):
                while seat.clients():  # noqa: ASYNC110 - tmux does not tell
                    await asyncio.sleep(0.05)
            await seats.close()

    assert asyncio.run(look(200, QUESTION)).count("\x1b") > 200
    assert asyncio.run(look(6, QUESTION)).count("\u2580") == blocks  # more than 64 KiB
    with pytest.raises(TooMuchError):
        asyncio.run(look(1, QUESTION))
    assert asyncio.run(look(1, PLAIN)).count("\u2580") == blocks
