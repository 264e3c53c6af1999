"""What a class needs, and what is said when a host cannot carry it."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from mentor.capacity import HostFacts, Needs, needs, problems, statement, warnings

from .conftest import Reads, Report

LARGE = HostFacts(memory_mib=64 * 1024, available_memory_mib=60_000, cpus=16, disk_free_mib=500_000)


def class_of(reads: Reads, number: int, **seat: object) -> Needs:
    workshop = reads(students=number, seat=seat)
    return needs(workshop.settings, workshop.roster.people)


def test_needs_grow_with_people_and_count_teachers(reads: Reads) -> None:
    need = class_of(reads, 32)
    assert need.people == 33
    assert need.memory_mib == 750 + 33 * 200
    assert need.most_memory_mib == 750 + 33 * 1024
    assert class_of(reads, 33).memory_mib - need.memory_mib == 200


@pytest.mark.parametrize(
    "grafana", [{"enabled": False}, {"url": "https://x", "auth": SecretStr("x"), "prometheusUrl": "http://x"}]
)
def test_a_grafana_counts_only_where_it_is_the_workshops_own(reads: Reads, grafana: dict[str, object]) -> None:
    own = class_of(reads, 32)
    workshop = reads(students=32, grafana=grafana)
    without = needs(workshop.settings, workshop.roster.people)
    assert own.memory_mib - without.memory_mib == 150
    assert own.disk_mib - without.disk_mib == 1000
    small = HostFacts(memory_mib=4096, available_memory_mib=4000, cpus=4, disk_free_mib=500_000)
    assert "(600 MiB for the services, " in dict(problems(without, small))["students"]


def test_a_small_limit_is_all_that_a_seat_takes(reads: Reads) -> None:
    assert class_of(reads, 9, memory="128m").memory_mib == 750 + 10 * 128


def test_it_is_said_in_one_line(reads: Reads) -> None:
    need = class_of(reads, 31)
    assert statement(need) == "32 people need about 7 GiB of memory"
    host = HostFacts(memory_mib=8192, available_memory_mib=8000, cpus=2, disk_free_mib=1)
    assert statement(need, host) == "32 people need about 7 GiB of memory, the host has 8 GiB"
    assert statement(needs(reads().settings, range(1))).startswith("1 person needs about 950 MiB")


def test_what_fits_is_not_mentioned(reads: Reads) -> None:
    assert problems(class_of(reads, 100), LARGE) == ()


def test_b52_b48_too_little_memory_comes_with_the_numbers(reads: Reads) -> None:
    [(key, text)] = problems(
        class_of(reads, 31), HostFacts(memory_mib=4096, available_memory_mib=4000, cpus=4, disk_free_mib=500_000)
    )
    assert key == "students"
    assert text.startswith(
        "32 people need about 7 GiB of memory, the host has 4 GiB (750 MiB for the services, 200 MiB"
    )
    assert "up to 32.7 GiB if all reached their limit of 1 GiB" in text
    assert text.endswith("about 15 fit, or choose a larger host")


def test_a_seat_larger_than_its_host(reads: Reads) -> None:
    found = dict(problems(class_of(reads, 1, memory="100g", cpus=32), LARGE))
    assert found["seat.memory"].startswith("one seat may take 100 GiB and the host has 64 GiB")
    assert found["seat.cpus"].startswith("32 and the host has 16")


def test_b48_too_little_disk(reads: Reads) -> None:
    [(key, text)] = problems(
        class_of(reads, 3), HostFacts(memory_mib=64 * 1024, available_memory_mib=60_000, cpus=4, disk_free_mib=2048)
    )
    assert key == "students"
    assert text.startswith("4 more people need about 6.7 GiB of disk (470 MiB each, 5000 MiB for images and services)")


def test_what_a_running_class_has_taken_is_not_needed_again(reads: Reads) -> None:
    need = class_of(reads, 3)
    full = replace(LARGE, disk_free_mib=0)
    assert problems(need, replace(full, people_present=4)) == ()
    [(_, text)] = problems(need, replace(full, people_present=3))
    assert text.startswith("1 more people need about 470 MiB of disk (470 MiB each, 0 MiB")


def demanding(root: Path, reads: Reads, text: str, **seat: object) -> Needs:
    """What 33 people need where the course says so much."""
    lab = root / "workshop" / "lab.yaml"
    lab.write_text(f"{lab.read_text()}needs: {text}\n")
    workshop = reads(students=32, seat=seat)
    return needs(workshop.settings, workshop.roster.people, workshop.course.needs)


def test_what_a_course_asks_at_its_most_is_warned_of_and_refuses_nobody(root: Path, reads: Reads) -> None:
    need = demanding(root, reads, "{memory: 650m, disk: 2g}")
    assert warnings(need, LARGE) == ()
    small = replace(LARGE, memory_mib=16 * 1024, available_memory_mib=15_000, disk_free_mib=40_000)
    assert problems(need, small) == ()
    memory, disk = warnings(need, small)
    # (16 GiB - 256 for the host - 750 for the services) / 650; (40000 - 5000 for images) / (2048 + 30)
    assert memory.startswith("a seat takes 650 MiB of memory where the course asks most of it, and there is room for")
    assert memory.endswith("about 23 people who are there at once")
    assert disk.endswith("about 16 people more")
    _, disk = warnings(need, replace(small, people_present=16, disk_free_mib=35_000))
    assert disk.endswith("about 16 people more"), "17 are still to come, and the images are there"
    assert len(warnings(need, replace(small, people_present=17, disk_free_mib=35_000))) == 1


def test_a_limit_below_what_the_course_asks_is_warned_of_and_the_host_has_to_hold_no_more(
    root: Path, reads: Reads
) -> None:
    need = demanding(root, reads, "{memory: 650m}", memory="256m")
    (limit,) = warnings(need, LARGE)
    assert limit == (
        "a seat takes 650 MiB of memory where the course asks most of it, and seat.memory is 256 MiB: "
        "something in it is ended there. Raise it to 650m or more"
    )
    assert need.course_disk_mib == need.seat_disk_mib
    small = replace(LARGE, memory_mib=8 * 1024, available_memory_mib=8000)
    assert problems(need, small) == ()
    _, room = warnings(need, small)
    # (8 GiB - 256 for the host - 750 for the services) / 256
    assert room.startswith("a seat takes 256 MiB of memory")
    assert room.endswith("about 28 people who are there at once")
    assert warnings(replace(need, seat_memory_mib=650), LARGE) == ()


@pytest.mark.parametrize("text", ["{}", "{memory: 200m, disk: 440m}"])
def test_a_course_that_asks_for_no_more_than_usual_is_not_mentioned(root: Path, reads: Reads, text: str) -> None:
    need = demanding(root, reads, text)
    assert warnings(need, HostFacts(memory_mib=1, available_memory_mib=1, cpus=1, disk_free_mib=1)) == ()


def test_what_a_course_needs_is_a_size(root: Path, report: Report) -> None:
    lab = root / "workshop" / "lab.yaml"
    lab.write_text(f"{lab.read_text()}needs: {{memory: lots, disk: 512mb}}\n")
    wrong, other = report()
    assert wrong.startswith('workshop/lab.yaml:8: needs.memory: "lots" is not a size')
    assert other.endswith('did you mean "512m"?')
