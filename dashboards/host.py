"""Does the host carry the class? The host, its services, seats, databases and checks."""

from dashboards import schema
from dashboards.facts import HOST, OVERVIEW, Facts
from dashboards.shapes import Column, Mark
from dashboards.words import AMBER, SEVERITIES, UP

ALERT = Mark(
    name="Something needs a look",
    expression='ALERTS{alertstate="firing", severity!="info"}',
    title="{{alertname}}",
    text="{{service}} {{student}}",
    color=AMBER,
)


def build(facts: Facts) -> str:
    """Make the dashboard."""
    rows: schema.Rows = [
        (6, [(24, _alerts())]),
        (9, [(12, _services()), (12, _load())]),
        (8, [(12, _disk()), (12, _answering())]),
        (8, [(12, _memory()), (12, _processor())]),
        (9, [(12, _kept()), (12, _engines())]),
        (8, [(12, _connections()), (12, _fresh())]),
        (8, [(12, _looks()), (12, _errors())]),
        (7, [(24, _scrapes())]),
    ]
    links = [("The class", f"/d/{OVERVIEW}"), ("The class's terminals", f"{facts.portal}/")]
    whole = "Does the host carry the class?"
    return schema.board(HOST, "Host and services", facts, whole, rows, links=links, marks=[ALERT])


def _alerts() -> schema.Grid:
    # A number for each severity, so that the worst is on top.
    ranks = (("critical", 3), ("warning", 2), ("info", 1))
    query = " or ".join(f'ALERTS{{alertstate="firing", severity="{bad}"}} * {rank}' for bad, rank in ranks)
    severity = Column(source="A", title="How bad", words=SEVERITIES)
    columns = [
        severity,
        Column(source="alertname", title="Alert"),
        Column(source="service", title="Service"),
        Column(source="student", title="Student"),
    ]
    return schema.grid("Alerts", "Rules that fire now, the worst on top.", [query], columns, severity)


def _services() -> schema.States:
    return schema.states("Services", "Whether each part of the workshop answers.", UP,
                         schema.over_time("lab_service_up", "{{service}}"))  # fmt: skip


def _load() -> schema.Lines:
    return schema.lines("Load of the host", "The parts of its processors and of its memory that are in use.",
                        "percentunit", schema.over_time("lab_host_cpu_ratio", "processors"),
                        schema.over_time("lab_host_memory_ratio", "memory", "B")).max(1)  # fmt: skip


def _disk() -> schema.Lines:
    return schema.lines("Disk of the host", "The one where Docker keeps its things.", "bytes",
                        schema.over_time("lab_host_disk_bytes - lab_host_disk_free_bytes", "in use"),
                        schema.over_time("lab_host_disk_bytes", "all", "B"))  # fmt: skip


def _answering() -> schema.Lines:
    return schema.lines("Seats and databases that answer", "Of a seat where nobody has been nothing is known.", "short",
                        schema.over_time("sum(lab_seat_up)", "seats"),
                        schema.over_time("count(lab_seat_up)", "seats that are known", "B"),
                        schema.over_time("sum(lab_database_up)", "databases", "C"))  # fmt: skip


def _memory() -> schema.Lines:
    return schema.lines("Memory of the seats", "The five largest, and all together.", "bytes",
                        schema.over_time("topk(5, lab_seat_memory_bytes)", "{{student}}"),
                        schema.over_time("sum(lab_seat_memory_bytes)", "together", "B"))  # fmt: skip


def _processor() -> schema.Lines:
    return schema.lines("Processor of the seats", "In cores: the five busiest, and all together.", "short",
                        schema.over_time("topk(5, rate(lab_seat_cpu_seconds_total[1m]))", "{{student}}"),
                        schema.over_time("sum(rate(lab_seat_cpu_seconds_total[1m]))", "together", "B"))  # fmt: skip


def _kept() -> schema.Bars:
    return schema.bars("Disk of the seats", "The ten largest: home, and what the student's own engine keeps.", "bytes",
                       schema.now("sort_desc(topk(10, lab_seat_disk_bytes))", "{{student}}"))  # fmt: skip


def _engines() -> schema.Lines:
    return schema.lines("Students' own Docker engines", "How many run; they start when they are used.", "short",
                        schema.over_time("sum(lab_seat_engine_running)", "running"))  # fmt: skip


def _connections() -> schema.Lines:
    return schema.lines("Connections to PostgreSQL", "The students' together, and how many it takes.", "short",
                        schema.over_time("sum(lab_database_connections)", "open"),
                        schema.over_time("max(lab_connections_limit)", "limit", "B"))  # fmt: skip


def _fresh() -> schema.Lines:
    return schema.lines("Since the grader was last heard of", "More than a minute: nobody looks into the databases.",
                        "s", schema.over_time("time() - max(lab_grader_seen_timestamp_seconds)", "grader"))  # fmt: skip


def _looks() -> schema.Lines:
    return schema.lines("How long a look into a database takes", "All checks of one student, once.", "s",
                        schema.over_time("avg(lab_check_duration_seconds)", "average"),
                        schema.over_time("max(lab_check_duration_seconds)", "slowest", "B"))  # fmt: skip


def _errors() -> schema.Lines:
    return schema.lines("Checks that could not be known", "In the last five minutes, by reason; the task is unknown.",
                        "short", schema.over_time("sum by (reason) (increase(lab_check_errors_total[5m]))",
                                                  "{{reason}}"))  # fmt: skip


def _scrapes() -> schema.Lines:
    return schema.lines("How long Prometheus takes to ask", "By what it asks.", "s",
                        schema.over_time("max by (job) (scrape_duration_seconds)", "{{job}}"))  # fmt: skip
