"""The course's checks in the seats, over a real sshd."""

import asyncio
import os
import pwd
import shlex
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from spyglass.classroom import Person, SeatCheck, Task
from spyglass.progress import seat_rounds, seat_shell
from spyglass.progress.machines import Machine
from spyglass.progress.seat_parts import SeatParts
from spyglass.progress.seat_rounds import AHEAD, FAST, SLOW, Run, Schedule, SeatRounds, all_done
from spyglass.progress.seat_shell import NotFollowedError, Results, disk_of, machine_of, understand
from spyglass.seats import Seats
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.people import PEOPLE, World, class_json

PATIENCE = 60.0  # seconds

real_sshd = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)


@pytest.fixture
def home(tmp_path: Path, seat: seat_double.SeatDouble) -> Path:
    """Where the student's files are."""
    assert seat.port
    return tmp_path / "seat"


def person(seat: seat_double.SeatDouble) -> Person:
    return Person(id="s01", name="Ada", role="student", host="127.0.0.1", port=seat.port)


def in_shell(
    seat: seat_double.SeatDouble, question: Callable[[seat_shell.SeatShell], Coroutine[Any, Any, Results]]
) -> Results:
    async def asked() -> Results:
        seats = Seats(seat.key, seat.user)
        try:
            async with seat_shell.opened(seats, person(seat)) as shell:
                return await question(shell)
        finally:
            await seats.close()

    return asyncio.run(asked())


def check(command: str, timeout: float = 10) -> SeatCheck:
    return SeatCheck(id="c", command=command, timeout=timeout)


@real_sshd
def test_a_check_is_done_by_its_exit_code_alone(seat: seat_double.SeatDouble) -> None:
    begins_in = pwd.getpwuid(os.getuid()).pw_dir  # sshd goes there, whatever HOME says
    commands = [
        "true",
        "false",
        "exit 3",
        "yes | head -c 50000000; true",  # what it prints goes nowhere
        "cat",  # its input is empty, and not the next question
        "no-such-program",
        f"test \"it's\" = 'it'\\''s' &&\n  test . -ef {shlex.quote(begins_in)}",
    ]
    answer = in_shell(seat, lambda shell: shell.ask([check(command) for command in commands]))
    assert answer == {0: True, 1: False, 2: False, 3: True, 4: True, 5: False, 6: True}


@real_sshd
def test_a_check_that_hangs_is_unknown_and_those_after_it_are_run(seat: seat_double.SeatDouble) -> None:
    hanging = "trap '' TERM; sleep 1000 & wait; sleep 1000"
    answer = in_shell(seat, lambda shell: shell.ask([check(hanging, 1), check("true"), check("kill -9 $$")]))
    assert answer == {1: True}


@real_sshd
def test_a_shell_that_ends_is_left(seat: seat_double.SeatDouble) -> None:
    with pytest.raises(NotFollowedError):
        in_shell(seat, lambda shell: shell.ask([check("kill -9 $(ps -o ppid= -p $PPID)")]))


@real_sshd
@pytest.mark.parametrize("flood", ["yes", "head -c 99999 /dev/zero"])
def test_a_shell_that_says_too_much_is_left(seat: seat_double.SeatDouble, home: Path, flood: str) -> None:
    (home / ".bashrc").write_text(f"{flood}\n")  # read by whatever is run over SSH
    (home / ".profile").write_text(f"{flood}\n")
    with pytest.raises(NotFollowedError, match="too much"):
        in_shell(seat, lambda shell: shell.ask([check("true")]))


@real_sshd
def test_a_shell_that_greets_is_followed_all_the_same(seat: seat_double.SeatDouble, home: Path) -> None:
    (home / ".bashrc").write_text("echo Good morning; echo; echo 1 check 0 x\n")
    assert in_shell(seat, lambda shell: shell.ask([check("false")])) == {0: False}


def test_what_makes_no_sense_is_not_known() -> None:
    for nonsense in (b"", b"0", b"a 0", b"0 -1", b"1 " + b"9" * 100, b"0 0 0", b"0 124", b"0 137"):
        results: dict[int, bool] = {}
        understand([b"check", *nonsense.split()], results)
        assert results == {}
        assert machine_of([b"machine", *nonsense.split()]) is None
        assert disk_of([b"disk", *nonsense.split()]) in {None, 0}
    results = {}
    understand(b"check 3 0".split(), results)
    assert results == {3: True}


