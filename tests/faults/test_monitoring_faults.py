"""From a student's database to a series: what is not known is not there, what was known stays, nobody learns more."""

from collections.abc import Iterator

import pytest

from tests.live import grader_kit
from tests.live import image_kit as kit
from tests.live.grader_kit import Class
from tests.waiting import until

DONE = 'lab_task_part_done{part="sql"}'


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    kit.need_engine()
    with grader_kit.school(tmp_path_factory.mktemp("monitoring")) as made:
        made.watch()
        made.enrol("s01", "s02")
        shows(made, DONE, {("sql", "s01", "rows"): 0, ("sql", "s02", "rows"): 0})
        yield made


def shows(school: Class, query: str, wanted: dict[tuple[str, ...], float]) -> None:
    until(lambda: school.series(query) == wanted, lambda: f"{query} is {school.series(query)}, not {wanted}")


def lost_and_found(school: Class, service: str) -> None:
    """Kill a service: what it told is unknown, not 0; start it again: it is known again."""
    before = school.series(DONE)
    assert before
    kit.docker("kill", school.name(service))
    shows(school, DONE, {})
    kit.docker("start", school.name(service))
    kit.wait_healthy(school.name(service))
    shows(school, DONE, before)


def test_what_is_done_and_undone_shows(school: Class) -> None:
    school.work("s02", "INSERT INTO animal VALUES (2, 'Hund')")
    shows(school, 'lab_task_part_done{student="s02"}', {("sql", "s02", "rows"): 1})
    shows(school, 'lab_database_rows_written_total{student="s02"} > bool 0', {("s02",): 1})
    shows(school, "count(lab_database_bytes > 1e6)", {(): 2})
    school.work("s02", "DELETE FROM animal WHERE id = 2")
    shows(school, 'lab_task_part_done{student="s02"}', {("sql", "s02", "rows"): 0})


@pytest.mark.parametrize("service", ["postgres", "exporter"])
def test_while_a_service_is_gone_nothing_is_known_and_nothing_is_said_to_be_undone(school: Class, service: str) -> None:
    lost_and_found(school, service)


def test_a_killed_grader_says_so_and_finds_all_of_it_again(school: Class) -> None:
    before = school.series(DONE)
    kit.docker("kill", school.name("grader"))
    until(lambda: school.series("time() - lab_grader_seen_timestamp_seconds > 10"), "its silence shows")
    kit.docker("start", school.name("grader"))
    until(lambda: not school.series("time() - lab_grader_seen_timestamp_seconds > 10"), "it is heard again")
    shows(school, DONE, before)


def test_a_killed_prometheus_has_lost_nothing(school: Class) -> None:
    seen = school.series("count_over_time(lab_grader_seen_timestamp_seconds[1h])")[()]
    kit.docker("kill", school.name("prometheus"))
    kit.docker("start", school.name("prometheus"))
    kit.wait_healthy(school.name("prometheus"))
    until(
        lambda: school.series("count_over_time(lab_grader_seen_timestamp_seconds[1h])").get((), 0) >= seen,
        lambda: f"{seen} values were there before",
    )


def test_who_comes_appears_and_who_leaves_ends_and_nothing_is_restarted(school: Class) -> None:
    services = ("postgres", "grader", "exporter", "prometheus")
    started = [kit.shown(school.name(service), "{{.State.StartedAt}}") for service in services]
    school.enrol("s03")
    shows(school, 'lab_task_part_done{student="s03"}', {("sql", "s03", "rows"): 0})
    school.students.remove("s03")
    school.deliver()
    for query in ('lab_task_part_done{student="s03"}', 'lab_database_up{student="s03"}'):
        shows(school, query, {})
    school.drop("s03")
    assert [kit.shown(school.name(service), "{{.State.StartedAt}}") for service in services] == started


@pytest.mark.parametrize(
    ("database", "statement", "refusal"),
    [
        ("monitor", "SELECT * FROM result", "permission denied"),
        ("monitor", "SELECT engage('s01')", "permission denied"),
        ("monitor", "SELECT activity()", "permission denied"),
        ("monitor", "CREATE TABLE public.mine ()", "permission denied"),
        ("monitor", "CREATE TEMP TABLE mine ()", "permission denied"),
        ("monitor", "SELECT pg_read_file('/etc/passwd')", "permission denied"),
        ("monitor", "SELECT query FROM pg_stat_activity WHERE usename <> current_user AND query !~ '^<'", ""),
        ("s01", "SELECT 1", "pg_hba.conf rejects"),
        ("reference", "SELECT 1", "pg_hba.conf rejects"),
        ("postgres", "SELECT 1", "pg_hba.conf rejects"),
    ],
)  # fmt: skip
def test_the_exporter_may_read_what_it_shows_and_nothing_else(
    school: Class, database: str, statement: str, refusal: str
) -> None:
    psql = ("psql", "-XqAt", "-h", "/run/postgresql-shared", "-U", "exporter", "-d", database, "-c", statement)
    done = kit.docker("exec", "-u", "exporter", school.name("postgres"), *psql, check=False)
    assert refusal in done.stderr
    assert done.stdout == ""
    assert (done.returncode != 0) == bool(refusal)
