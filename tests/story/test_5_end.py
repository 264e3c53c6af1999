"""The end of the event: everybody's work is saved, and the host is what it was."""

from tests.ground import listing
from tests.live.prometheus_kit import series
from tests.waiting import until
from tests.workshop_kit import Workshop, docker


def test_who_has_done_what_can_be_kept(lab: Workshop) -> None:
    """What the browser's part did in the first hour is still known, after all that happened since."""
    rows = docker("exec", lab.container("spyglass"), "grades").splitlines()
    assert [row for row in rows if row.startswith("s03,") and ",oldest-books," in row and ",1,20" in row], rows


def test_how_the_day_went_is_kept_in_numbers(lab: Workshop) -> None:
    """What happened early on, who came in the middle, and services that were made anew in between."""

    def known(query: str) -> dict[str, float]:
        found = series(lab.container("prometheus"), query, "student", "service")
        return {"".join(key): value for key, value in found.items()}

    done = 'max_over_time(lab_task_done{task="oldest-books"}[1h])'
    until(lambda: known(done).get("s03") == 1, lambda: str(known(done)))
    until(lambda: {"s01", "s02", "s03", "s04"} == known(done).keys(), lambda: str(known(done)))
    exporters = {"exporter", "host-exporter", "probe-exporter"}
    services = {"directory", "gateway", "postgres", "prometheus", "registry", "spyglass", *exporters}
    until(lambda: known("lab_service_up") == dict.fromkeys(services, 1), lambda: str(known("lab_service_up")))
    until(lambda: {"s01", "s03"} <= known("lab_seat_up == 1").keys(), "the seats where somebody has been answer")
    taken = 'count by (student) ({__name__=~"lab_seat_(memory|disk)_bytes|lab_seat_cpu_seconds_total"} > 0)'
    until(lambda: {"s01", "s03"} <= known(f"{taken} == 3").keys(), lambda: str(known(taken)))
    assert 0 < known("lab_host_disk_free_bytes / lab_host_disk_bytes")[""] < 1


def test_destroy_archives_everybody_and_leaves_nothing(lab: Workshop) -> None:
    lab.destroy()
    assert listing(lab.stack) == set()
    assert {path.parent.name for path in (lab.archives / lab.stack).glob("*/*.tar.gz")} == {
        "s01", "s02", "s03", "s04", "teacher"
    }  # fmt: skip
    # Not by label only. Volumes without a name are compared at the end of the whole run (tests/conftest.py).
    assert not [thing for thing in listing() if lab.container("") in thing]
    until(lambda: not lab.processes(), lambda: f"still at work: {lab.processes()}")
