"""Where does the class lose time? All tasks beside each other, and one of them student by student."""

from dashboards import completion, schema
from dashboards.facts import OVERVIEW, STUDENT, TASK, Facts
from dashboards.shapes import Choice, Column
from dashboards.texts import CELL, board_path
from dashboards.words import NOT_STUCK

ONE = 'task="$task"'


def build(facts: Facts) -> str:
    """Make the dashboard."""
    choice = Choice(name="task", heading="Task", labels=facts.tasks)
    rows: schema.Rows = [
        (10, [(14, _all(facts)), (10, completion.medians(facts))]),
        (5, [(6, _ratio()), (6, _median()), (6, _at_it()), (6, _stuck())]),
        (8, [(24, _over_time())]),
        (14, [(12, _not_yet(facts)), (12, _first(facts))]),
    ]
    links = [("Back to the class", f"/d/{OVERVIEW}"), ("The class's terminals", f"{facts.portal}/")]
    whole = "Where the class loses time: all tasks, and below them the one that is chosen."
    marks = [completion.HALF]
    return schema.board(TASK, "One task", facts, whole, rows, choice=choice, links=links, marks=marks)


def _all(facts: Facts) -> schema.Grid:
    queries = [
        "max by (task) (lab_class_done_ratio)",
        "count by (task) (lab_stuck_seconds)",
        "count by (task) (lab_stuck_seconds > 0)",
        "sum by (task) (lab_stuck_seconds)",
    ]
    lost = Column(source="D", title="Stuck, together", unit="s", words=NOT_STUCK)
    columns = [
        completion.task(facts),
        Column(source="A", title="Have done it", unit="percentunit"),
        Column(source="B", title="At it", unit="short"),
        Column(source="C", title="Stuck", unit="short"),
        lost,
    ]
    words = "Where most time is being lost is on top: the time of all who are stuck on it now. A row chooses its task."
    return schema.grid("Where the class loses time", words, queries, columns, lost)


def _ratio() -> schema.Number:
    return schema.number("Have done it", "The part of the class.", "percentunit",
                         schema.now(f"max(lab_class_done_ratio{{{ONE}}})")).max(1)  # fmt: skip


def _median() -> schema.Number:
    return schema.number("What it takes", "The median of the work, over those who have done it, once they are five.",
                         "s", schema.now(f"max(lab_task_median_seconds{{{ONE}}})"))  # fmt: skip


def _at_it() -> schema.Number:
    return schema.number("At it", "How many have it as their next task.", "short",
                         schema.now(f"count(lab_stuck_seconds{{{ONE}}}) or vector(0)"))  # fmt: skip


def _stuck() -> schema.Number:
    return schema.number("Stuck on it", "When it is most of those at it, look at the task.", "short",
                         schema.now(f"count(lab_stuck_seconds{{{ONE}}} > 0) or vector(0)"), amber=1, red=4)  # fmt: skip


def _over_time() -> schema.Lines:
    return schema.lines("The chosen task over time", "How many students.", "short",
                        schema.over_time(f"sum(lab_task_done{{{ONE}}})", "have done it"),
                        schema.over_time(f"count(lab_task_done{{{ONE}}})", "of whom it is known", "B"),
                        schema.over_time(f"count(lab_stuck_seconds{{{ONE}}})", "at it", "C"),
                        schema.over_time(f"count(lab_stuck_seconds{{{ONE}}} > 0)", "stuck on it", "D"))  # fmt: skip


def _not_yet(facts: Facts) -> schema.Grid:
    # One query: 0 for who is at another task or not stuck.
    open_now = f"max by (student) (lab_task_done{{{ONE}}} == 0)"
    query = f"max by (student) (lab_stuck_seconds{{{ONE}}}) and on (student) {open_now} or {open_now}"
    stuck = Column(source="A", title="Stuck on it for", unit="s", words=NOT_STUCK)
    words = "Those who have not done the chosen task, longest stuck on it first."
    return schema.grid("Not yet", words, [query], [_who(facts), stuck], stuck)


def _first(facts: Facts) -> schema.Grid:
    query = f"max by (student) (lab_task_first_done_timestamp_seconds{{{ONE}}}) * 1000"
    when = Column(source="A", title="When", unit=schema.CLOCK)
    words = "When they did the chosen task for the first time, the latest on top."
    return schema.grid("Done", words, [query], [_who(facts), when], when)


def _who(facts: Facts) -> Column:
    terminal = ("Terminal", f"{facts.portal}/watch/{CELL}")
    return completion.student(facts, ("Progress", board_path(STUDENT, "student", CELL)), terminal)
