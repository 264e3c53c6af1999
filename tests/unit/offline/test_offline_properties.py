import pytest

from offline.standins.properties import Change, Property, changes, complaints, same
from offline.standins.values import UNKNOWN, decode, encode, unknown

TABLE = {
    "name": Property(required=True, replaces=True),
    "size": Property(kind="number", minimum=1),
    "mode": Property(one_of=("a", "b"), default="a"),
    "hosts": Property(kind="set", of={"host": Property(required=True), "ip": Property(default="0.0.0.0")}),
    "words": Property(kind="list"),
    "image": Property(computed=True),
    "password": Property(conflicts=("image",)),
}


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({"name": "x"}, []),
        ({}, ["missing required property 'name'"]),
        ({"name": 1}, ["'name' must be a string"]),
        ({"name": "x", "size": True}, ["'size' must be a number"]),
        ({"name": "x", "size": 0}, ["expected 'size' to be at least 1, got 0"]),
        ({"name": "x", "mode": "c"}, ["expected 'mode' to be one of a, b, got 'c'"]),
        ({"name": "x", "hosts": [{"ip": "1"}]}, ["missing required property 'hosts[0].host'"]),
        ({"name": "x", "hosts": [{"host": "h", "no": 1}]}, ["unexpected property 'hosts[0].no'"]),
        ({"name": "x", "hosts": ["h"]}, ["'hosts[0]' must be a object"]),
        ({"name": "x", "other": 1}, ["unexpected property 'other'"]),
        ({"name": "x", "password": "p", "image": "i"}, ["'password' conflicts with 'image'"]),
        ({"name": UNKNOWN, "size": UNKNOWN, "hosts": [UNKNOWN, {"host": UNKNOWN}]}, []),
    ],
)
def test_what_the_official_plugin_refuses_is_refused(inputs: dict[str, object], wrong: list[str]) -> None:
    assert [reason for _, reason in complaints(TABLE, inputs)] == wrong


def test_what_only_the_official_plugin_can_do_is_said_so() -> None:
    ((name, reason),) = complaints(TABLE, {"name": "x", "gpus": "all"}, frozenset({"gpus"}))
    assert name == "gpus"
    assert "official plugin only" in reason


@pytest.mark.parametrize("nothing", [None, "", 0, False, [], {}])
def test_nothing_empty_and_zero_are_one(nothing: object) -> None:
    assert same(Property(kind="any"), nothing, None)
    assert not same(Property(kind="any"), nothing, "something")


def test_a_set_has_no_order_and_a_list_has() -> None:
    assert same(Property(kind="set"), ["a", "b"], ["b", "a"])
    assert not same(Property(kind="set"), ["a", "b"], ["b"])
    assert not same(Property(kind="list"), ["a", "b"], ["b", "a"])


def test_defaults_count_as_given_at_every_depth() -> None:
    assert same(TABLE["hosts"], [{"host": "h", "ip": "0.0.0.0"}], [{"host": "h"}])
    assert not same(TABLE["hosts"], [{"host": "h", "ip": "10.0.0.1"}], [{"host": "h"}])
    assert same(TABLE["mode"], "a", None)


def test_changes_say_whether_they_replace_and_leave_computed_ones_alone() -> None:
    old = {"name": "x", "image": "sha256:1", "words": ["w"]}
    assert changes(TABLE, old, {"name": "y", "size": 2}) == {
        "name": Change(before=True, after=True, replaces=True),
        "size": Change(before=False, after=True, replaces=False),
        "words": Change(before=True, after=False, replaces=False),
    }
    assert changes(TABLE, old, {"name": "x", "words": ["w"], "image": UNKNOWN}).keys() == {"image"}


def test_values_survive_the_wire_and_secrets_are_known_by_name() -> None:
    values = {"text": "ä", "whole": 3, "part": 0.5, "yes": True, "list": [1, {"a": None, "b": "c"}], "none": None}
    plain, secrets = decode(encode(values, {"list", "none"}))
    assert plain == {"text": "ä", "whole": 3, "part": 0.5, "yes": True, "list": [1, {"b": "c"}]}
    assert secrets == {"list"}
    assert type(plain["whole"]) is int


def test_a_secret_deep_inside_makes_the_whole_property_secret() -> None:
    inner = encode({"content": "hush"}, {"content"})
    outer = encode({"uploads": [{}], "name": "x"})
    outer.fields["uploads"].list_value.values[0].struct_value.CopyFrom(inner)
    plain, secrets = decode(outer)
    assert plain == {"uploads": [{"content": "hush"}], "name": "x"}
    assert secrets == {"uploads"}


def test_unknown_is_found_at_every_depth() -> None:
    assert unknown({"a": [{"b": UNKNOWN}]})
    assert not unknown({"a": [{"b": "known"}]})
