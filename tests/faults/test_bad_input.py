"""What a person gets wrong before anything runs: one report, no stack trace, and nothing on the host is touched."""

import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.fault_kit import assert_whole, operate, quick, said
from tests.ground import listing
from tests.workshop_kit import Workshop, docker

MISTAKES: dict[str, Any] = {
    "students": ["Anna", "anna", None, 7],
    "studnets": 3,
    "hosts": ["tcp://host:2375"],
    "event": {"timeZone": "Mars/Base"},
    "seat": {"memory": "512mb", "cpu": 2},
    "https": {"port": 70000},
    "database": {"connections": "ten"},
    "network": {"pool": "10.64.0.0/33"},
    "visibility": "all",
    "archive": {"maximum": "-1"},
    "course": "nowhere",
}
KEYS = {
    "students[1]", "students[2]", "students[3]", "studnets", "hosts[0]", "event.timeZone", "seat.memory", "seat.cpu",
    "https.port", "database.connections", "network.pool", "visibility", "archive.maximum", "course",
}  # fmt: skip


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    return quick(workshop_factory("wrong", students=1))


@pytest.fixture
def settings(lab: Workshop) -> Iterator[None]:
    """What a test writes into the settings is taken back."""
    before = lab.file.read_text()
    yield
    lab.file.write_text(before)


def resources(lab: Workshop) -> list[str]:
    """The names in the state; the engine writes down the stack itself before it asks the program."""
    deployment = json.loads(lab.pulumi("stack", "export").stdout)["deployment"]
    return [one["urn"].rsplit("::", 1)[-1] for one in deployment.get("resources") or [] if one.get("parent")]


def three_ways(lab: Workshop, **environment: str) -> list[subprocess.CompletedProcess[str]]:
    """A preview, an ``up`` without one, and ``make up``."""
    return [
        lab.pulumi("preview", check=False, **environment),
        lab.up(check=False, **environment),
        operate(lab, "up", **environment),
    ]


def refused(lab: Workshop, *texts: str, **environment: str) -> list[str]:
    """Each of the three ways stops with these texts, and touches nothing."""
    things, known = listing(lab.stack), resources(lab)
    shown = []
    for done in three_ways(lab, **environment):
        assert done.returncode != 0
        shown.append(said(done))
        for text in texts:
            assert text in shown[-1], shown[-1]
    assert listing(lab.stack) == things
    assert resources(lab) == known
    return shown


def reported(text: str) -> list[str]:
    """The lines of the report of a preview or an ``up``: those in its closing diagnostics."""
    closing = text.partition("Diagnostics:")[2] or text
    return re.findall(r"^(?: {4})?(?:error: )?mentor:(\S+): ", closing, re.MULTILINE)


@pytest.mark.usefixtures("settings")
def test_all_mistakes_are_in_one_report_before_anything_is_made(lab: Workshop) -> None:
    lab.set(**MISTAKES)
    for text in refused(lab):
        lines = reported(text)
        assert len(lines) == len(set(lines))
        assert set(lines) == KEYS, text
    assert listing(lab.stack) == set()


@pytest.mark.usefixtures("settings")
def test_a_held_port_is_named_with_its_key(lab: Workshop) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        lab.set(database={"port": port})
        refused(lab, f"mentor:database.port: {port} is held by ")


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("url", ["unix:///tmp/no-engine-here.sock", "ssh://root@127.0.0.1:1"])
def test_a_host_that_does_not_answer_is_named(lab: Workshop, url: str) -> None:
    # With these two a far host is a possible one.
    lab.set(hosts=[url], database={"bind": "0.0.0.0"}, https={"bind": "127.0.0.1"})
    for text in refused(lab, f'mentor:hosts[0]: "{url}" cannot be used: '):
        assert reported(text) == ["hosts[0]"]


@pytest.mark.parametrize("variable", [{"PULUMI_CONFIG_PASSPHRASE": "another"}, {}])
def test_a_wrong_or_missing_passphrase_is_one_line(lab: Workshop, variable: dict[str, str]) -> None:
    kept = lab.environment.pop("PULUMI_CONFIG_PASSPHRASE")
    try:
        ways = three_ways(lab, **variable)
    finally:
        lab.environment["PULUMI_CONFIG_PASSPHRASE"] = kept
    for done in ways:
        assert done.returncode != 0
        (line,) = [line for line in said(done).splitlines() if line and not line.startswith("up: looking")]
        assert "passphrase" in line


def test_a_mistake_in_the_courses_sql_is_named_before_anybodys_things_are_made(lab: Workshop) -> None:
    sample = lab.folder / "workshop" / "sample.sql"
    good = sample.read_text()
    sample.write_text(good + "\nSELECT no_such_column FROM given;\n")
    done = operate(lab, "up")
    sample.write_text(good)
    assert done.returncode != 0
    assert "sample.sql:3: ERROR:" in said(done)
    assert "set -euo pipefail" not in said(done), "the script is printed before the reason"
    assert not [thing for thing in listing(lab.stack) if "seat" in thing]
    made = {name for name in resources(lab) if name.startswith(("s01-", "teacher-"))}
    assert not made
    roles = docker("exec", "-u", "postgres", lab.container("postgres"), "psql", "-XAtc", "SELECT rolname FROM pg_roles")
    assert {"s01", "teacher"}.isdisjoint(roles.split())
    # How far the rest had come is a matter of chance, and all the same: without a directory there is no account.
    directory = lab.container("directory")
    if f"container {directory}" in listing(lab.stack):
        search = "ldapsearch -QLLL -Y EXTERNAL -H ldapi:/// -b dc=mentor uid=s01"
        assert "uid: s01" not in docker("exec", directory, "sh", "-c", search)


def test_the_corrected_course_is_all_that_it_takes(lab: Workshop) -> None:
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert_whole(lab, ["s01", "teacher"])


@pytest.mark.usefixtures("settings")
def test_mistakes_touch_nothing_of_a_workshop_that_runs(lab: Workshop) -> None:
    before = lab.running()
    # `hosts` stays right: with another one, everything would be somewhere else.
    lab.set(**{key: value for key, value in MISTAKES.items() if key != "hosts"})
    for text in refused(lab):
        assert set(reported(text)) == KEYS - {"hosts[0]"}, text
    assert lab.running() == before


def test_a_mistake_in_new_sql_leaves_the_class_as_it_is(lab: Workshop) -> None:
    sample = lab.folder / "workshop" / "sample.sql"
    good, before = sample.read_text(), listing(lab.stack)
    sample.write_text(good + "\nSELECT 1 +;\n")
    done = operate(lab, "up")
    sample.write_text(good)
    assert done.returncode != 0
    assert "sample.sql:3: ERROR:" in said(done)
    assert listing(lab.stack) == before
    given = docker(
        "exec", "-u", "postgres", lab.container("postgres"), "psql", "-d", "s01", "-XAtc", "SELECT count(*) FROM given"
    )
    assert given == "100"
    assert operate(lab, "up").returncode == 0
