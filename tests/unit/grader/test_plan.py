import json
from pathlib import Path

import pytest

from images.grader.grader import plan

STEP = {"sql": "SELECT 1", "expected": {"kind": "truth"}}
GOOD = {"students": ["s01"], "tasks": [{"id": "t1", "checks": [{"id": "c1", "steps": [STEP]}]}]}


def test_a_new_plan_is_read_again_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    file = plan.PlanFile(path)
    assert file.current().students == ()
    plan.put(json.dumps(GOOD).encode(), path)
    first = file.current()
    assert first.students == ("s01",)
    assert file.current() is first
    plan.put(json.dumps(GOOD | {"students": ["s01", "s02"]}).encode(), path)
    assert file.current().students == ("s01", "s02")


@pytest.mark.parametrize(
    "wrong",
    [
        b"not json", b"[]", b'{"students": ["S01"]}', b'{"students": ["s_1"]}', b'{"students": ["s1\\n"]}',
        b'{"students": ["s1", "s1"]}', b'{"tasks": [{"id": "t", "checks": []}]}',
        b'{"tasks": [{"id": "t", "checks": [{"id": "c", "steps": []}]}]}',
        b'{"tasks": [{"id": "t", "checks": [{"id": "c", "steps": [{"sql": "x", "expected": {"kind": "no"}}]}]}]}',
        b'{"tasks": [{"id": "t", "checks": [{"id": "c", "steps": [{"sql": "", "expected": {"kind": "truth"}}]}]}]}',
    ],
)  # fmt: skip
def test_what_is_no_plan_changes_nothing(tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "checks.json"
    plan.put(json.dumps(GOOD).encode(), path)
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        plan.put(wrong, path)
    assert plan.PlanFile(path).current().students == ("s01",)


def test_a_file_that_was_spoilt_leaves_the_last_good_plan(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    plan.put(json.dumps(GOOD).encode(), path)
    file = plan.PlanFile(path)
    file.current()
    path.write_bytes(b"{")
    assert file.current().students == ("s01",)
