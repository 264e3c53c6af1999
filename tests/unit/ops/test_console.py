"""Asking before somebody loses something."""

import io

import pytest

from ops import console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(console.StopError, match="YES=1") as stopped:
        console.confirm("Go on?")
    assert stopped.value.status == console.REFUSED == 3


def test_yes_1_answers_for_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YES", "1")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    console.confirm("Go on?")


@pytest.mark.parametrize(("answer", "agreed"), [("y", True), ("YES", True), ("", False), ("n", False), ("yo", False)])
def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool) -> None:
    monkeypatch.setenv("YES", "")
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    if agreed:
        console.confirm("Go on?")
    else:
        with pytest.raises(console.StopError):
            console.confirm("Go on?")


def test_a_stop_is_one_message_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    def stops() -> int:
        raise console.StopError("no engine", 4)

    with pytest.raises(SystemExit) as ended:
        console.run(stops)
    assert ended.value.code == 4
    assert capsys.readouterr().err == "no engine\n"
