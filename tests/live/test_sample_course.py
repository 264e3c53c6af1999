"""The sample course's checks in databases: none holds at the start, each holds with the solution.

`make test-lesson` tries those in seats too, and what `make lesson-test` says of a course that is wrong.
"""

import pytest

from ops import lesson_test
from tests.live import image_kit as kit


def test_each_check_tells_what_it_should(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    kit.need_engine()
    kit.scratch_images()
    monkeypatch.setenv("COURSE", "workshop")
    monkeypatch.setenv("SEAT", "no")
    assert lesson_test.main() == 0, capsys.readouterr().out
    assert capsys.readouterr().out.endswith("lesson-test: each tells what it should\n")
