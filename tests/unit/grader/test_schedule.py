from images.grader.grader.schedule import FIRST_PENALTY, LONGEST_GAP, ROUND, SHORTEST_GAP, Schedule


def looked_at(schedule: Schedule, student: str, now: float, seconds: float = 0.1, *, slow: bool = False) -> None:
    assert schedule.take(now) == student
    schedule.done(student, now + seconds, seconds, unfinished=slow, costly=slow)


def with_students(*students: str) -> Schedule:
    schedule = Schedule()
    schedule.keep(students)
    schedule.present(students)
    return schedule


def test_everybody_is_looked_at_at_once_and_then_each_round() -> None:
    schedule = with_students("s01", "s02")
    looked_at(schedule, "s01", 0)
    looked_at(schedule, "s02", 0)
    assert schedule.take(ROUND - 1) is None
    assert schedule.take(ROUND + 1) == "s01"


def test_what_was_left_out_of_a_pass_brings_the_next_one_forward() -> None:
    schedule = with_students("s01")
    assert schedule.take(0) == "s01"
    schedule.done("s01", 1, 1, rest=30)
    assert schedule.take(30) is None
    assert schedule.take(32) == "s01"
    schedule.done("s01", 33, 1, rest=10 * ROUND)
    assert schedule.take(33 + ROUND) == "s01"


def test_who_has_no_database_yet_is_waited_for() -> None:
    schedule = Schedule()
    schedule.keep(["s01"])
    assert schedule.take(0) is None
    schedule.present(["s01", "postgres"])
    assert schedule.take(0) == "s01"


def test_a_write_is_looked_at_at_once_and_never_twice_within_the_gap() -> None:
    schedule = with_students("s01")
    looked_at(schedule, "s01", 0)
    schedule.changed("s01", 1)
    assert schedule.take(1) is None
    assert schedule.take(SHORTEST_GAP + 0.2) == "s01"


def test_a_write_during_a_pass_is_seen_by_the_next() -> None:
    schedule = with_students("s01")
    assert schedule.take(0) == "s01"
    schedule.changed("s01", 0.5)
    schedule.done("s01", 1, 0.5)
    assert schedule.take(1 + SHORTEST_GAP) == "s01"


def test_a_write_overtakes_the_round() -> None:
    schedule = with_students("s01", "s02")
    looked_at(schedule, "s01", 0)
    looked_at(schedule, "s02", 1)
    schedule.changed("s02", 30)
    assert schedule.take(31) == "s02"


def test_slow_ones_come_last_one_at_a_time_and_ever_later() -> None:
    schedule = with_students("s01", "s02", "s03")
    looked_at(schedule, "s01", 0, slow=True)
    looked_at(schedule, "s02", 0, slow=True)
    looked_at(schedule, "s03", 0)
    for student in ("s01", "s02", "s03"):
        schedule.changed(student, 5)
    assert schedule.take(20) == "s03"
    slow = schedule.take(20)
    assert slow in {"s01", "s02"}
    assert schedule.take(20) is None
    schedule.done(slow, 22, 2, unfinished=True, costly=True)
    other = schedule.take(22)
    assert other is not None
    assert {slow, other} == {"s01", "s02"}
    schedule.done(other, 24, 2)
    schedule.changed(slow, 23)
    assert schedule.take(35) is None
    assert schedule.take(43) == slow


def test_when_everybody_writes_the_gap_grows_within_its_bounds() -> None:
    students = [f"s{number}" for number in range(100)]
    schedule = with_students(*students)
    while student := schedule.take(0):
        schedule.done(student, 0, 0.02)
    assert schedule.gap == SHORTEST_GAP
    for student in students:
        schedule.changed(student, 1)
    assert SHORTEST_GAP < schedule.gap <= LONGEST_GAP


def test_who_left_during_a_pass_is_forgotten() -> None:
    schedule = with_students("s01")
    assert schedule.take(0) == "s01"
    schedule.keep([])
    schedule.done("s01", 1, 1)
    assert schedule.take(100) is None


def test_nobody_due_means_a_long_wait_and_somebody_due_a_short_one() -> None:
    schedule = with_students("s01")
    assert schedule.wait(0, 2) < 0.1
    looked_at(schedule, "s01", 0)
    assert schedule.wait(1, 2) == 2


def test_a_pass_that_came_to_an_end_early_goes_on_soon_and_only_who_stands_out_is_slow() -> None:
    schedule = with_students("s01", "s02", "s03")
    for _ in range(3):
        student = schedule.take(0)
        assert student is not None
        schedule.done(student, 2, 2.0, unfinished=True)  # the whole machine is slow
    assert {schedule.take(2 + LONGEST_GAP) for _ in range(3)} == {"s01", "s02", "s03"}
    schedule = with_students("s01", "s02", "s03")
    looked_at(schedule, "s01", 0, 0.1)
    looked_at(schedule, "s02", 0, 0.1)
    assert schedule.take(0) == "s03"
    schedule.done("s03", 2, 2.0, unfinished=True)  # each of its checks takes a second
    assert schedule.take(2 + FIRST_PENALTY - 1) is None
    assert schedule.take(2 + FIRST_PENALTY) == "s03"
