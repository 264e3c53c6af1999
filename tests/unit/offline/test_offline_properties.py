import pytest
from pulumi_command.local import CommandArgs
from pulumi_docker import ContainerArgs

from offline.standins.properties import Property, changes, complaints, each, same
from offline.standins.values import UNKNOWN, Values, decode, encode

TABLE = {
    **each("name", replaces=True),
    **each("size", "words"),
    **each("mode", default="a"),
    **each("image", computed=True),
    **each("hosts", of={**each("host"), **each("ip", default="0.0.0.0")}, unordered=True),
}
CONTAINER = {
    **each("image", "memory", "envs", "logOpts"),
    **each("ports", of=each("internal")),
    **each("start", default=True, fixed=True),
}


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({"image": "x"}, []),
        ({}, ["missing required property 'image'"]),
        ({"image": "x", "start": True}, []),
        ({"image": 1}, ["'image' must be a string"]),
        ({"image": "x", "memory": True}, ["'memory' must be a number"]),
        ({"image": "x", "envs": "a"}, ["'envs' must be a list"]),
        ({"image": "x", "logOpts": []}, ["'logOpts' must be a map"]),
        ({"image": "x", "ports": [{}]}, ["missing required property 'ports[0].internal'"]),
        ({"image": "x", "ports": [{"internal": 1, "no": 1}]}, ["unexpected property 'ports[0].no'"]),
        ({"image": "x", "ports": ["p"]}, ["'ports[0]' must be a object"]),
        ({"image": "x", "other": 1}, ["unexpected property 'other'"]),
        ({"image": UNKNOWN, "memory": UNKNOWN, "ports": [UNKNOWN, {"internal": UNKNOWN}]}, []),
    ],
)
def test_what_the_official_plugin_refuses_is_refused(inputs: Values, wrong: list[str]) -> None:
    assert [reason for _, reason in complaints(ContainerArgs, CONTAINER, inputs)] == wrong


@pytest.mark.parametrize(
    ("inputs", "named"),
    [({"gpus": "all"}, "gpus"), ({"start": False}, "start"), ({"ports": [{"ip": "::"}]}, "ports[0].ip")],
)
def test_what_only_the_official_plugin_can_do_is_said_so(inputs: Values, named: str) -> None:
    found = dict(complaints(ContainerArgs, CONTAINER, {"image": "x"} | inputs))
    assert found[named] == f"'{named}' works with the official plugin only, not with its offline stand-in"


def test_one_of_a_few_words_is_checked() -> None:
    ((_, reason),) = complaints(CommandArgs, each("logging"), {"logging": "loud"})
    assert reason == "expected 'logging' to be one of stdout, stderr, stdoutAndStderr, none, got 'loud'"


@pytest.mark.parametrize("nothing", [None, "", 0, False, [], {}])
def test_nothing_empty_and_zero_are_one(nothing: object) -> None:
    assert same(Property(), nothing, None)
    assert not same(Property(), nothing, "something")


def test_a_set_has_no_order_and_a_list_has() -> None:
    assert same(Property(unordered=True), ["a", "b"], ["b", "a"])
    assert not same(Property(unordered=True), ["a", "b"], ["b"])
    assert not same(Property(), ["a", "b"], ["b", "a"])


def test_defaults_count_as_given_at_every_depth() -> None:
    assert same(TABLE["hosts"], [{"host": "h", "ip": "0.0.0.0"}], [{"host": "h"}])
    assert not same(TABLE["hosts"], [{"host": "h", "ip": "10.0.0.1"}], [{"host": "h"}])
    assert same(TABLE["mode"], "a", None)


def test_changes_say_whether_they_replace_and_leave_computed_ones_alone() -> None:
    old = {"name": "x", "image": "sha256:1", "words": ["w"]}
    assert changes(TABLE, old, {"name": "y", "size": 2}) == {
        "name": "UPDATE_REPLACE",
        "size": "ADD",
        "words": "DELETE",
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
