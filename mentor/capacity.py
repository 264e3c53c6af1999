"""What a class needs, against what the host has.

In: the settings, a number of people, the course's own figures, and the facts that a preflight gathers. Out: numbers,
one sentence, a line for each thing that cannot fit, and one for what cannot fit where the course asks most. The figures
are estimates: they were measured with the images of this project (``bench/capacity.py``: a seat with its engine running
takes 47 MiB, services together 350 to 600, Grafana 133 with the boards in it), the work of a student is what two
servers in containers and an editor take. A course that asks for more says so in its ``lab.yaml``.
"""

from collections.abc import Sized
from dataclasses import dataclass

from mentor.course.lesson import SeatNeeds
from mentor.settings.model import WorkshopSettings

RUNNING_ENGINE_MIB = 50
"""A seat with its engine running, before the student's own containers."""
STUDENT_WORK_MIB = 150
SERVICES_MIB = 600
GRAFANA_MIB = 150
"""What a Grafana of the workshop's own takes on top of that."""
RESERVED_MIB = 256
"""What the host's own system keeps."""

IMAGES_DISK_MIB = 3000
SEAT_DISK_MIB = 440
"""Home and the images and volumes of a student's own engine."""
DATABASE_DISK_MIB = 30
SERVICES_DISK_MIB = 1000
GRAFANA_DISK_MIB = 1000
"""Its image, mostly."""

