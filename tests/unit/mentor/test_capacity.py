"""What a class needs, and what is said when a host cannot carry it."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from mentor.capacity import HostFacts, Needs, needs, problems, statement

from .conftest import Reads

LARGE = HostFacts(memory_mib=64 * 1024, available_memory_mib=60_000, cpus=16, disk_free_mib=500_000)


def class_of(reads: Reads, number: int, **seat: object) -> Needs:
    workshop = reads(students=number, seat=seat)
    return needs(workshop.settings, workshop.roster.people)


def test_needs_grow_with_people_and_count_teachers(reads: Reads) -> None:
    need = class_of(reads, 32)
    assert need.people == 33
    assert need.memory_mib == 750 + 33 * 260
    assert need.most_memory_mib == 750 + 33 * 1024
    assert class_of(reads, 33).memory_mib - need.memory_mib == 260


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
    assert statement(need) == "32 people need about 8.9 GiB of memory"
    host = HostFacts(memory_mib=8192, available_memory_mib=8000, cpus=2, disk_free_mib=1)
    assert statement(need, host) == "32 people need about 8.9 GiB of memory, the host has 8 GiB"
    assert statement(needs(reads().settings, range(1))).startswith("1 person needs about 1010 MiB")


def test_what_fits_is_not_mentioned(reads: Reads) -> None:
    assert problems(class_of(reads, 100), LARGE) == ()


def test_b52_b48_too_little_memory_comes_with_the_numbers(reads: Reads) -> None:
    [(key, text)] = problems(
        class_of(reads, 31), HostFacts(memory_mib=4096, available_memory_mib=4000, cpus=4, disk_free_mib=500_000)
    )
    assert key == "students"
    assert text.startswith(
        "32 people need about 8.9 GiB of memory, the host has 4 GiB (750 MiB for the services, 260 MiB"
    )
    assert "up to 32.7 GiB if all reached their limit of 1 GiB" in text
    assert text.endswith("about 11 fit, or choose a larger host")


def test_a_seat_larger_than_its_host(reads: Reads) -> None:
    found = dict(problems(class_of(reads, 1, memory="100g", cpus=32), LARGE))
    assert found["seat.memory"].startswith("one seat may take 100 GiB and the host has 64 GiB")
    assert found["seat.cpus"].startswith("32 and the host has 16")


def test_b48_too_little_disk(reads: Reads) -> None:
    [(key, text)] = problems(
        class_of(reads, 3), HostFacts(memory_mib=64 * 1024, available_memory_mib=60_000, cpus=4, disk_free_mib=2048)
    )
    assert key == "students"
    assert text.startswith("4 more people need about 7.7 GiB of disk (730 MiB each, 5000 MiB for images and services)")


def test_what_a_running_class_has_taken_is_not_needed_again(reads: Reads) -> None:
    need = class_of(reads, 3)
    full = replace(LARGE, disk_free_mib=0)
    assert problems(need, replace(full, people_present=4)) == ()
    [(_, text)] = problems(need, replace(full, people_present=3))
    assert text.startswith("1 more people need about 730 MiB of disk (730 MiB each, 0 MiB")