def test_a_machine_is_what_it_says_and_what_it_does_not_say_is_not_known() -> None:
    said = b"machine 1 300 1000 100 2500000".split()
    assert machine_of(said) == Machine(engine=True, memory=200, memory_limit=1000, cpu_seconds=2.5)
    for unlimited in (b"max", b"9223372036854771712"):
        known = Machine(engine=False, memory=200, memory_limit=None, cpu_seconds=0)
        assert machine_of([b"machine", b"0", b"300", unlimited, b"100", b"0"]) == known
    assert machine_of(b"machine 0 - - - -".split()) == Machine(engine=False)
    assert machine_of(b"machine 0 100 - 300 -".split()) == Machine(engine=False, memory=0)
    assert disk_of(b"disk 4096".split()) == 4096


@real_sshd
def test_a_machine_is_asked_between_two_checks(seat: seat_double.SeatDouble) -> None:
    found: list[Machine] = []

    async def ask(shell: seat_shell.SeatShell) -> Results:
        found.append(await shell.machine())
        assert await shell.disk() is None  # there is no engine on this machine
        return await shell.ask([check("true")])

    assert in_shell(seat, ask) == {0: True}
    assert found[0].answers is True
    assert found[0].engine is False
    assert (found[0].memory or 0) > 0
    assert (found[0].cpu_seconds or 0) > 0


# Rounds.


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TICK": 0.05,
        "SLOW": 0.2,
        "AWAKE": 0.1,
        "FAST": 0.05,
        "AGAIN": 0.2,
    }.items():
        monkeypatch.setattr(seat_rounds, name, value)


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.05)


def watched(world: World, until: Callable[[SeatParts], bool], then: Callable[[], object] | None = None) -> SeatParts:
    """Look at the seats until a condition holds; then do something, and look until it does not hold any more."""
    parts = SeatParts()

    async def look() -> None:
        rounds = asyncio.create_task(SeatRounds(world.services, parts).run())
        try:
            await eventually(lambda: until(parts))
            if then is not None:
                then()
                await eventually(lambda: not until(parts))
        finally:
            rounds.cancel()
            await asyncio.gather(rounds, return_exceptions=True)
            await world.services.seats.close()

    asyncio.run(look())
    return parts


def put_class(
    world: World,
    seat: seat_double.SeatDouble,
    *tasks: tuple[str, str, float],
    here: tuple[str, ...] = ("s01", "s02", "spare01", "teacher"),
) -> None:
    """A class whose seats are all the double, its tasks (id, command, time limit), and who has been at work."""
    people = [one | {"host": "127.0.0.1", "port": seat.port} for one in PEOPLE]
    listed = [
        {
            "id": name,
            "title": name,
            "parts": ["seat"],
            "seat_checks": [{"id": "c", "command": command, "timeout": limit, "message": f"{name} is missing"}],
        }
        for name, command, limit in tasks
    ]
    world.put(class_json(people, course={"sections": [{"title": "One", "tasks": listed}]}))
    for person in here:
        world.services.history.sign(person, world.clock[0])
    world.use_seats(Seats(seat.key, seat.user))


@real_sshd
@pytest.mark.usefixtures("_quick")
def test_a_task_is_done_when_its_command_succeeds_and_not_done_when_it_does_not_any_more(
    world: World, seat: seat_double.SeatDouble, home: Path
) -> None:
    put_class(world, seat, ("file", f"test -e {home}/done", 5), ("never", "false", 5))
    parts = watched(
        world,
        lambda parts: (
            parts.of("s01") == {"file": False, "never": False} == parts.of("spare01")
            and parts.missing("s01") == {"file": "file is missing", "never": "never is missing"}
        ),
        (home / "done").touch,
    )
    assert not parts.of("teacher")
    watched(world, lambda parts: parts.of("s01") == {"file": True, "never": False}, (home / "done").unlink)


