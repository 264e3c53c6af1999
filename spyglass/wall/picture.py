"""A picture of a terminal: tmux's answer in, harmless text with its colours out.

What a student's terminal shows is hostile. Of all escape sequences only colours and weights (SGR) are kept, and they
without count when there are too many; everything else that is not a letter to be seen is dropped here, and the page
puts the rest into the document as text.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_COLUMNS, MOST_ROWS = 500, 300
MOST_TEXT = 32 * 1024  # characters
MOST_STYLES = 2000  # changes of colour

# Asked together: what size the pane has, whether a program fills it, where its cursor is (nowhere when it is hidden);
# and what it shows, without its colours or with them.
PLAIN = (
    b"display-message -p '#{pane_width} #{pane_height} #{alternate_on} #{?cursor_flag,#{cursor_x},-} #{cursor_y}' ; "
    b"capture-pane -p"
)
QUESTION = PLAIN + b" -e"
ANSWERS = 2
PLAIN_FOR = 30.0  # seconds until colours are tried again: each try costs a conversation

_NOT_TEXT = re.compile(
    r"(\x1b\[[0-9;:]{0,64}m)"  # kept
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links, clipboard
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"
    r"|\x1b[^\x1b\n]?"
    # Controls, and what turns the direction of writing, which could reach out of a tile.
    r"|[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_STYLE = re.compile(r"\x1b\[[0-9;:]*m")
_DRAWN = re.compile("\x0e([^\x0f]*)\x0f?")
_LINES = str.maketrans("`afgijklmnopqrstuvwxyz{|}~", "◆▒°±␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")


class Lens:
    """Which question one camera asks: a picture whose colours are too much for an answer is asked for without them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._plain_until = float("-inf")

    def question(self) -> bytes:
        """What to ask now."""
        return PLAIN if self._clock() < self._plain_until else QUESTION

    def was_too_much(self) -> bool:
        """Whether it is worth asking again at once."""
        had_colours = self.question() == QUESTION
        self._plain_until = self._clock() + PLAIN_FOR
        return had_colours


@dataclass(frozen=True)
class Picture:
    """One look at a terminal."""

    columns: int
    rows: int
    is_full: bool  # a program like an editor has the whole pane
    cursor: tuple[int, int] | None  # column and row, from 0
    text: str  # lines with SGR sequences; a style goes on into the next line

    def as_data(self) -> dict[str, Any]:
        """For the page."""
        return {
            "columns": self.columns,
            "rows": self.rows,
            "full": self.is_full,
            "cursor": self.cursor,
            "text": self.text,
        }


def picture(about: Sequence[bytes], lines: Sequence[bytes]) -> Picture | None:
    """A picture from the answers to :data:`QUESTION`; None when they do not say how large it is."""
    numbers = [_number(word) for word in (about[0] if about else b"").split()[:5]]
    match numbers:
        case [int(columns), int(rows), full, column, row] if columns > 0 and rows > 0:
            columns, rows = min(columns, MOST_COLUMNS), min(rows, MOST_ROWS)
            inside = column is not None and row is not None and column < columns and row < rows
            cursor = (column, row) if inside and column is not None and row is not None else None
            return Picture(columns, rows, bool(full), cursor, harmless(b"\n".join(lines[:rows])))
    return None


def harmless(raw: bytes) -> str:
    """The text of a terminal without anything that could act on whoever looks."""
    text = raw.decode(errors="replace")
    if "\x0e" in text:  # line drawing, by the alternate character set
        text = _DRAWN.sub(_draw, text)
    text = _NOT_TEXT.sub(lambda found: found[1] or ("" if found[0] != "\t" else " "), text)
    if len(text) > MOST_TEXT or text.count("\x1b") > MOST_STYLES:
        text = _STYLE.sub("", text)[:MOST_TEXT]
    return text.rstrip("\n ")


def _draw(found: re.Match[str]) -> str:
    # Between two styles only: the m that ends a style is no line.
    pieces = re.split(r"(\x1b\[[0-9;:]*m)", found[1])
    return "".join(piece if piece.startswith("\x1b") else piece.translate(_LINES) for piece in pieces)


def _number(word: bytes) -> int | None:
    return int(word) if word.isdigit() and len(word) <= 4 else None  # noqa: PLR2004 - digits of the largest window
