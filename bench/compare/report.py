"""The report over all runs that are there, in Markdown, with what it cannot say said.

In: runs of one machine and of each tool's newest version. Out: text for docs/measurements.md, and files. It claims
only what was measured.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.compare.figures import FLOOR, Figures
from bench.compare.picture import picture
from bench.compare.record import STEPS, Run, StepName
from bench.compare.words import TOOLS

BEGIN, END = "<!-- make compare: begin -->", "<!-- make compare: end -->"
PICTURE = "compare.svg"
PROCESSOR = "Processor seconds of the command and, after the plus, of the container engine while it ran:"


def write(runs: Sequence[Run], folder: Path, missing: Mapping[str, str], older: int, problems: Sequence[str]) -> str:
    """Put the report and its picture into a folder; the report's text."""
    text = report(runs, missing, PICTURE)
    text += "".join(f"\n* Not read: {line}" for line in problems)
    if older:
        text += f"\n* Not counted: {older} runs of other versions or of another machine."
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(text + "\n", encoding="utf-8")
    (folder / PICTURE).write_text(picture(Figures.of(runs)), encoding="utf-8")
    return text


def into_docs(runs: Sequence[Run], docs: Path, missing: Mapping[str, str]) -> None:
    """Put both into the documentation, between the two marks.

    Raises:
        ValueError: the page lacks the marks.
    """
    page = docs / "measurements.md"
    text = page.read_text(encoding="utf-8")
    before, begins, rest = text.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not begins or not ends:
        raise ValueError(f"{page} lacks the marks {BEGIN} and {END}")
    body = report(runs, missing, f"images/{PICTURE}")
    page.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
    (docs / "images" / PICTURE).write_text(picture(Figures.of(runs)), encoding="utf-8")


def report(runs: Sequence[Run], missing: Mapping[str, str], image: str) -> str:
    """All of it, or that there is nothing yet."""
    figures = Figures.of(runs)
    parts = []
    if figures.runs:
        parts = [_heading(figures), f"![Seconds of each step by number of students]({image})", times(figures)]
        parts += [PROCESSOR, processor(figures), losses(figures)]
    else:
        parts = ["Nothing has been measured yet."]
    parts.append("\n".join(_remarks(figures, runs, missing)))
    return "\n\n".join(part for part in parts if part)


def _heading(figures: Figures) -> str:
    days = sorted({f"{run.began:%Y-%m-%d}" for run in figures.runs})
    number = f"{len(figures.runs)} run{'s' if figures.runs[1:] else ''}"
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return (
        f"{figures.runs[0].machine}; {when}, {number}, {min(run.load for run in figures.runs):.1f} to "
        f"{max(run.load for run in figures.runs):.1f} processes waiting when they began. Median seconds until the "
        "probe passed for everybody, in brackets as a ratio to the shell loop:"
    )


def _order(figures: Figures) -> list[str]:
    return [tool for tool in TOOLS if tool in figures.tools]


def _table(figures: Figures, rows: Sequence[Sequence[str]]) -> str:
    head = ["students", "step", *(TOOLS[tool].title for tool in _order(figures))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def times(figures: Figures) -> str:
    """The table of seconds; how many runs each has stands below each size."""
    rows = []
    for students in figures.sizes:
        for name in STEPS:
            cells = []
            for tool in _order(figures):
                seconds, ratio = figures.median(tool, students, name), figures.ratio(tool, students, name)
                bracket = f" ({ratio:.1f})" if ratio is not None and tool != FLOOR else ""
                cells.append("" if seconds is None else f"{seconds:.1f}{bracket}")
            rows.append([str(students), name, *cells])
        counts = [str(figures.count(tool, students) or "") for tool in _order(figures)]
        rows.append([str(students), "runs", *counts])
    return _table(figures, rows)


def processor(figures: Figures) -> str:
    """The table of processor time, for the largest class."""
    students = figures.sizes[-1]
    rows = []
    for name in STEPS:
        cells = []
        for tool in _order(figures):
            own = figures.median(tool, students, name, lambda step: step.tool_processor)
            engine = figures.median(tool, students, name, lambda step: step.engine_processor)
            cells.append("" if own is None or engine is None else f"{own:.1f} + {engine:.1f}")
        rows.append([str(students), name, *cells])
    return _table(figures, rows)


def losses(figures: Figures, tool: str = "mentor") -> str:
    """Where mentor takes longer than the quickest, and what of that was measured: the largest class for each step."""
    largest = {name: (students, quickest) for students, name, quickest in figures.slower(tool)}
    lines = [_loss(figures, tool, students, name, quickest) for name, (students, quickest) in largest.items()]
    return "\n".join([f"Where {TOOLS[tool].title} takes longer than the quickest:\n", *lines]) if lines else ""


def _loss(figures: Figures, tool: str, students: int, name: StepName, quickest: str) -> str:
    def both(title: str, what: str) -> str:
        values = [figures.median(each, students, name, lambda step: float(getattr(step, what))) or 0.0
                  for each in (tool, quickest)]  # fmt: skip
        return f"{title} {values[0]:.1f} s against {values[1]:.1f}"

    return (
        f"* *{name}*, {students} students, against {TOOLS[quickest].title}: {both('in all', 'seconds')}; "
        f"{both('processor time of the command', 'tool_processor')}, {both('of the engine', 'engine_processor')}; "
        f"{both('logins', 'probe')}."
    )


def _remarks(figures: Figures, runs: Sequence[Run], missing: Mapping[str, str]) -> list[str]:
    lines = ["What each makes or leaves out:\n"] if figures.tools else []
    lines += [f"* {words.title}: {words.leaves_out}." for tool, words in TOOLS.items() if tool in figures.tools]
    for tool in _order(figures):
        for name, containers in figures.made_anew(tool).items():
            lines.append(
                f"* {TOOLS[tool].title}, *{name}*: made anew or restarted, {', '.join(sorted(containers))}: "
                "whoever was connected to it was cut off."
            )
    lines += [f"* {TOOLS[tool].title} was not measured: {why}." for tool, why in missing.items()]
    never = [TOOLS[tool].title for tool in TOOLS if tool not in figures.tools and tool not in missing]
    lines += [f"* Not measured yet: {', '.join(never)}."] if never else []
    for run in runs:
        if run.error:
            why = " ".join(run.error.split())[:300]
            lines.append(f"* Failed: {run.tool}, {run.students} students, {run.began:%Y-%m-%d %H:%M}: {why}")
    versions = {run.tool: run.version for run in sorted(runs, key=lambda run: run.began)}
    lines += [f"* Version of {TOOLS[tool].title}: {versions[tool]}." for tool in TOOLS if tool in versions]
    return lines
