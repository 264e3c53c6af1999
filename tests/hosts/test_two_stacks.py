"""Two workshops side by side on one host: nothing shared, and one goes without the other noticing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.ground import listing
from tests.workshop_kit import Workshop, docker


@pytest.fixture(scope="module")
def blue_and_green(workshop_factory: Callable[..., Workshop]) -> tuple[Workshop, Workshop]:
    pair = workshop_factory("blue", students=1), workshop_factory("green", students=1)
    # At the same time: two teachers do not wait for each other.
    with ThreadPoolExecutor() as both:
        list(both.map(Workshop.up, pair))
    return pair


def subnets(workshop: Workshop) -> set[str]:
    names = [thing.split()[1] for thing in listing(workshop.stack) if thing.startswith("network")]
    return set(docker("network", "inspect", "-f", "{{range .IPAM.Config}}{{.Subnet}}{{end}}", *names).split())


def works(workshop: Workshop) -> bool:
    with psycopg.connect(
        host="127.0.0.1", port=workshop.database_port, user="s01", dbname="s01", sslmode="require",
        password=workshop.passwords()["s01"],
    ) as connection:  # fmt: skip
        return connection.execute("select current_user").fetchone() == ("s01",)


def test_they_share_nothing(blue_and_green: tuple[Workshop, Workshop]) -> None:
    blue, green = blue_and_green
    assert len(listing(blue.stack)) == len(listing(green.stack)) > 10
    assert not listing(blue.stack) & listing(green.stack)
    assert not subnets(blue) & subnets(green)
    assert blue.passwords()["s01"] != green.passwords()["s01"]
    assert works(blue)
    assert works(green)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host="127.0.0.1", port=green.database_port, user="s01", dbname="s01", sslmode="require",
            password=blue.passwords()["s01"],
        )  # fmt: skip


def test_one_goes_and_the_other_does_not_notice(blue_and_green: tuple[Workshop, Workshop]) -> None:
    blue, green = blue_and_green
    before = green.running()
    blue.destroy()
    assert listing(blue.stack) == set()
    assert {path.parent.name for path in (blue.archives / blue.stack).glob("*/*.tar.gz")} == {"s01", "teacher"}
    assert green.running() == before
    green.up("--refresh", "--expect-no-changes")
    assert green.running() == before
    assert works(green)
