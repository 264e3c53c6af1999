"""What the engine keeps for everybody, and saves at every step: where a resource is declared, scripts by path."""

import importlib.util
import json
import re
from collections.abc import Callable

import pytest
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

from mentor import traces
from mentor.components.seats import SECCOMP
from tests.graph.conftest import ROOT, Graph


def as_it_comes() -> Callable[[], source_pb2.StackTrace]:
    """The SDK's own function, from a second copy of its module: the program has replaced that in the first by now."""
    assert resource.__file__
    spec = importlib.util.spec_from_file_location("pulumi.runtime.resource_as_it_comes", resource.__file__)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[], source_pb2.StackTrace] = module._get_stack_trace  # noqa: SLF001
    return found


def test_each_resource_has_its_own_place_as_the_sdk_finds_it_and_nothing_above(
    declare: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_trace, keep_short = as_it_comes(), traces.keep_short
    sent: list[tuple[source_pb2.StackTrace, source_pb2.SourcePosition | None, source_pb2.StackTrace]] = []

    def watched() -> None:
        keep_short()
        place = resource._get_source_position  # noqa: SLF001

        def both(trace: source_pb2.StackTrace) -> source_pb2.SourcePosition | None:
            sent.append((trace, place(trace), whole_trace()))
            return sent[-1][1]

        monkeypatch.setattr(resource, "_get_source_position", both)

    monkeypatch.setattr(traces, "keep_short", watched)
    graph = declare(students=1, event={"name": "for the traces"})
    assert len(sent) >= len(list(graph)), "the program shortens them before its first resource"
    for trace, place, whole in sent:
        assert not trace.frames
        assert place == whole.frames[0].pc
    assert max(len(whole.frames) for _, _, whole in sent) > 3


def test_databases_are_known_by_where_they_stood_in_an_earlier_version(declare: Callable[..., Graph]) -> None:
    graph = declare(students=1)
    for name in ("s01-role", "s01-database"):
        one = graph.by_name[name]
        assert one.parent.endswith("mentor:index:Databases::databases")
        assert one.alias_parents == {"urn:pulumi:dev::mentor::mentor:index:Databases$mentor:index:StudentDatabase::s01"}


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
    assert sum(hers.values()) < 6_200, sorted(hers.items(), key=lambda one: one[1])
    for name in ("s02-archive", "s02-joins"):
        command = more.by_name[name].inputs
        text = command["delete"] if name.endswith("archive") else command["create"]
        assert (ROOT / text.rpartition("exec bash ")[2]).is_file()
