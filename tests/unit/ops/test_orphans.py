"""What a broken run left behind, and what of it may go."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.engine import Engine, Found
from ops.orphans import State, judge, server_side, without

STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD = STARTED - timedelta(hours=1)
NEW = STARTED + timedelta(seconds=3)


def found(name: str, kind: str = "container", created: datetime | None = OLD) -> Found:
    return Found(kind=kind, name=name, id=f"id-{name}", created=created)


def deployment(known: list[str], pending: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "resources": [
            {
                "urn": f"u::{name}",
                "type": "docker:index/container:Container",
                "id": f"id-{name}",
                "inputs": {"name": name},
            }
            for name in known
        ],
        "pending_operations": [
            {"type": "creating", "resource": {"urn": f"u::{name}", "type": kind, "inputs": {"name": name}}}
            for kind, name in pending
        ],
    }


def test_what_the_run_was_about_to_make_goes() -> None:
    state = State.of(deployment([], [("docker:index/container:Container", "mentor-dev-seat-s01")]))
    verdict = judge(state, [found("mentor-dev-seat-s01")])
    assert [thing.name for thing in verdict.remove] == ["mentor-dev-seat-s01"]


def test_what_the_state_knows_stays() -> None:
    state = State.of(deployment(["a"], [("docker:index/container:Container", "a")]))
    assert judge(state, [found("a")]).remove == ()


def test_what_was_made_since_the_dead_run_began_goes() -> None:
    verdict = judge(State.of({}), [found("a", created=NEW)], since=STARTED)
    assert [thing.name for thing in verdict.remove] == ["a"]


def test_a_state_that_owns_nothing_here_removes_nothing_unasked() -> None:
    """Another operator may use the same stack name on the same host."""
    verdict = judge(State.of({}), [found("a")], since=STARTED)
    assert verdict.remove == ()
    assert [thing.name for thing in verdict.report] == ["a"]


def test_a_state_that_owns_the_rest_owns_the_strays() -> None:
    verdict = judge(State.of(deployment(["a"], [])), [found("a"), found("b")])
    assert [thing.name for thing in verdict.remove] == ["b"]


@given(
    names=st.lists(st.sampled_from("abcdef"), unique=True),
    known=st.lists(st.sampled_from("abcdef"), unique=True),
    kind=st.sampled_from(["container", "network", "volume"]),
    recent=st.booleans(),
)
def test_no_volume_and_nothing_known_is_ever_removed(
    names: list[str],
    known: list[str],
    kind: str,
    recent: bool,
) -> None:
    things = [found(name, kind, NEW if recent else OLD) for name in names]
    verdict = judge(State.of(deployment(known, [])), things, since=STARTED)
    assert all(thing.kind != "volume" and thing.name not in known for thing in verdict.remove)


def test_roles_and_databases_are_looked_at_only_if_pending_and_unknown() -> None:
    pending = [("postgresql:index/role:Role", "s01"), ("postgresql:index/database:Database", "s01")]
    assert server_side(State.of(deployment([], pending))) == (("database", "s01"), ("role", "s01"))
    assert server_side(State.of(deployment([], []))) == ()


def test_other_pending_operations_are_counted_only() -> None:
    operations = [{"type": "deleting", "resource": {"urn": "u::a", "type": "docker:index/container:Container"}}]
    state = State.of({"pending_operations": operations})
    assert (state.unfinished, state.pending) == (1, ())


def test_a_volume_cannot_be_removed_by_mistake() -> None:
    with pytest.raises(ValueError, match="never removed"):
        Engine("unix:///nowhere").remove(found("a", "volume"))


def test_what_a_dead_run_had_dropped_already_leaves_the_state_with_its_operation() -> None:
    role = {"urn": "urn::s03-role", "type": "postgresql:index/role:Role", "id": "s03", "inputs": {"name": "s03"}}
    home = {"urn": "urn::s03-home", "type": "docker:index/volume:Volume", "id": "home"}
    document = {
        "resources": [role, home],
        "pending_operations": [{"type": "deleting", "resource": role}, {"type": "deleting", "resource": home}],
    }
    assert [(one.kind, one.name, one.id) for one in State.of(document).going] == [
        ("role", "s03", "s03"),
        ("volume", "s03-home", "home"),
    ]
    assert without(document, {"urn::s03-role"}) == {"resources": [home]}
    assert without(document, set()) == {"resources": [role, home]}


def test_a_command_that_was_being_undone_keeps_its_stored_script() -> None:
    inputs: dict[str, Any] = {"delete": "docker network disconnect", "environment": {"NETWORK": "n"}}
    join = {"urn": "urn::s01-joins-spyglass", "type": "command:local:Command", "id": "x", "inputs": inputs}
    (going,) = State.of({"pending_operations": [{"type": "deleting", "resource": join}]}).going
    assert (going.script, going.environment) == ("docker network disconnect", {"NETWORK": "n"})
    inputs["environment"] = {"NETWORK": {"ciphertext": "v1:..."}}
    assert State.of({"pending_operations": [{"type": "deleting", "resource": join}]}).going == ()


def test_what_was_deleted_to_be_replaced_stays_marked_while_something_depends_on_it() -> None:
    machine = {"urn": "urn::s01-machine", "id": "abc"}
    join = {"urn": "urn::s01-joins-spyglass", "id": "def", "propertyDependencies": {"triggers": ["urn::s01-machine"]}}
    document = {
        "resources": [machine, join],
        "pending_operations": [{"type": "deleting", "resource": machine}],
    }
    assert without(document, {"urn::s01-machine"}) == {"resources": [machine | {"pendingReplacement": True}, join]}
