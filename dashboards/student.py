"""How is this one student doing? One dashboard with a choice of student, not one for each."""

from dashboards import completion, schema
from dashboards.facts import OVERVIEW, STUDENT, Facts
from dashboards.shapes import Choice, Column
from dashboards.texts import people
from dashboards.words import DONE, STATE_NUMBERS, state_number

ONE = 'student="$student"'


def build(facts: Facts) -> str:
    """Make the dashboard."""
    # From the roster, not from the series: names are shown, and a student without any series can be chosen too.
    choice = Choice(name="student", heading="Student", labels=people(facts.names))
    links = [("Back to the class", f"/d/{OVERVIEW}"), ("Terminal", f"{facts.portal}/watch/${{student:percentencode}}")]
    rows: schema.Rows = [
        (5, [(24, _state())]),
        (5, [(6, _done(facts)), (6, _points()), (6, _idle()), (6, _stuck(facts))]),
        (11, [(14, _tasks(facts)), (10, _first(facts))]),
        (8, [(12, _database()), (12, _checks())]),
        (8, [(8, _memory()), (8, _processor()), (8, _disk())]),
    ]
    whole = "How one student is doing: state, tasks, database, seat."
    marks = [completion.HALF]
    return schema.board(STUDENT, "One student", facts, whole, rows, choice=choice, links=links, marks=marks)


def _state() -> schema.States:
    return schema.states("State", "What the teacher's list shows, over time.", STATE_NUMBERS,
                         schema.over_time(state_number(ONE), "state"))  # fmt: skip


def _done(facts: Facts) -> schema.Number:
    return schema.number("Tasks done", f"As of now, of {len(facts.tasks)}.", "short",
                         schema.now(f"sum(lab_task_done{{{ONE}}})"))  # fmt: skip


def _points() -> schema.Number:
    points = f"sum(lab_task_done{{{ONE}}} * on (task) group_left () max by (task) (lab_task_points))"
    return schema.number("Points", "Of the tasks that are done now.", "short", schema.now(points))


def _idle() -> schema.Number:
    return schema.number("Last sign", "Since the last key, query or new check.", "s",
                         schema.now(f"time() - lab_last_activity_timestamp_seconds{{{ONE}}}"),
                         amber=600)  # fmt: skip


def _stuck(facts: Facts) -> schema.Number:
    panel = schema.number("Stuck for", "On the task that he is at; nothing: he is not stuck on it.", "s",
                          schema.now(f"max by (task) (lab_stuck_seconds{{{ONE}}})", "{{task}}"),
                          amber=1, red=600)  # fmt: skip
    return schema.titled(schema.with_names(panel), facts.tasks)


def _tasks(facts: Facts) -> schema.States:
    panel = schema.states("Tasks over time", "When each task was done, and whether it was undone again.", DONE,
                          schema.over_time(f"max by (task) (lab_task_done{{{ONE}}})", "{{task}}"))  # fmt: skip
    return schema.titled(panel, facts.tasks)


def _first(facts: Facts) -> schema.Grid:
    query = f"max by (task) (lab_task_first_done_timestamp_seconds{{{ONE}}}) * 1000"
    when = Column(source="A", title="When", unit=schema.CLOCK)
    words = "The latest on top. It stays when the work is undone later."
    return schema.grid("Done for the first time", words, [query], [completion.task(facts), when], when)


def _database() -> schema.Lines:
    return schema.lines("Work in his database", "Transactions and rows written, in a second.", "ops",
                        schema.over_time(f"rate(lab_database_transactions_total{{{ONE}}}[1m])", "transactions"),
                        schema.over_time(f"rate(lab_database_rows_written_total{{{ONE}}}[1m])", "rows written",
                                         "B"))  # fmt: skip


def _checks() -> schema.Lines:
    return schema.lines("How long a look into his database takes", "Slow views and functions of his own show here.",
                        "s", schema.over_time(f"lab_check_duration_seconds{{{ONE}}}", "one look"))  # fmt: skip


def _memory() -> schema.Lines:
    return schema.lines("Memory of his seat", "In use, and what it may use.", "bytes",
                        schema.over_time(f"lab_seat_memory_bytes{{{ONE}}}", "in use"),
                        schema.over_time(f"lab_seat_memory_limit_bytes{{{ONE}}}", "limit", "B"))  # fmt: skip


def _processor() -> schema.Lines:
    return schema.lines("Processor of his seat", "In cores.", "short",
                        schema.over_time(f"rate(lab_seat_cpu_seconds_total{{{ONE}}}[1m])", "in use"))  # fmt: skip


def _disk() -> schema.Lines:
    return schema.lines("What he keeps", "Home and Docker engine of the seat, and the database.", "bytes",
                        schema.over_time(f"lab_seat_disk_bytes{{{ONE}}}", "seat"),
                        schema.over_time(f"lab_database_bytes{{{ONE}}}", "database", "B"))  # fmt: skip
