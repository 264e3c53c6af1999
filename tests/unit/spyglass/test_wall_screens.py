"""Large screens of many colours, from a real sshd and tmux."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from spyglass.classroom import Person
from spyglass.seats import Seats
from spyglass.wall.control import TooMuchError, control
from spyglass.wall.picture import ANSWERS, PLAIN, QUESTION, picture
from tests.unit.spyglass import seat_double
from tests.waiting import PATIENCE

needs_seat = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)


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

    async def look(every: int, question: bytes, *, goes_away: bool = False) -> str:
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
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0 if goes_away else None):
                        seen = picture(*await tmux.ask(question, ANSWERS))
                        assert seen
                        assert (seen.columns, seen.rows) == (columns, rows)
                        return seen.text
                return ""
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
    assert asyncio.run(look(1, QUESTION, goes_away=True)) == "", "no client is left that would wait to say the rest"
