"""A workshop on another machine, reached by SSH: built there, reached there, and nothing sent to the wrong one."""

import json
import re
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from tests.ground import listing, run
from tests.live.node_kit import Node, Operator, known_node
from tests.live.portal_kit import sign_in, trusting
from tests.waiting import until
from tests.workshop_kit import Workshop


@pytest.fixture(scope="module")
def node(operator: Operator) -> Iterator[Node]:
    with known_node(operator) as node:
        yield node


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop], node: Node, operator: Operator) -> Workshop:
    """A workshop on the other machine; it goes with that."""
    node.give_base_and_cache(but="gateway")
    workshop = at(operator.sits_at(workshop_factory("remote", students=1)), node)
    workshop.up()
    return workshop


def at(workshop: Workshop, node: Node, port: str = "") -> Workshop:
    """Place a workshop on the other machine, reached at the usual port of SSH or another one."""
    workshop.set(
        hosts=[f"ssh://root@{node.address}{port}"],
        address=[node.address, "lab.example.org"],
        database={"port": workshop.database_port, "bind": "0.0.0.0"},
    )
    return workshop


def refused(workshop: Workshop) -> str:
    """The one line that an ``up`` ends with that cannot begin."""
    done = workshop.up(check=False)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    # The engine prints it twice: as it comes, and in its list of diagnostics.
    lines = {line[line.index("mentor:") :] for line in said.splitlines() if "mentor:hosts[0]" in line}
    resources = json.loads(workshop.pulumi("stack", "export").stdout)["deployment"].get("resources", [])
    assert [each["type"] for each in resources] in ([], ["pulumi:pulumi:Stack"])
    assert listing(workshop.stack) == set()
    (line,) = lines
    return line


@pytest.mark.parametrize(
    ("known", "says"), [("another", "shows another SSH host key"), ("none", "does not know the SSH host key")]
)
def test_a_machine_with_the_wrong_host_key_is_sent_nothing(
    workshop_factory: Callable[..., Workshop], node: Node, known: str, says: str
) -> None:
    before, visits = node.holds(), node.visits()
    stranger = Operator()
    try:
        if known == "another":
            stranger.knows(node.address, stranger.public_key)
        workshop = stranger.sits_at(workshop_factory(f"key-{known}", students=1))
        line = refused(at(workshop, node))
    finally:
        stranger.leaves()
    assert says in line
    assert "nothing was sent" in line
    assert (node.holds(), node.visits()) == (before, visits)


def test_a_machine_that_does_not_answer_is_one_line(
    workshop_factory: Callable[..., Workshop], node: Node, operator: Operator
) -> None:
    workshop = operator.sits_at(workshop_factory("asleep", students=1))
    assert "Connection refused" in refused(at(workshop, node, ":2"))


def test_a_second_up_and_a_refresh_change_nothing(lab: Workshop) -> None:
    lab.up("--expect-no-changes")
    lab.up("--refresh", "--expect-no-changes")


def test_an_sshd_as_it_comes_lets_everybody_in(lab: Workshop, node: Node) -> None:
    """Hundreds of docker's calls share a few connections."""
    before = node.visits()
    lab.up("--refresh")
    assert node.visits() - before < 20
    assert not re.search("MaxStartups|drop connection|no more sessions", node.log())


def test_everything_is_there_and_nothing_here(lab: Workshop, node: Node) -> None:
    there = node.holds()
    assert {f"container {lab.container(thing)}" for thing in ("gateway", "postgres", "seat-s01")} < there
    assert listing(lab.stack) == set()


def test_the_portal_and_the_database_answer_at_the_machines_address(lab: Workshop, node: Node) -> None:
    outputs = lab.outputs()
    url, authority, password = outputs["portalUrl"], outputs["caCertificate"], lab.passwords()["s01"]
    assert url == f"https://{node.address}:{lab.portal_port}"
    assert httpx.get(f"{url}/healthz", verify=trusting(authority)).status_code == 200
    assert sign_in(url, "s01", password, authority).status_code == 303
    assert sign_in(url, "s01", "wrong-password", authority).status_code == 401
    (card,) = outputs["credentials"]
    root = lab.folder / "ca.pem"
    root.write_text(authority)
    with psycopg.connect(
        card["database"].replace("require", "verify-full"), password=password, sslrootcert=str(root), connect_timeout=10
    ) as connection:
        assert connection.execute("select current_user").fetchone() == ("s01",)


def test_the_seats_terminal_answers_and_its_engine_runs(lab: Workshop, node: Node) -> None:
    node.docker("exec", lab.container("spyglass"), "wait-for", lab.container("seat-s01"), "2222", "5")
    seat = ("exec", "-u", "student", lab.container("seat-s01"), "bash", "-lc")
    assert node.docker(*seat, "docker run --rm --entrypoint psql lab/postgres:17 --version").startswith("psql")


def test_a_seat_does_not_reach_the_address_where_a_cloud_gives_credentials(lab: Workshop, node: Node) -> None:
    """The machine itself answers there, as a cloud's does, and any other container of it is let through."""
    address = "169.254.169.254"
    run("docker", "exec", node.name, "ip", "address", "add", f"{address}/32", "dev", "lo")
    run(
        "docker",
        "exec",
        "-d",
        "-w",
        "/usr/share/misc",
        node.name,
        "python3",
        "-m",
        "http.server",
        "80",
        "--bind",
        address,
    )
    image = node.docker("inspect", "-f", "{{.Image}}", lab.container("seat-s01"))
    ask = f"curl -sS -m 10 -o /dev/null -w '%{{http_code}}' http://{address}/"
    other = ("run", "--rm", "--entrypoint", "bash", image, "-c", f"{ask} || true")
    until(lambda: node.docker(*other).endswith("200"), lambda: node.docker(*other))
    seat = ("exec", "-u", "student", lab.container("seat-s01"), "bash", "-lc")
    said = node.docker(*seat, f"{ask}; echo exit $?")
    assert said.endswith("exit 7"), said  # refused at once; a time-out, 28, would prove nothing


def test_destroy_brings_the_work_here_and_leaves_nothing_there(lab: Workshop, node: Node) -> None:
    lab.destroy()
    assert {path.parent.name for path in (lab.archives / lab.stack).glob("*/*.tar.gz")} == {"s01", "teacher"}
    assert node.holds() == {"network bridge", "network host", "network none"}