GIB = 1024


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a class of this size takes."""

    people: int
    services_memory_mib: int
    services_disk_mib: int
    """Their images and what they keep."""
    memory_mib: int
    """Typical use with everybody at work."""
    most_memory_mib: int
    """Every seat at its limit; not expected, shown for comparison."""
    work_memory_mib: int
    """What a seat takes while its person works."""
    seat_memory_mib: int
    seat_cpus: float
    disk_mib: int
    seat_disk_mib: int
    course_memory_mib: int
    """What a seat takes where the course asks most of it, if its limit lets it; no less than at work."""
    course_disk_mib: int
    """The same of the disk, database included."""


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """What the host has, as the preflight found it."""

    memory_mib: int
    available_memory_mib: int
    """What programs could take right now without swapping anything out."""
    cpus: int
    disk_free_mib: int
    people_present: int = 0
    """Seats of this stack that exist already: their part of the disk is taken, not needed again."""
    seats_running: int = 0
    services_running: bool = False
    """What of this stack runs right now has its memory."""


def needs(settings: WorkshopSettings, everybody: Sized, course: SeatNeeds | None = None) -> Needs:
    """Say what these people need; teachers and spares count like students."""
    people = len(everybody)
    limit = settings.seat.memory_mib
    seat = min(limit, RUNNING_ENGINE_MIB + STUDENT_WORK_MIB)
    most = course or SeatNeeds()
    services = SERVICES_MIB + (GRAFANA_MIB if settings.grafana.own else 0)
    services_disk = IMAGES_DISK_MIB + SERVICES_DISK_MIB + (GRAFANA_DISK_MIB if settings.grafana.own else 0)
    return Needs(
        people=people,
        services_memory_mib=services,
        services_disk_mib=services_disk,
        memory_mib=services + people * seat,
        most_memory_mib=services + people * limit,
        work_memory_mib=seat,
        seat_memory_mib=limit,
        seat_cpus=settings.seat.cpus,
        disk_mib=services_disk + people * (SEAT_DISK_MIB + DATABASE_DISK_MIB),
        seat_disk_mib=SEAT_DISK_MIB + DATABASE_DISK_MIB,
        course_memory_mib=max(seat, most.memory or 0),
        course_disk_mib=max(SEAT_DISK_MIB, most.disk or 0) + DATABASE_DISK_MIB,
    )


def statement(need: Needs, host: HostFacts | None = None) -> str:
    """Say it in one line."""
    who = "1 person needs" if need.people == 1 else f"{need.people} people need"
    has = f", the host has {_gib(host.memory_mib)}" if host else ""
    return f"{who} about {_gib(need.memory_mib)} of memory{has}"


def problems(need: Needs, host: HostFacts) -> tuple[tuple[str, str], ...]:
    """Say what cannot fit: for each thing the setting that decides it, and its numbers with the way out."""
    wrong = []
    if need.seat_memory_mib > host.memory_mib:
        text = f"one seat may take {_gib(need.seat_memory_mib)} and the host has {_gib(host.memory_mib)}"
        wrong.append(("seat.memory", f"{text}: lower it, or choose a larger host"))
    if need.seat_cpus > host.cpus:
        wrong.append(
            ("seat.cpus", f"{need.seat_cpus:g} and the host has {host.cpus}: lower it, the engine takes no more")
        )
    starting = max(need.people - host.seats_running, 0)
    memory = starting * need.work_memory_mib + (0 if host.services_running else need.services_memory_mib)
    if need.people * need.work_memory_mib > _memory_for_seats(need, host):
        wrong.append(("students", _too_little_memory(need, host)))
    elif memory > host.available_memory_mib:
        text = (
            f"{starting} more people need {memory} MiB of memory ({need.work_memory_mib} MiB for each seat at work"
            f"{'' if host.services_running else f', {need.services_memory_mib} MiB for the services'}), and other "
            f"programs on the host leave {host.available_memory_mib} of its {host.memory_mib} MiB: end some, or take "
            "fewer people"
        )
        wrong.append(("students", text))
    coming, fixed = _still_to_come(need, host)
    disk = fixed + coming * need.seat_disk_mib
    if disk > host.disk_free_mib:
        text = (
            f"{coming} more people need about {_gib(disk)} of disk ({need.seat_disk_mib} MiB each, "
            f"{fixed} MiB for images and services), and {_gib(host.disk_free_mib)} are free where the engine keeps "
            "its data: free some, or take fewer people"
        )
        wrong.append(("students", text))
    return tuple(wrong)


def warnings(need: Needs, host: HostFacts) -> tuple[str, ...]:
    """Say what cannot fit where the course asks most, though the class at work does."""
    said = []
    if need.course_memory_mib > need.seat_memory_mib:
        said.append(
            f"a seat takes {need.course_memory_mib} MiB of memory where the course asks most of it, and seat.memory is "
            f"{need.seat_memory_mib} MiB: something in it is ended there. Raise it to {need.course_memory_mib}m or more"
        )
    room = _memory_for_seats(need, host)
    memory = min(need.seat_memory_mib, need.course_memory_mib)
    if memory > need.work_memory_mib and need.people * memory > room:
        said.append(
            f"a seat takes {memory} MiB of memory where the course asks most of it, and there is "
            f"room for about {max(room // memory, 0)} people who are there at once"
        )
    coming, fixed = _still_to_come(need, host)
    free = host.disk_free_mib - fixed
    if need.course_disk_mib > need.seat_disk_mib and coming * need.course_disk_mib > free:
        said.append(
            f"a seat with its database takes {need.course_disk_mib} MiB of disk where the course asks most of it, and "
            f"there is room for about {max(free // need.course_disk_mib, 0)} people more"
        )
    return tuple(said)


def _memory_for_seats(need: Needs, host: HostFacts) -> int:
    """MiB that are left beside the host's own system and the services."""
    return host.memory_mib - RESERVED_MIB - need.services_memory_mib


def _still_to_come(need: Needs, host: HostFacts) -> tuple[int, int]:
    """People whose disk is not taken yet, and MiB of it that images and services are still to take."""
    present = min(host.people_present, need.people)
    return need.people - present, 0 if present else need.services_disk_mib


def _too_little_memory(need: Needs, host: HostFacts) -> str:
    seat = need.work_memory_mib
    fitting = max(_memory_for_seats(need, host) // seat, 0)
    return (
        f"{statement(need, host)} ({need.services_memory_mib} MiB for the services, {seat} MiB for each seat at "
        f"work; up to {_gib(need.most_memory_mib)} if all reached their limit of {_gib(need.seat_memory_mib)}): "
        f"about {fitting} fit, or choose a larger host"
    )


def _gib(mib: int) -> str:
    return f"{mib} MiB" if mib < GIB else f"{mib / GIB:.1f} GiB".replace(".0 ", " ")