@real_sshd
@pytest.mark.usefixtures("_quick")
def test_a_check_that_hangs_delays_nobody_elses(world: World, seat: seat_double.SeatDouble, home: Path) -> None:
    # The seats are one machine here: the first shell that asks hangs for as long as its folder is there.
    first = home / "first"
    put_class(world, seat, ("task", f"mkdir {first} && while test -e {first}; do sleep 0.1; done || true", 600))
    students = ("s01", "s02", "spare01")
    try:
        watched(world, lambda parts: sum(parts.of(student) == {"task": True} for student in students) == 2)
    finally:
        first.rmdir()


@real_sshd
@pytest.mark.usefixtures("_quick")
def test_a_seat_where_nobody_has_been_is_left_alone(world: World, seat: seat_double.SeatDouble) -> None:
    put_class(world, seat, ("task", "true", 5), here=("s01",))
    parts = watched(world, lambda parts: parts.of("s01") == {"task": True})
    assert not parts.of("s02")
    assert not parts.of("spare01")
    assert world.services.machines.of("s02").answers is None


@real_sshd
@pytest.mark.usefixtures("_quick")
def test_a_machine_is_looked_at_without_any_check_and_one_that_is_gone_does_not_answer(
    world: World, seat: seat_double.SeatDouble
) -> None:
    put_class(world, seat, here=("s01",))
    machines = world.services.machines
    watched(world, lambda _: machines.of("s01").memory is not None)
    gone = [one | {"host": "127.0.0.1", "port": 1} for one in PEOPLE]
    world.put(class_json(gone))
    watched(world, lambda _: machines.of("s01").answers is False)
    assert machines.of("s01").memory is None


@real_sshd
@pytest.mark.usefixtures("_quick")
def test_whoever_leaves_the_class_is_not_looked_at_any_more(world: World, seat: seat_double.SeatDouble) -> None:
    put_class(world, seat, ("task", "true", 5))
    watched(
        world,
        lambda parts: parts.of("s02") == {"task": True},
        lambda: world.put(class_json([PEOPLE[0], PEOPLE[3]])),
    )


# What is due.


def tasks(*names: str) -> list[Task]:
    return [Task(id=name, title=name, parts=("seat",), seat_checks=(check("true"),)) for name in names]


def test_what_somebody_is_at_is_looked_at_often_and_the_rest_now_and_then() -> None:
    listed = tasks(*"abcdefgh")
    schedule = Schedule({name: Run(at=100.0, took=0.0) for name in "abcdefgh"})
    done = {"a": True, "b": False}
    due = [task.id for task in schedule.due(listed, done, 100.0 + FAST, FAST)]
    assert due == list("bcdefgh"[:AHEAD])
    assert schedule.due(listed, done, 100.0 + FAST, SLOW) == []
    assert schedule.due(listed, done, 100.0 + SLOW, SLOW) == listed


def test_a_task_never_looked_at_is_due() -> None:
    assert Schedule().due(tasks("a"), {}, 0.0, SLOW) == tasks("a")


def test_a_check_that_takes_long_is_run_less_often_but_still_run() -> None:
    schedule = Schedule({"a": Run(at=100.0, took=0.5), "b": Run(at=100.0, took=600.0)})
    assert schedule.due(tasks("a", "b"), {}, 100.0 + FAST, FAST) == []
    assert schedule.due(tasks("a", "b"), {}, 110.0, FAST) == tasks("a")
    assert schedule.due(tasks("a", "b"), {}, 100.0 + SLOW, FAST) == tasks("a", "b")


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([True, True], True),
        ([True, False], False),
        ([False, None], False),
        ([None, False], False),
        ([True, None], None),
        ([None, None], None),
    ],
)
def test_one_check_that_fails_decides_and_one_unknown_leaves_it_open(
    results: list[bool | None], expected: bool | None
) -> None:
    assert all_done(results) is expected


def test_quick_checks_share_a_question_and_slow_ones_wait_for_themselves() -> None:
    schedule = Schedule({name: Run(at=0.0, took=took) for name, took in (("a", 0.01), ("b", 9.0), ("c", 0.02))})
    assert [[task.id for task in question] for question in schedule.questions(tasks("a", "b", "c", "new"))] == [
        ["a", "c"], ["b"], ["new"],
    ]  # fmt: skip
    assert schedule.questions([]) == []
