"""What is saved before a workshop goes, and when there is nothing to save."""

import stat
import subprocess
from pathlib import Path

import pytest

from ops import grades
from ops.console import StopError
from ops.engine import Engine


class Answers(Engine):
    """An engine that answers by the docker command's first words."""

    def __init__(self, **codes: int) -> None:
        super().__init__("unix:///nowhere")
        self.codes = codes

    def run(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        del given
        which = "start" if arguments[0] == "start" else "test" if "test" in arguments else "grades"
        code = self.codes.get(which, 0)
        return subprocess.CompletedProcess(arguments, code, "student,name\r\n" if code == 0 else "", "no such thing")


def test_they_are_saved_for_their_owner_only(tmp_path: Path) -> None:
    file = grades.keep(Answers(), "dev", tmp_path / "archive" / "dev")
    assert file is not None
    assert file.read_bytes() == b"student,name\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("answers", [Answers(start=1), Answers(test=1)])
def test_without_a_web_app_or_with_one_of_before_there_is_nothing_to_save(answers: Answers, tmp_path: Path) -> None:
    assert grades.keep(answers, "dev", tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("answers", [Answers(grades=1), Answers(test=126, grades=126)])
def test_what_is_there_and_cannot_be_saved_stops_the_run(answers: Answers, tmp_path: Path) -> None:
    with pytest.raises(StopError):
        grades.keep(answers, "dev", tmp_path)
    assert list(tmp_path.iterdir()) == []
