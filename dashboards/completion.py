"""How far the class is: what more than one dashboard shows of it.

In: facts, and whether and where a task's line or bar leads. Out: panels and marks.
"""

from dashboards import schema
from dashboards.facts import TASK, Facts
from dashboards.shapes import Column, Mark
from dashboards.texts import CELL, SERIES_TASK, board_path, ids, one_line, people
from dashboards.words import BLUE, DONE, labelled

WHERE = "Where the class loses time"
"""Where whatever is about a task leads."""

DONE_NOW = "max by (student, task) (lab_task_done)"
DONE_OR_STUCK = f"max by (student, task) (lab_stuck_seconds) > 1 or {DONE_NOW}"

# The step before had not reached it, whatever the step is at the shown range.
HALF = Mark(
    name="Half of the class has done it",
    expression="lab_class_done_ratio >= 0.5 unless lab_class_done_ratio offset $__interval >= 0.5",
    title="{{task}}",
    text="half of the class has done this task",
    color=BLUE,
)
"""The milestones of a lesson."""


def over_time(facts: Facts, *, leads: bool = False) -> schema.Lines:
    """How much of the class has done each task, over the lesson."""
    panel = schema.lines("How much of the class has done each task", "The part of the students, task by task.",
                         "percentunit", schema.over_time("lab_class_done_ratio", "{{task}}")).max(1)  # fmt: skip
    panel = schema.titled(panel, facts.tasks)
    return _to_task(panel) if leads else panel


def as_bars(facts: Facts) -> schema.Bars:
    """The same as of now."""
    panel = schema.bars("How much of the class has done each task", "The part of the students, as of now.",
                        "percentunit", schema.now("max by (task) (lab_class_done_ratio)", "{{task}}"))  # fmt: skip
    return schema.titled(panel.max(1), facts.tasks)


def medians(facts: Facts) -> schema.Bars:
    """What each task takes, the longest first."""
    words = "The median of the work, over those who have done it, once they are five."
    panel = schema.bars("What each task takes", words, "s",
                        schema.now("sort_desc(max by (task) (lab_task_median_seconds))", "{{task}}"))  # fmt: skip
    return _to_task(schema.titled(panel, facts.tasks))


def matrix(facts: Facts, title: str, description: str, query: str, student: Column, *, leads: bool) -> schema.Grid:
    """Every student and every task."""
    columns = [
        Column(source=task, title=name, links=[(WHERE, board_path(TASK, "task", ids(task)))] if leads else ())
        for task, name in facts.tasks.items()
    ]
    return schema.matrix(title, description, query, DONE, student, columns)


def student(facts: Facts, *links: tuple[str, str], named: bool = True) -> Column:
    """A column that says who, and leads somewhere."""
    words = labelled(people(facts.names)) if named and facts.names else None
    return Column(source="student", title="Student", words=words, links=links)


def task(facts: Facts) -> Column:
    """A column that says which task, and leads to it."""
    titles = {key: one_line(title) for key, title in facts.tasks.items()}
    words = labelled(titles) if titles else None
    return Column(source="task", title="Task", words=words, links=[(WHERE, board_path(TASK, "task", CELL))])


def _to_task(panel: schema.Titled) -> schema.Titled:
    return schema.linked(panel, (WHERE, board_path(TASK, "task", SERIES_TASK)))
