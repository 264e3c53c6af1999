from pathlib import Path

import pytest

from tests.unit.spyglass.people import World, class_json


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A portal with a class in it."""
    made = World(tmp_path)
    made.put(class_json())
    return made
