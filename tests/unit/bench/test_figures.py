"""Medians, ratios to the loop, and where a tool is slower."""

import pytest

from bench.compare.figures import Figures
from tests.unit.bench.runs import run, step

RUNS = [
    run("loop", 10, 1, 2, 2, 4),
    run("loop", 14, 1, 2, 2, 4),
    run("loop", 30, 1, 2, 2, 4),
    run("mentor", 28, 5, 1, 8, 16),
    run("compose", 7),
]


def test_a_median_is_over_the_runs_of_one_tool_and_size() -> None:
    figures = Figures.of([*RUNS, run("loop", 99, students=32)])
    assert figures.median("loop", 8, "up") == 14
    assert figures.median("loop", 32, "up") == 99
    assert figures.median("compose", 8, "destroy") is None


def test_what_a_step_took_is_the_command_and_the_logins() -> None:
    assert step("up", 10, command=3.0, probe=4.0).seconds == 7


def test_a_ratio_is_to_the_loops_median() -> None:
    figures = Figures.of(RUNS)
    assert figures.ratio("mentor", 8, "up") == 2
    assert figures.ratio("compose", 8, "up") == 0.5
    assert figures.ratio("loop", 8, "up") == 1


def test_without_the_loop_there_is_no_ratio() -> None:
    assert Figures.of(RUNS[3:]).ratio("mentor", 8, "up") is None
    assert Figures.of([*RUNS, run("mentor", 50, students=32)]).ratio("mentor", 32, "up") is None


def test_a_loop_that_took_no_time_is_no_divisor() -> None:
    none = run("loop").model_copy(update={"steps": (step("up", 0, command=0, probe=0),)})
    assert Figures.of([none, RUNS[3]]).ratio("mentor", 8, "up") is None


def test_a_run_that_failed_counts_for_nothing() -> None:
    figures = Figures.of([*RUNS, run("mentor", 1000, error="one more: it fell"), run("ansible", 1, error="no")])
    assert figures.median("mentor", 8, "up") == 28
    assert figures.tools == {"loop", "mentor", "compose"}
    assert figures.count("mentor", 8) == 1


def test_where_a_tool_is_slower_the_quickest_is_named() -> None:
    lost = Figures.of(RUNS).slower("mentor")
    assert lost == [(8, "up", "compose"), (8, "no change", "loop"), (8, "one less", "loop"), (8, "destroy", "loop")]


def test_a_tool_that_was_not_measured_loses_nowhere() -> None:
    assert Figures.of(RUNS).slower("ansible") == []
    assert Figures.of([]).slower("mentor") == []


@pytest.mark.parametrize("tool", ["compose", "mentor"])
def test_what_was_made_anew_is_known_by_tool_and_step(tool: str) -> None:
    steps = (step("up", 1), step("one more", 1, made_anew=("postgres",)))
    figures = Figures.of([*RUNS, run("compose").model_copy(update={"steps": steps})])
    assert figures.made_anew(tool) == ({"one more": {"postgres"}} if tool == "compose" else {})
