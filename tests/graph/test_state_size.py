"""What the engine keeps for everybody, and saves at every step: no place in the program, scripts by path."""

import json
import re
import subprocess
from collections.abc import Callable
from unittest.mock import Mock

import pytest
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

from mentor import traces
from mentor.components.seats import SECCOMP
from mentor.components.services import Delivery
from tests.graph.conftest import ROOT, Graph


def test_no_resource_says_where_it_is_declared(declare: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[source_pb2.StackTrace, source_pb2.SourcePosition | None]] = []
    leave_out = traces.leave_out

    def watched() -> None:
        leave_out()
        place = resource._get_source_position  # noqa: SLF001

        def both(trace: source_pb2.StackTrace) -> source_pb2.SourcePosition | None:
            sent.append((trace, place(trace)))
            return sent[-1][1]

        monkeypatch.setattr(resource, "_get_source_position", both)

    monkeypatch.setattr(traces, "leave_out", watched)
    graph = declare(students=1, event={"name": "for the traces"})
    assert len(sent) >= len(list(graph)), "the program leaves them out before its first resource"
    assert all(not trace.frames and place is None for trace, place in sent)


def test_what_is_somebodys_is_known_by_where_it_stood_in_an_earlier_version(declare: Callable[..., Graph]) -> None:
    graph = declare(students=1)
    before = {"Databases": ("StudentDatabase", ("role", "database")),
              "Seats": ("Seat", ("machine", "network", "home", "engine"))}  # fmt: skip
    for group, (between, names) in before.items():
        for name in names:
            one = graph.by_name[f"s01-{name}"]
            assert one.parent.endswith(f"mentor:index:{group}::{group.lower()}")
            assert one.alias_parents == {f"urn:pulumi:dev::mentor::mentor:index:{group}$mentor:index:{between}::s01"}


def test_what_is_delivered_packed_arrives_as_it_was() -> None:
    text = json.dumps({"title": "Über 'Anführungen', \"$HOME\" und \\n", "more": ["x" * 1000] * 50})
    delivery = Delivery.packed(text, "cat", Mock(), Mock())
    assert delivery.stdin
    assert len(delivery.stdin) < len(text) / 50
    # A docker that runs what follows the container's name, here.
    script = 'docker() { shift 3; "$@"; }; ' + delivery.script
    done = subprocess.run(["bash", "-c", script], input=delivery.stdin.encode(), capture_output=True, check=True)
    assert done.stdout == text.encode()


def test_a_seat_has_every_rule_of_its_filter_without_the_comments(declare: Callable[..., Graph]) -> None:
    options = declare(students=1).by_name["s01-machine"].inputs["securityOpts"]
    [said] = [text.removeprefix("seccomp=") for text in options if text.startswith("seccomp=")]
    written = json.loads(SECCOMP.read_text())
    assert all(rule.pop("comment") for rule in written["syscalls"])
    assert json.loads(said) == written
    assert not re.search(r"\s", said)


def test_what_is_kept_for_each_person_is_short_and_names_its_scripts_by_path(declare: Callable[..., Graph]) -> None:
    few, more = (declare(students=number, event={"name": "for their size"}) for number in (1, 2))
    sizes = {one.name: len(json.dumps(dict(one.inputs), default=str)) for one in more if one.name not in few.by_name}
    hers = {name: size for name, size in sizes.items() if "s02" in name}
    assert len(hers) >= 9
    # The seat's filter of system calls is in it: the engine takes it by its text alone. What it says to people is not.
    assert sum(hers.values()) < 5_600, sorted(hers.items(), key=lambda one: one[1])
    for name in ("s02-archive", "s02-joins"):
        command = more.by_name[name].inputs
        text = command["delete"] if name.endswith("archive") else command["create"]
        assert [(ROOT / path).is_file() for path in re.findall(r"file=(\S+);", text)] == [True]
