"""The windows of a student's tmux as tabs of his terminal, and a search in what has scrolled away.

In: what his page asks for. Out: what it is told: which windows there are, and how often something was found. One client
in control mode stays beside each open terminal; it hears of a change within a second, and repeats no output.
"""

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Callable
from typing import Any

import asyncssh

from spyglass.classroom import Person
from spyglass.seats import Seats, SeatUnreachableError
from spyglass.wall.control import Control, ControlError, RefusedError, control

WATCH = b"refresh-client -B 'tabs::#{W:#{window_id}#{window_active}#{window_name}}'"
LIST = b"list-windows -t =main -F '#{window_id} #{window_active} #{=40:window_name}'"
FOUND = b"display-message -p -t =main: '#{search_count}:#{search_match}'"
IN_MODE = b"display-message -p -t =main: '#{pane_in_mode}'"
LINE = re.compile(r"@(\d{1,9}) ([01]) (.*)")
AGAIN = 0.5  # seconds until a tmux that is not there is asked again
QUIET = 3600.0  # seconds
MOST = 12  # windows that a page opens
SHOWN = 30  # windows that a page shows, whoever opened them
WAITING = 20  # wishes that a slow seat has not taken yet
LONGEST = 200  # characters that are searched for

Tell = Callable[[dict[str, Any]], None]


class Tabs:
    """Those of one open terminal."""

    def __init__(self, seats: Seats, seat: Person, tell: Tell) -> None:
        self._seats = seats
        self._seat = seat
        self._tell = tell
        self._wishes: deque[dict[str, Any]] = deque(maxlen=WAITING)
        self._wished = asyncio.Event()
        self._told: object = None
        self._count = 0

    def wish(self, message: dict[str, Any]) -> None:
        """Something that the page asks for; what it is no business of is dropped."""
        self._wishes.append(message)
        self._wished.set()

    async def run(self) -> None:
        """Follow the seat's tmux for as long as the terminal is open."""
        while True:
            with contextlib.suppress(ControlError, SeatUnreachableError, OSError, asyncssh.Error):
                async with control(self._seats, self._seat, WATCH) as tmux:
                    await self._follow(tmux)
            await asyncio.sleep(AGAIN)

    async def _follow(self, tmux: Control) -> None:
        self._told = None
        while True:
            tmux.heard = False
            await self._show(tmux)
            await self._something(tmux)
            while self._wishes:
                with contextlib.suppress(RefusedError):  # the window has just gone, say
                    await self._grant(tmux, self._wishes.popleft())

    async def _something(self, tmux: Control) -> None:
        """Wait for a change there or a wish from here."""
        waits = [asyncio.ensure_future(tmux.changed(QUIET)), asyncio.ensure_future(self._wished.wait())]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
            self._wished.clear()

    async def _show(self, tmux: Control) -> None:
        (lines,) = await tmux.ask(LIST, 1)
        found = [LINE.fullmatch(line.decode(errors="replace")) for line in lines]
        windows = [{"id": int(one[1]), "active": one[2] == "1", "name": one[3]} for one in found if one]
        self._count = len(windows)
        if windows != self._told:
            self._told = windows
            self._tell({"type": "windows", "windows": windows[:SHOWN]})

    async def _grant(self, tmux: Control, wish: dict[str, Any]) -> None:
        given = wish.get("id")
        number = given if type(given) is int and given >= 0 else -1
        match wish.get("type"), number >= 0:
            case "new-window", _ if self._count < MOST:
                await tmux.ask(b"new-window -t =main:", 1)
            case "select-window", True:
                await tmux.ask(b"select-window -t @%d" % number, 1)
            case "close-window", True if self._count > 1:  # with the last one the session would end
                await tmux.ask(b"kill-window -t @%d" % number, 1)
            case "find", _ if isinstance(text := wish.get("text"), str):
                await self._find(tmux, text, is_again=wish.get("again") is True, goes_up=wish.get("up") is not False)
            case "find-end", _:
                if await _is_in_mode(tmux):
                    await tmux.ask(b"send-keys -t =main: -X cancel", 1)

    async def _find(self, tmux: Control, text: str, *, is_again: bool, goes_up: bool) -> None:
        """Up from where the student is; from the end where he is at it."""
        wanted = "".join(one for one in text if one.isprintable())[:LONGEST]
        if not wanted:
            return
        if not await _is_in_mode(tmux):
            is_again = False
            await tmux.ask(b"copy-mode -t =main:", 1)
        if is_again:
            step = b"search-again" if goes_up else b"search-reverse"
        else:
            quoted = wanted.lower().replace("'", "'\\''")  # small letters find capital ones, too
            step = f"search-backward-text '{quoted}'".encode()
        await tmux.ask(b"send-keys -t =main: -X " + step, 1)
        ((answer,),) = await tmux.ask(FOUND, 1)
        count, _, match = answer.decode(errors="replace").partition(":")
        is_number = count.isascii() and count.isdecimal() and len(count) < 10  # noqa: PLR2004 - digits
        # What was searched for before stays marked where this is not found.
        is_found = match.casefold() == wanted.casefold()
        self._tell({"type": "found", "is": is_found, "count": int(count) if is_number else None})


async def _is_in_mode(tmux: Control) -> bool:
    (lines,) = await tmux.ask(IN_MODE, 1)
    return lines == [b"1"]
