from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.spyglass import seat_double
from tests.unit.spyglass.people import World, class_json


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
