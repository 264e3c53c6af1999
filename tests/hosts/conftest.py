"""Who sits at the other end of a far host."""

from collections.abc import Iterator

import pytest

from tests.live.node_kit import Operator


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    """Somebody at his own machine, for one file of tests."""
    operator = Operator()
    yield operator
    operator.leaves()
