import threading

import pytest

from offline.standins.resource import Call


@pytest.fixture
def lines() -> list[str]:
    """What a person sees of a resource at work."""
    return []


@pytest.fixture
def call(lines: list[str]) -> Call:
    return Call(name="thing", log=lines.append, cancelled=threading.Event())
