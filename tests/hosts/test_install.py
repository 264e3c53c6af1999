"""A server as its provider hands it out, Debian with an sshd: `make up` brings Docker there, and then the workshop.

The second machine is a container with an address of its own; its packages come from Debian's mirror.
"""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.faults.fault_kit import Running, held, operate, quick, said
from tests.ground import listing
from tests.live.node_kit import Node, Operator, known_node
from tests.live.portal_kit import trusting
from tests.waiting import until
from tests.workshop_kit import Workshop

STUDENTS = 3


@pytest.fixture(scope="module")
def server(operator: Operator) -> Iterator[Node]:
    with known_node(operator, bare=True) as node:
        yield node


def at(workshop: Workshop, server: Node, user: str = "root") -> Workshop:
    """Place a workshop there; under which name people open it is not said."""
    workshop.set(
        hosts=[{"url": f"ssh://{user}@{server.address}", "install": "docker"}],
        database={"port": workshop.database_port, "bind": "0.0.0.0"},
    )
    return workshop


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop], server: Node, operator: Operator) -> Workshop:
    return at(operator.sits_at(quick(workshop_factory("bare", students=STUDENTS))), server)


def has_docker(server: Node) -> bool:
    return server.run("[ -e /var/lib/docker ] && echo yes || true") == "yes"


def test_a_preview_says_what_would_be_installed_and_touches_nothing(lab: Workshop, server: Node) -> None:
    text = said(lab.pulumi("preview"))
    assert "has no Docker yet" in text
    assert "docker-installed" in text
    assert "Network" not in text
    assert not has_docker(server)


def test_a_server_that_shows_another_key_is_sent_nothing(
    workshop_factory: Callable[..., Workshop], server: Node
) -> None:
    stranger, visits = Operator(), server.visits()
    try:
        stranger.knows(server.address, stranger.public_key)
        workshop = at(stranger.sits_at(quick(workshop_factory("stranger", students=1))), server)
        done = operate(workshop, "up")
    finally:
        stranger.leaves()
    assert done.returncode != 0
    assert "shows another SSH host key" in said(done)
    assert (has_docker(server), server.visits()) == (False, visits)


def at_work(server: Node, run: Running, script: str) -> Callable[[], bool]:
    """Whether the installation has come there; a run that ended before is an error."""

    def answer() -> bool:
        assert run.process.poll() is None, f"it ended before it came to {script!r}:\n{run.text}"
        return server.run(f"{script} || true") != ""

    return answer


def test_a_line_that_drops_while_docker_comes_is_named(lab: Workshop, server: Node) -> None:
    run = Running(lab)
    unpacked = "dpkg-query -W -f '${Status}' docker.io 2> /dev/null | grep -E 'half|unpacked'"
    until(at_work(server, run, unpacked), lambda: run.text)
    # With what it had begun, as when the machine goes down: dpkg is left with half of its work.
    server.run("pkill -KILL -f '^sshd-session: |^sshd: root@'; pkill -KILL apt-get; pkill -KILL dpkg; true")
    assert run.wait() != 0, run.text
    assert "up: not finished; mend what the messages above name" in run.text
    assert server.run("dpkg --audit") != ""


def test_a_run_that_dies_while_docker_comes_hinders_no_later_one(lab: Workshop, server: Node) -> None:
    run = Running(lab, "up", "--yes", "--skip-preview")
    until(at_work(server, run, "pgrep -f '^bash -s'"), lambda: run.text)
    run.kill()


def test_make_up_brings_docker_and_the_workshop_in_one_go(lab: Workshop, server: Node) -> None:
    # Debian's image is the last of the first round; before the second, this machine's builds are given as a cache.
    with held(lab, r"*image\ inspect*debian:*") as (run, hold):
        server.give_base_and_cache(but="gateway")
        hold.release()
        assert run.wait() == 0, run.text
    assert "recover: releasing the lock of a dead run" in run.text
    assert run.text.count("first Docker") == 1
    assert "installed anew" not in run.text
    assert f"lets in TCP {lab.portal_port} for everybody's browser, {lab.database_port} for this machine" in run.text
    assert f"seen from here, https://{server.address}:{lab.portal_port} answers" in run.text
    url, authority = lab.outputs()["portalUrl"], lab.outputs()["caCertificate"]
    assert url == f"https://{server.address}:{lab.portal_port}"
    assert httpx.get(f"{url}/healthz", verify=trusting(authority)).status_code == 200
    seats = [thing for thing in server.holds() if thing.startswith("container") and "-seat-" in thing]
    assert len(seats) == STUDENTS + 1
    assert listing(lab.stack) == set()


def test_a_seat_there_starts_its_own_engine(lab: Workshop, server: Node) -> None:
    seat = ("exec", "-u", "student", lab.container("seat-s01"), "bash", "-lc")
    assert server.docker(*seat, "docker info --format '{{.Driver}}'").strip()


def test_a_second_up_and_a_refresh_change_nothing(lab: Workshop) -> None:
    lab.up("--expect-no-changes")
    lab.up("--refresh", "--expect-no-changes")


def test_one_more_student_cuts_nobody_off(lab: Workshop, server: Node) -> None:
    def running() -> set[str]:
        return set(server.docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}").splitlines())

    before = running()
    lab.set(students=STUDENTS + 1)
    text = said(operate(lab, "up"))
    assert "first Docker" not in text
    assert "recover" not in text
    assert before < running()


def test_down_leaves_nothing_but_docker_and_says_so(lab: Workshop, server: Node) -> None:
    done = operate(lab, "down")
    assert done.returncode == 0, said(done)
    assert "Docker stays there" in said(done)
    assert server.holds() == {"network bridge", "network host", "network none"}


def test_somebody_who_may_use_sudo_has_docker_at_once(
    workshop_factory: Callable[..., Workshop], operator: Operator
) -> None:
    with known_node(operator, bare=True) as server:
        workshop = at(operator.sits_at(quick(workshop_factory("sudo", students=1))), server, "anna")
        text = said(workshop.up())
        assert "anna may use Docker" in text  # what was changed there is said
        assert "Docker 2" in text
        assert "once more brings the workshop" in text
        # In the same group at once, though the connections are shared.
        assert "docker-installed" not in said(workshop.pulumi("preview", "--diff"))
        assert workshop.outputs()["nextSteps"].startswith("Docker is on")
