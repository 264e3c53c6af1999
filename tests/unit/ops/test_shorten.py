"""What a destroy of everything is not told of, and that the order of all else stays."""

from typing import Any

from ops.references import needs
from ops.shorten import with_what_is_needed, without_what_goes_along


def one(urn: str, *dependencies: str, **more: Any) -> dict[str, Any]:
    return {"urn": urn, "dependencies": list(dependencies), **more}


STATE = [
    one("components"),
    one("provider"),
    one("data"),
    one("server", "data"),
    one("home"),
    one("template", "server", deletedWith="data"),
    one("machine", "home", "template"),
    one("role", "template", deletedWith="data", parent="components", provider="provider::some-id"),
    one("database", "role", deletedWith="data", propertyDependencies={"owner": ["role"]}),
    one("archive", "machine", "database", propertyDependencies={"triggers": ["home", "database"]}),
    one("board", "server", deletedWith="data", type="grafana:oss/dashboard:Dashboard"),
    one("elsewhere", deletedWith="a volume of another workshop"),
]


def below(state: dict[str, Any], urn: str) -> set[str]:
    """All that has to wait until this one is deleted."""
    found = {each["urn"]: needs(each) for each in state["resources"]}
    waiting, seen = [urn], set[str]()
    while waiting:
        more = found[waiting.pop()] - seen
        seen |= more
        waiting += more & found.keys()
    return seen


def test_what_goes_with_its_volume_is_left_out_and_all_else_waits_as_before() -> None:
    short = without_what_goes_along({"resources": STATE, "manifest": {"time": "x"}})
    assert short["manifest"] == {"time": "x"}
    names = [each["urn"] for each in short["resources"]]
    assert names == ["components", "provider", "data", "server", "home", "machine", "archive", "board", "elsewhere"]
    gone = {"template", "role", "database"}
    for name in names:
        assert below(short, name) == below({"resources": STATE}, name) - gone
    assert {"data", "server", "home", "machine"} <= below(short, "archive"), "an archive comes before what it reads"


def test_each_stands_after_what_it_needs() -> None:
    """Pulumi refuses another state."""
    seen: set[str] = set()
    for each in without_what_goes_along({"resources": STATE})["resources"][:-1]:
        assert needs(each) <= seen
        seen.add(each["urn"])


def test_what_is_being_deleted_already_holds_nothing() -> None:
    state = [one("data", delete=True), one("role", deletedWith="data"), one("other")]
    assert without_what_goes_along({"resources": state})["resources"] == state
    assert without_what_goes_along({}) == {"resources": []}


def left_of(state: list[dict[str, Any]], *gone: str) -> dict[str, Any]:
    """What a destroy of the short state leaves when these are deleted."""
    short = without_what_goes_along({"resources": state})["resources"]
    return {"resources": [each for each in short if each["urn"] not in gone], "pending_operations": []}


def names(state: dict[str, Any]) -> list[str]:
    return [each["urn"] for each in state["resources"]]


def test_what_could_not_be_deleted_has_again_what_it_needs_with_all_that_is_around_it() -> None:
    gone = "elsewhere"
    found = with_what_is_needed(left_of(STATE, "components", "provider", gone), {"resources": STATE})
    assert names(found) == [each["urn"] for each in STATE if each["urn"] != gone], "each after what it needs"
    assert found["pending_operations"] == []
    for name in names(found):
        assert below(found, name) == below({"resources": STATE}, name)


def test_a_database_that_is_back_waits_for_its_archive_and_so_it_is_after_another_stopped_destroy() -> None:
    home = one("home of another")
    first = with_what_is_needed(left_of([*STATE, home], "home of another"), {"resources": [*STATE, home]})
    assert first["resources"] == STATE
    second = with_what_is_needed(left_of(first["resources"], "elsewhere"), first)
    assert {"database", "role"} <= below(second, "archive")


def test_a_destroy_that_deleted_nothing_has_changed_nothing() -> None:
    state = [*STATE, one("account", "server", deletedWith="data")]
    assert with_what_is_needed(left_of(state), {"resources": state})["resources"] == state


def test_what_nothing_needs_any_more_or_has_gone_with_its_volume_stays_out() -> None:
    done = left_of(STATE, "archive", "machine")
    assert names(with_what_is_needed(done, {"resources": STATE})) == names(done)
    everything = left_of(STATE, *(each["urn"] for each in STATE))
    assert with_what_is_needed(everything, {"resources": STATE}) == everything
    # Nothing is said to be in a volume that is not there, whatever else is left.
    without = left_of(STATE, "data", "server")
    assert names(with_what_is_needed(without, {"resources": STATE})) == names(without)


def test_one_that_is_being_replaced_is_not_taken_for_the_one_that_lives() -> None:
    replaced = one("role", "data", deletedWith="data", delete=True)
    state = [*STATE, replaced]
    short = without_what_goes_along({"resources": state})
    assert replaced not in short["resources"]
    back = with_what_is_needed(left_of(state, "elsewhere"), {"resources": state})
    assert names(back) == [each["urn"] for each in STATE if each["urn"] != "elsewhere"]
    assert not any(each.get("delete") for each in back["resources"])
