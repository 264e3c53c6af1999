"""A service's container is removed by hand, or its volume with it: both come back with all that was in them."""

from collections.abc import Callable

import pytest

from tests.faults.fault_kit import operate, said, with_programs
from tests.live.portal_kit import sign_in
from tests.workshop_kit import Workshop, docker


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    workshop = with_programs(workshop_factory("lost", students=2))
    workshop.up()
    return workshop


def lose(lab: Workshop, service: str) -> None:
    docker("rm", "-f", lab.container(service))
    docker("volume", "rm", lab.container(service))


def assert_it_works(lab: Workshop) -> None:
    """Sign in, a database with the course in it, what to look for, the course's image; and nothing left to do."""
    outputs = lab.outputs()
    for person in ("s01", "teacher"):
        answer = sign_in(outputs["portalUrl"], person, lab.passwords()[person], outputs["caCertificate"])
        assert answer.status_code == 303, answer.text
    assert lab.sql("s01", "SELECT count(*) > 0 FROM pg_tables WHERE schemaname = 'public'") == [(True,)]
    assert "oldest-books" in docker("exec", lab.container("grader"), "cat", "/var/lib/grader/checks.json")
    again = "docker image rm -f lab/postgres:17 >/dev/null; docker run --rm --entrypoint psql lab/postgres:17 --version"
    assert lab.inside("s01", again).startswith("psql")
    lab.up("--refresh", "--expect-no-changes")


def test_a_service_that_was_removed_by_hand_comes_back_with_all_its_joins(lab: Workshop) -> None:
    def joined(service: str, which: str = "$name") -> set[str]:
        template = f"{{{{range $name, $end := .NetworkSettings.Networks}}}}{{{{{which}}}}} {{{{end}}}}"
        return set(docker("inspect", "-f", template, lab.container(service)).split())

    wanted = joined("spyglass")
    assert {lab.container(f"seat-{person}") for person in ("s01", "s02", "teacher")} < wanted
    ends = {service: joined(service, "$end.EndpointID") for service in ("postgres", "registry")}
    docker("rm", "-f", lab.container("spyglass"))
    lab.up("--refresh")
    assert joined("spyglass") == wanted
    assert {service: joined(service, "$end.EndpointID") for service in ends} == ends, "nobody else was parted"

    lab.sql("s02", "create table kept (note text)")
    wanted = joined("postgres")
    docker("rm", "-f", lab.container("postgres"))
    lab.up("--refresh", check=False)
    lab.up()
    assert joined("postgres") == wanted
    assert lab.sql("s02", "select count(*) from kept") == [(0,)]
    lab.up("--refresh", "--expect-no-changes")


@pytest.mark.parametrize("service", ["directory", "spyglass", "registry", "grader"])
def test_a_refresh_brings_back_what_was_in_a_lost_volume(lab: Workshop, service: str) -> None:
    lose(lab, service)
    lab.up("--refresh")
    assert_it_works(lab)


@pytest.mark.parametrize("service", ["directory", "postgres"])
def test_make_up_notices_a_lost_volume_by_itself(lab: Workshop, service: str) -> None:
    lose(lab, service)
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert f"the volume {lab.container(service)} is gone" in said(done)
    assert_it_works(lab)


def test_a_lost_server_of_the_databases_comes_back_with_plain_pulumi_in_three_steps(lab: Workshop) -> None:
    lose(lab, "postgres")
    assert lab.up("--refresh", check=False).returncode != 0  # roles cannot be asked for
    lab.up()
    lab.up("--refresh")
    assert_it_works(lab)


def test_a_lost_home_is_made_anew_and_nobody_elses_is_touched(lab: Workshop) -> None:
    lab.inside("s02", "echo mine > ~/kept.txt")
    docker("rm", "-f", lab.container("seat-s01"))
    docker("volume", "rm", lab.container("seat-s01-home"))
    before = {name: identity for name, identity in lab.running().items() if name != lab.container("seat-s01")}
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert f"the volume {lab.container('seat-s01-home')} is gone" in said(done)
    assert "make restore" in said(done)
    assert before.items() <= lab.running().items()
    assert lab.inside("s02", "cat ~/kept.txt") == "mine"
    assert_it_works(lab)
