"""The picture of the report: for each step one panel, seconds by number of students, a line for each tool.

In: figures. Out: the text of an SVG, without scripts, fonts or links. Tools are told apart by the shape of their
marks as well as by colour. Each panel has its own scale, from zero; what costs the same for each student is a
straight line.
"""

from collections.abc import Sequence
from html import escape

from bench.compare.figures import Figures
from bench.compare.record import STEPS, StepName
from bench.compare.words import TOOLS

COLUMNS = 3
WIDTH, HEIGHT = 330, 250  # of a panel, pixels
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 34, 34  # what is around its lines
COLOURS = ("#000000", "#0072b2", "#56b4e9", "#009e73", "#d55e00")
SHAPES = (
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
    "M-4,-4h8v8h-8z",
    "M0,-5l5,5l-5,5l-5,-5z",
    "M0,-5l5,9h-10z",
    "M0,5l5,-9h-10z",
)
MARKS = 4  # on a scale
MARGIN = 10  # pixels left and right of a panel's marks


def picture(figures: Figures) -> str:
    """The whole picture."""
    rows = -(-(len(STEPS) + 1) // COLUMNS)
    size = f"{COLUMNS * WIDTH} {rows * HEIGHT}"
    cells = [_panel(figures, step) for step in STEPS] + [_legend(figures)]
    body = "\n".join(
        f'<g transform="translate({index % COLUMNS * WIDTH},{index // COLUMNS * HEIGHT})">\n{cell}\n</g>'
        for index, cell in enumerate(cells)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" font-family="sans-serif" '
        f'font-size="12" fill="#222222">\n<title>Seconds of each step by number of students</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def scale(most: float) -> float:
    """A round number of seconds that is at least so many: its quarters are round, too."""
    unit = 0.04
    while True:
        for factor in (1, 2, 5):
            if most <= unit * factor:
                return unit * factor
        unit *= 10


def _panel(figures: Figures, step: StepName) -> str:
    medians = {
        tool: [
            (students, value)
            for students in figures.sizes
            if (value := figures.median(tool, students, step)) is not None
        ]
        for tool in TOOLS
    }
    most = scale(max((value for line in medians.values() for _, value in line), default=1.0))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def across(students: int) -> float:
        return LEFT + MARGIN + (wide - 2 * MARGIN) * students / figures.sizes[-1]

    def down(value: float) -> float:
        return TOP + high * (1 - value / most)

    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(step)}, seconds</text>']
    for mark in range(MARKS + 1):
        value = most * mark / MARKS
        parts.append(
            f'<path d="M{LEFT},{down(value):.1f}h{wide}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    parts += [
        f'<text x="{across(students):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{students}</text>'
        for students in figures.sizes
    ]
    for index, line in enumerate(medians.values()):
        parts += _line(index, [(across(students), down(value)) for students, value in line])
    return "\n".join(parts)


def _line(index: int, points: Sequence[tuple[float, float]]) -> list[str]:
    colour, shape = COLOURS[index], SHAPES[index]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = [f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="1.5"/>'] if points[1:] else []
    return line + [
        f'<path d="{shape}" transform="translate({x:.1f},{y:.1f})" fill="{colour}" stroke="#ffffff"/>'
        for x, y in points
    ]


def _legend(figures: Figures) -> str:
    parts = []
    names = [(index, tool) for index, tool in enumerate(TOOLS) if tool in figures.tools]
    for row, (index, tool) in enumerate(names):
        y = TOP + 24 * row
        parts += _line(index, [(LEFT, y), (LEFT + 30, y)])
        parts.append(f'<text x="{LEFT + 42}" y="{y + 4}">{escape(TOOLS[tool].title)}</text>')
    y = TOP + 24 * len(names) + 12
    parts.append(f'<text x="{LEFT}" y="{y}">across: number of students; medians</text>')
    return "\n".join(parts)
