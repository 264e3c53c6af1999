"""What a seat may take of its host is changed while somebody works in it."""

from collections.abc import Callable

import pytest

from tests.workshop_kit import Workshop, docker


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    made = workshop_factory("limits", students=1)
    made.up()
    return made


def test_a_seat_gets_more_memory_than_double_and_less_again_while_it_runs(lab: Workshop) -> None:
    lab.inside("s01", "echo precious > ~/work.txt")
    seat, gibibyte = lab.container("seat-s01"), 2**30
    started = docker("inspect", "-f", "{{.Id}}{{.State.StartedAt}}", seat)
    for size, limit in (("4g", 4 * gibibyte), ("512m", gibibyte // 2)):
        lab.set(seat={"memory": size})
        lab.up()
        limits = docker("inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}", seat)
        assert limits == f"{limit} {2 * limit}"
    assert docker("inspect", "-f", "{{.Id}}{{.State.StartedAt}}", seat) == started
    lab.up("--refresh", "--expect-no-changes")
    assert lab.inside("s01", "cat ~/work.txt") == "precious"
