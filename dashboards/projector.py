"""How far is the class? For a wall that everybody looks at: nobody's name, id or state, only the class as a whole."""

from dashboards import completion, schema
from dashboards.facts import PROJECTOR, Facts


def build(facts: Facts) -> str:
    """Make the dashboard."""
    rows: schema.Rows = [
        (5, numbers(facts)),
        (16, [(12, completion.as_bars(facts)), (12, completion.over_time(facts))]),
    ]
    title = f"How far the class is: {facts.title}"
    whole = "The class as a whole, for the projector; ?kiosk at the end of the address hides everything around it."
    return schema.board(PROJECTOR, title, facts, whole, rows, marks=[completion.HALF])


def numbers(facts: Facts) -> list[tuple[int, schema.Panel]]:
    """Give the class in three numbers, with their widths."""
    each = schema.number("Tasks done by each, on average", f"Of {len(facts.tasks)} tasks.", "short",
                         schema.now("avg(sum by (student) (lab_task_done))"))  # fmt: skip
    share = schema.number("Of all there is to do", "The part that the whole class has done.", "percentunit",
                          schema.now("avg(lab_task_done)"))  # fmt: skip
    finished = schema.number("Have done everything", "Every task was done at least once.", "short",
                             schema.now('sum(lab_student_state{state="finished"})'))  # fmt: skip
    return [(8, each), (8, share.max(1)), (8, finished)]
