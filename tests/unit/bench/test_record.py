"""Runs are files that add up; one that is broken is named, and stops nobody."""

import json
from pathlib import Path

import pytest

from bench.compare.record import newest, read_all, save
from tests.unit.bench.runs import run


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    later, earlier = run("mentor", 30, 5, day=2), run("loop", 10, 1, day=1)
    assert save(later, tmp_path / "runs").parent == tmp_path / "runs"
    save(earlier, tmp_path / "runs")
    assert read_all(tmp_path / "runs") == ([earlier, later], [])


def test_each_tool_size_and_time_has_a_file_of_its_own(tmp_path: Path) -> None:
    for one in (run("loop", 1), run("loop", 1, students=32), run("loop", 1, day=1), run("mentor", 1)):
        save(one, tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_folder_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    assert read_all(tmp_path / "none") == ([], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "broken.json: "),
        ("{", "broken.json: Invalid JSON"),
        ("[]", "broken.json: "),
        ("\x00\xff", "broken.json: Invalid JSON"),
        ('{"tool": "loop"}', "broken.json: version: Field required"),
    ],
)
def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path, text: str, said: str) -> None:
    save(run("loop", 1), tmp_path)
    (tmp_path / "broken.json").write_text(text, encoding="latin-1")
    runs, problems = read_all(tmp_path)
    assert [one.tool for one in runs] == ["loop"]
    assert len(problems) == 1
    assert problems[0].startswith(said)


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", 2), ("students", 0), ("students", "many"), ("load", float("nan")), ("more", 1), ("began", "once")],
)
def test_a_file_with_a_wrong_value_is_no_run(tmp_path: Path, key: str, value: object) -> None:
    content = json.loads(run("loop", 1).model_dump_json()) | {key: value}
    (tmp_path / "x.json").write_text(json.dumps(content))
    runs, [problem] = read_all(tmp_path)
    assert not runs
    assert problem.startswith("x.json: ")


def test_a_folder_that_is_called_like_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    assert read_all(tmp_path) == ([], ["x.json: Is a directory"])


def test_only_a_tools_newest_version_counts() -> None:
    old, loop = run("mentor", 30, day=0, version="0"), run("loop", 10, day=0)
    new = [run("mentor", 20, day=1), run("mentor", 21, day=2)]
    assert newest([new[1], old, loop, new[0]]) == ([new[1], loop, new[0]], 1)


def test_only_the_machine_of_the_newest_run_counts() -> None:
    there, here = run("loop", 10, machine="another"), run("mentor", 20, day=1)
    assert newest([there, here]) == ([here], 1)


def test_without_runs_there_is_no_newest() -> None:
    assert newest([]) == ([], 0)
