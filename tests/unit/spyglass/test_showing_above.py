"""What has scrolled out of a terminal, from a real tmux."""

import asyncio
import subprocess

import pytest

from spyglass.classroom import Person
from spyglass.seats import Seats
from spyglass.showing import above
from spyglass.showing.above import Above
from tests.unit.spyglass import seat_double
from tests.waiting import until

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)


def test_lines_above_the_screen_come_in_blocks_with_their_colours(seat: seat_double.SeatDouble) -> None:
    person = Person(id="s01", name="Ada", role="student", host="127.0.0.1", port=seat.port)
    many = above.LINES + 100
    script = f"for i in $(seq {many}); do printf '\\033[31mline %s\\033[0m\\n' $i; done; exec cat"
    subprocess.run(seat.command("new-session", "-d", "-s", "main", "-x", "80", "-y", "24", script), check=True)
    until(lambda: f"line {many}" in seat.tmux("capture-pane", "-p", "-t", "main"), "all is written")
    before = seat.tmux("display-message", "-p", "-t", "main", "#{pane_in_mode} #{scroll_position}")

    async def read() -> tuple[list[str], list[str]]:
        seats = Seats(seat.key, seat.user)
        lines = Above(seats)
        found = await lines.of(person), await lines.of(person)
        await seats.close()
        return found

    first, second = asyncio.run(read())
    assert first is second, "for a class it is asked once"
    assert len(first) == above.LINES // above.AT_ONCE
    whole = "\n".join(first)
    assert whole.count("line ") == above.LINES
    assert "\x1b[31mline" in whole
    assert f"line {many}" not in whole, "that is on the screen"
    assert seat.tmux("display-message", "-p", "-t", "main", "#{pane_in_mode} #{scroll_position}") == before
