"""The double of Grafana that checks what it is sent, and stacks of a program that makes boards there alone."""

from collections.abc import Callable, Iterator

import pytest

from tests.boards.alone import BoardsAlone
from tests.grafana_stub import Grafana, served
from tests.workshop_kit import Workshop


@pytest.fixture
def grafana() -> Iterator[tuple[Grafana, str]]:
    """A Grafana with nothing in it, and its address."""
    held = Grafana()
    with served(held) as url:
        yield held, url


@pytest.fixture(scope="module")
def program_factory(workshop_factory: Callable[..., Workshop]) -> Callable[[str], BoardsAlone]:
    """Make stacks of the program of the boards alone."""
    return lambda name: BoardsAlone(workshop_factory(name))


@pytest.fixture(scope="module")
def program(program_factory: Callable[[str], BoardsAlone]) -> BoardsAlone:
    """The one stack that most tests of a file need."""
    return program_factory("boards-alone")


@pytest.fixture
def stack(grafana: tuple[Grafana, str], program: BoardsAlone) -> Iterator[Workshop]:
    """It, told of this Grafana; what it made there goes at the end."""
    yield program.at(grafana[1])
    program.workshop.destroy(check=False)
