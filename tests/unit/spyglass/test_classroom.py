"""class.json: what is accepted, and what a new one changes."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from spyglass import classroom
from spyglass.classroom import Classroom, parse
from tests.unit.spyglass.people import PEOPLE, class_json


def put(path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    return classroom.main(path)


def test_a_new_class_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "class.json"
    room = Classroom(path)
    assert room.current() is None
    assert put(path, monkeypatch, json.dumps(class_json()).encode()) == 0
    assert room.find("s01") is not None
    assert put(path, monkeypatch, json.dumps(class_json(PEOPLE[1:])).encode()) == 0
    assert room.find("s01") is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"people": [PEOPLE[0], PEOPLE[0]]}, "more than once: s01"),
        ({"people": [PEOPLE[0] | {"id": "../x"}]}, "is not an id"),
        ({"people": [PEOPLE[0] | {"id": "s01\n"}]}, "is not an id"),
        ({"people": [PEOPLE[0] | {"role": "king"}]}, "people.0.role"),
        ({"people": [PEOPLE[0] | {"port": 0}]}, "people.0.port"),
        ({"origins": []}, "origins"),
        ({"event": {"name": "x", "time_zone": "Mars/Olympus"}}, "unknown time zone"),
    ],
)
def test_a_wrong_class_is_refused_and_the_old_one_stays(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    says: str,
) -> None:
    path = tmp_path / "class.json"
    put(path, monkeypatch, json.dumps(class_json()).encode())
    assert put(path, monkeypatch, json.dumps(class_json(**change)).encode()) == 1
    assert says in capsys.readouterr().err
    assert json.loads(path.read_text()) == class_json()


def test_a_file_that_was_broken_by_hand_does_not_end_the_class(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    path.write_text(json.dumps(class_json()))
    room = Classroom(path)
    assert room.find("s01")
    path.write_text("{")
    assert room.find("s01")


def test_the_default_port_is_left_out_as_browsers_do() -> None:
    course = parse(json.dumps(class_json(origins=["https://Lab.example:443", "https://a:8443"])).encode())
    assert course.origins == ("https://lab.example", "https://a:8443")
