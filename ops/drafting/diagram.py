"""A picture of the tables and how they refer to each other.

In: a catalogue. Out: SVG in text that a browser shows without anything from elsewhere; and the same in a sentence, for
whoever cannot see it. What is referred to stands on the left of what refers to it; partitions are left out.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from ops.drafting import families, naming, reaching
from ops.drafting.catalogue import Catalogue, Table
from ops.drafting.families import Reference
from ops.drafting.naming import Speech

MOST_TABLES = 60
"""Of more, a picture tells nothing."""
MOST_ROWS = 20
"""Lines of a box; of more columns the number is said."""
LONGEST = 40
"""Letters of a line."""
LETTER, LINE, HEAD, PAD = 7.3, 17, 24, 8
"""Pixels: the width of a letter of 12 pixels, the height of a line and of a head, and between a text and its frame."""
APART, BESIDE, MARGIN, TALLEST = 28, 90, 16, 900
"""Pixels between boxes above each other and beside each other, around all of it, and of a pile of boxes."""
ARROW = (
    '<defs><marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#334"/></marker></defs>'
)


@dataclass(frozen=True)
class Box:
    """A table on the picture, at pixels ``left`` and ``top``; ``lines`` are its columns, each with its kinds of key."""

    table: Table
    title: str
    lines: tuple[tuple[str, str], ...]
    left: float = 0
    top: float = 0

    @property
    def width(self) -> float:
        """Pixels."""
        widest = max([_letters(self.title), *(_letters(f"{name}  {mark}") for name, mark in self.lines)])
        return widest * LETTER + 2 * PAD

    @property
    def height(self) -> float:
        """Pixels."""
        return HEAD + LINE * len(self.lines) + PAD

    def middle(self, column: str) -> float:
        """How far down the line of a column is; a column that is not shown is at the end."""
        place = [one.name for one in self.table.columns].index(column)
        return self.top + HEAD + LINE * (min(place, len(self.lines) - 1) + 0.5)


def drawn(found: Catalogue, speech: Speech) -> str:
    """Draw the picture; nothing where it would tell nothing: of one table, or of too many."""
    tables = [table for table in found.tables if not table.bound]
    if not 1 < len(tables) <= MOST_TABLES:
        return ""
    shapes = {table.key: _box(found, table, speech) for table in tables}
    references = [one for one in families.references(found) if {one.table.key, one.goal.key} <= shapes.keys()]
    boxes = _placed(shapes, references)
    width = max(box.left + box.width for box in boxes.values()) + MARGIN + BESIDE / 2
    height = max(box.top + box.height for box in boxes.values()) + MARGIN
    parts = [*_arrows(boxes, references), *(line for box in boxes.values() for line in _shown(box))]
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" {size} role="img">',
        f"<title>{escape(told(found, speech))}</title>", ARROW, '<rect width="100%" height="100%" fill="#fff"/>',
        '<g font-family="ui-monospace, Consolas, monospace" font-size="12" fill="#111">', *parts, "</g>", "</svg>\n",
    ])  # fmt: skip


def told(found: Catalogue, speech: Speech) -> str:
    """Say the same in words."""
    said = []
    references = sorted(families.references(found), key=lambda one: one.table.sql)
    for _, group in groupby(references, key=lambda one: one.table.sql):
        every = list(group)
        goals = dict.fromkeys("itself" if one.goal == one.table else speech.place(one.goal) for one in every)
        said.append(f"{speech.place(every[0].table)} refers to {naming.listed(goals)}")
    return f"The tables: {'; '.join(said) or 'none refers to another'}."


def _box(found: Catalogue, table: Table, speech: Speech) -> Box:
    own = [one for one in found.constraints if one.table == table.key]
    marks = {"p": "PK", "f": "FK", "u": "U"}
    lines = []
    for column in table.columns:
        kinds = {one.kind for one in own if column.name in one.columns}
        said = " ".join(mark for kind, mark in marks.items() if kind in kinds)
        lines.append((_short(speech.name(column.name)), said))
    more = len(lines) - MOST_ROWS
    shown = [*lines[:MOST_ROWS], (f"… {more} more", "")] if more > 0 else lines
    return Box(table, _short(speech.place(table)), tuple(shown))


def _placed(boxes: Mapping[str, Box], references: Iterable[Reference]) -> dict[str, Box]:
    """Pile the boxes up: a pile for each distance from what refers to nothing."""
    goals = reaching.direct((one.table.key, one.goal.key) for one in references if one.table.key != one.goal.key)
    depths = _depths(list(boxes), goals)
    alone = boxes.keys() - goals.keys() - {goal for some in goals.values() for goal in some}
    order: dict[str, float] = {}
    made: dict[str, Box] = {}
    left: float = MARGIN
    piles = [
        [key for key in boxes if depths[key] == depth and key not in alone] for depth in sorted(set(depths.values()))
    ]
    for pile in [*piles, [key for key in boxes if key in alone]]:
        # Beside what they refer to.
        wish = {key: [order[goal] for goal in goals.get(key, ()) if goal in order] for key in pile}
        ranked = sorted(pile, key=lambda key: sum(wish[key]) / len(wish[key]) if wish[key] else TALLEST)
        for some in _broken([boxes[key] for key in ranked]):
            top: float = MARGIN
            for box in some:
                made[box.table.key] = Box(box.table, box.title, box.lines, left, top)
                order[box.table.key] = top + box.height / 2
                top += box.height + APART
            left += max(box.width for box in some) + BESIDE
    return made


def _depths(keys: Sequence[str], goals: Mapping[str, set[str]]) -> dict[str, int]:
    """How many steps it is at most to what refers to nothing; in a circle, one is taken for that."""
    depths: dict[str, int] = {}
    waiting = list(keys)
    while waiting:
        free = [key for key in waiting if goals.get(key, set()) <= depths.keys()]
        if not free:
            free = reaching.circle(waiting[0], lambda key: min(goals[key] - depths.keys()))[:1]
        for key in free:
            depths[key] = 1 + max((depths[goal] for goal in goals.get(key, ()) if goal in depths), default=-1)
        waiting = [key for key in waiting if key not in depths]
    # As near as can be to what refers to it.
    for key in sorted(depths, key=lambda one: -depths[one]):
        users = [depths[user] for user, some in goals.items() if key in some]
        depths[key] = max(depths[key], min(users, default=0) - 1)
    return depths


def _broken(pile: Iterable[Box]) -> Iterator[list[Box]]:
    """Break a pile that is too tall into several."""
    some: list[Box] = []
    for box in pile:
        if some and sum(one.height + APART for one in some) + box.height > TALLEST:
            yield some
            some = []
        some.append(box)
    if some:
        yield some


def _arrows(boxes: Mapping[str, Box], references: Iterable[Reference]) -> Iterator[str]:
    for one in references:
        start, end = boxes[one.table.key], boxes[one.goal.key]
        above, below = start.middle(one.key.columns[0]), end.middle(one.key.target_columns[0])
        side, right = start.left + start.width, end.left + end.width
        if right < start.left:
            bend = (right - start.left) / 2
            out, back, path = start.left, right, (start.left + bend, right - bend)
        elif side < end.left:  # in a circle
            bend = (end.left - side) / 2
            out, back, path = side, end.left, (side + bend, end.left - bend)
        else:  # to itself, or to one of the same pile: around on the right
            bend = max(side, right) + BESIDE / 2
            out, back, path = side, right, (bend, bend)
        line = f"M{out:.1f} {above:.1f}C{path[0]:.1f} {above:.1f} {path[1]:.1f} {below:.1f} {back:.1f} {below:.1f}"
        yield f'<path fill="none" stroke="#334" marker-end="url(#to)" d="{line}"/>'


def _shown(box: Box) -> Iterator[str]:
    size = f'x="{box.left:.1f}" width="{box.width:.1f}"'
    yield f'<rect fill="#fff" stroke="#334" {size} y="{box.top:.1f}" height="{box.height:.1f}"/>'
    yield f'<rect fill="#dfe7f3" stroke="#334" {size} y="{box.top:.1f}" height="{HEAD}"/>'
    yield f'<text font-weight="bold" x="{box.left + PAD:.1f}" y="{box.top + 16:.1f}">{escape(box.title)}</text>'
    for place, (name, mark) in enumerate(box.lines):
        y = box.top + HEAD + LINE * place + 13
        yield f'<text x="{box.left + PAD:.1f}" y="{y:.1f}">{escape(name)}</text>'
        if mark:
            end = box.left + box.width - PAD
            yield f'<text fill="#444" text-anchor="end" x="{end:.1f}" y="{y:.1f}">{mark}</text>'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _letters(text: str) -> int:
    """How many places a text takes: letters of East Asia and pictures take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
