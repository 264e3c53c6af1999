from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.spyglass import seat_double, wall_kit
from tests.unit.spyglass.people import World, class_json
from tests.unit.spyglass.teaching import COURSE, Teaching


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A portal with a class in it."""
    made = World(tmp_path)
    made.put(class_json())
    return made


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[seat_double.SeatDouble]:
    """A real sshd, as in a seat; only where `seat_double.available`."""
    folder = tmp_path / "seat"
    folder.mkdir()
    with seat_double.seat(folder) as double:
        yield double


@pytest.fixture
def seats(monkeypatch: pytest.MonkeyPatch) -> dict[str, wall_kit.FakeControl]:
    """Seats whose tmux is made up."""
    return wall_kit.made_up(monkeypatch)


@pytest.fixture
def teaching(world: World) -> Teaching:
    """A class with a course, before anybody begins."""
    world.put(class_json(course=COURSE))
    return Teaching(world)
