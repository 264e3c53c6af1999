"""The sample course's exercises in containers of one's own, done in a seat as their text has them."""

from collections.abc import Callable

import pytest

from tests.waiting import until
from tests.workshop_kit import Workshop


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    workshop = workshop_factory("exercises", students=1)
    workshop.up()
    return workshop


def test_the_courses_two_servers_replicate_and_the_second_takes_over(lab: Workshop) -> None:
    def exercise(script: str, *, check: bool = True) -> str:
        return lab.inside("s01", f"cd /workshop/replication; {script}", check=check)

    def on(server: str, statement: str) -> str:
        return exercise(f'docker compose exec -T {server} psql -U postgres -qAtXc "{statement}"', check=False)

    exercise("docker compose up --detach --wait 2>&1")
    until(lambda: "takes writes" in exercise("./status") and "standbys connected: 1" in exercise("./status"),
          lambda: exercise("./status"))  # fmt: skip
    assert "wrote reading 1" in exercise("timeout 5 ./write", check=False)
    until(lambda: on("standby", "SELECT count(*) > 0 FROM reading") == "t", lambda: exercise("./status"))
    assert on("standby", "INSERT INTO reading DEFAULT VALUES") == ""
    exercise("docker compose kill primary 2>&1")
    assert on("standby", "SELECT pg_promote()") == "t"
    assert "wrote reading" in exercise("timeout 5 ./write standby", check=False)
    exercise("docker compose down --volumes 2>&1")
    assert lab.inside("s01", "docker ps -aq; docker volume ls -q") == ""
