"""Who needs help first? The whole class on one page, for teachers."""

from dashboards import completion, schema
from dashboards.facts import OVERVIEW, PROJECTOR, STUDENT, Facts
from dashboards.shapes import Column
from dashboards.texts import CELL, board_path
from dashboards.words import NOT_STUCK, STATES

HELP = 'sum(lab_student_state{state=~"asked|stuck"})'


def build(facts: Facts) -> str:
    """Make the dashboard."""
    whole = "Who needs help first, and how far the class is."
    links = [("The class's terminals", f"{facts.portal}/"), ("For the projector", f"/d/{PROJECTOR}?kiosk")]
    rows: schema.Rows = [
        (4, [(4, each) for each in (_needed(), *_counts(), _alerts())]),
        (12, [(24, _who_first(facts))]),
        (12, [(24, _matrix(facts))]),
        (9, [(12, completion.over_time(facts, leads=True)), (12, completion.medians(facts))]),
        (9, [(12, _states()), (12, _pace(facts))]),
    ]
    title = f"Class: {facts.title}"
    return schema.board(OVERVIEW, title, facts, whole, rows, links=links, marks=[completion.HALF])


def _needed() -> schema.Number:
    return schema.number("Need somebody", "Those who asked for help, and those who are stuck; what that is, the "
                         "documentation says.", "short", schema.now(HELP), amber=1, red=4)  # fmt: skip


def _counts() -> list[schema.Number]:
    said = {
        "working": ("At work", "At work, and not stuck."),
        "idle": ("Idle", "No key, query or new check for some minutes."),
        "not started": ("Not started", "Nothing typed, asked or done yet."),
        "finished": ("Finished", "Every task was done at least once."),
    }
    return [
        schema.number(title, description, "short", schema.now(f'sum(lab_student_state{{state="{state}"}})'))
        for state, (title, description) in said.items()
    ]


def _alerts() -> schema.Number:
    return schema.number("Alerts", "Rules that fire now, of the class and of the host.", "short",
                         schema.now('count(ALERTS{alertstate="firing"}) or vector(0)'), red=1)  # fmt: skip


def _who_first(facts: Facts) -> schema.Grid:
    # What the task usually takes: nothing times the time at it brings the student along.
    usual = "lab_stuck_seconds * 0 + on (task) group_left () max by (task) (lab_task_median_seconds)"
    queries = [
        "max by (student, state) (lab_student_state == 1)",
        "max by (student, task) (lab_stuck_seconds)",
        f"max by (student, task) ({usual})",
        "time() - max by (student) (lab_last_activity_timestamp_seconds)",
        "sum by (student) (lab_task_done)",
        "sum by (student) (lab_task_done * on (task) group_left () max by (task) (lab_task_points))",
    ]
    stuck = Column(source="B", title="Stuck for", unit="s", words=NOT_STUCK)
    columns = [
        completion.student(facts, _progress(), ("Terminal", f"{facts.portal}/watch/{CELL}")),
        Column(source="state", title="State", words=STATES),
        completion.task(facts),
        stuck,
        Column(source="C", title="Usually takes", unit="s"),
        Column(source="D", title="Last sign", unit="s"),
        Column(source="E", title=f"Tasks done, of {len(facts.tasks)}", unit="short"),
        Column(source="F", title="Points", unit="short"),
    ]
    words = "Longest stuck first, on the task that somebody is at. A row leads to his progress and to his terminal."
    return schema.grid("Who needs help first", words, queries, columns, stuck)


def _progress() -> tuple[str, str]:
    return ("Progress", board_path(STUDENT, "student", CELL))


def _matrix(facts: Facts) -> schema.Grid:
    words = "Done, not yet, or how long somebody has been stuck on it. A cell leads to its task."
    who = completion.student(facts, _progress(), ("Terminal", f"{facts.portal}/watch/{CELL}"))
    return completion.matrix(facts, "Student by task", words, completion.DONE_OR_STUCK, who, leads=True)


def _states() -> schema.Lines:
    return schema.lines("How everybody is doing", "How many are in each state.", "short",
                        schema.over_time("sum by (state) (lab_student_state)", "{{state}}"))  # fmt: skip


def _pace(facts: Facts) -> schema.Lines:
    words = f"Of {len(facts.tasks)} tasks: the average over the class, the fewest and the most."
    return schema.lines("Tasks done by each student", words, "short",
                        schema.over_time("avg(sum by (student) (lab_task_done))", "average"),
                        schema.over_time("min(sum by (student) (lab_task_done))", "fewest", "B"),
                        schema.over_time("max(sum by (student) (lab_task_done))", "most", "C"))  # fmt: skip
