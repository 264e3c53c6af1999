"""The engine's protocol, spoken over real gRPC to a plugin that keeps its things in memory."""

from collections.abc import Iterator
from concurrent import futures
from typing import Any, ClassVar

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from offline.standins.properties import each
from offline.standins.resource import Call, Failed, Plugin, Resource, Unfinished
from offline.standins.server import Server
from offline.standins.values import UNKNOWN, Values, decode, encode

URN = "urn:pulumi:dev::mentor::mentor:Seats$memory:index/thing:Thing::one"


@pulumi.input_type
class ThingArgs:
    """As the SDK writes its classes: a constructor, and a typed getter for each property."""

    def __init__(self, *, kind: str) -> None: ...

    @property
    @pulumi.getter
    def name(self) -> str: ...  # type: ignore[empty-body]

    @property
    @pulumi.getter
    def kind(self) -> str: ...  # type: ignore[empty-body]

    @property
    @pulumi.getter
    def size(self) -> int: ...  # type: ignore[empty-body]

    @property
    @pulumi.getter
    def password(self) -> str: ...  # type: ignore[empty-body]


class Thing(Resource):
    typed: ClassVar = ThingArgs
    table: ClassVar = {**each("name", replaces=True), **each("kind", "password"), **each("size", default=1)}
    outputs: ClassVar = ("address", "token")
    renewed: ClassVar = ("address",)
    secret_outputs: ClassVar = frozenset({"token"})
    things: ClassVar[dict[str, Values]] = {}

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        if inputs["kind"] == "refused":
            raise Failed(f"{call.name} is refused")
        state = inputs | {"address": "here", "token": "hush"}
        if inputs["kind"] == "sick":
            raise Unfinished("made, but it does not answer", inputs["name"], state)
        self.things[inputs["name"]] = state
        return inputs["name"], state

    def read(self, resource_id: str, state: Values) -> Values | None:
        del state
        return self.things.get(resource_id)

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        del state, call
        self.things[resource_id] |= inputs
        return self.things[resource_id]

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        del state, call
        del self.things[resource_id]


configured: list[Values] = []


@pytest.fixture
def engine() -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    configured.clear()
    Thing.things = {}
    plugin = Plugin(
        name="memory",
        typed=ThingArgs,
        settings=each("kind", "size", "password"),
        configure=configured.append,
        resources={"memory:index/thing:Thing": Thing()},
    )
    server = grpc.server(futures.ThreadPoolExecutor(2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Server(plugin, "1.2.3", "127.0.0.1:1"), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None)


def test_version_and_schema(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    assert engine.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    assert "memory:index/thing:Thing" in engine.GetSchema(provider_pb2.GetSchemaRequest()).schema


def test_settings_are_json_except_where_they_are_text(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    args = encode({"kind": "k", "size": "5432", "password": "123456", "version": "1.2.3"}, {"password"})
    assert not engine.CheckConfig(provider_pb2.CheckRequest(news=args)).failures
    answer = engine.Configure(provider_pb2.ConfigureRequest(args=args))
    assert (answer.acceptSecrets, answer.supportsPreview) == (True, True)
    assert configured == [{"kind": "k", "size": 5432, "password": "123456"}]


def test_check_fills_in_defaults_and_keeps_secrets(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    news = encode({"name": "n", "kind": "k", "password": "p"}, {"password"})
    checked, secrets = decode(engine.Check(provider_pb2.CheckRequest(urn=URN, news=news)).inputs)
    assert checked == {"name": "n", "kind": "k", "password": "p", "size": 1}
    assert secrets == {"password"}


def test_check_names_every_failure(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = engine.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"size": "big"})))
    assert [failure.property for failure in answer.failures] == ["size", "kind", "name"]


@pytest.mark.parametrize(
    ("new", "ignored", "found"),
    [
        ({"name": "n", "kind": "k"}, [], {}),
        ({"name": "n", "kind": "other"}, [], {"kind": "UPDATE"}),
        ({"name": "n", "kind": "other"}, ["kind"], {}),
        ({"name": "n", "kind": "k", "password": "p"}, [], {"password": "ADD"}),
        ({"name": "m", "kind": "k"}, [], {"name": "UPDATE_REPLACE"}),
    ],
)
def test_diff(
    engine: provider_pb2_grpc.ResourceProviderStub, new: Values, ignored: list[str], found: dict[str, str]
) -> None:
    old = encode({"name": "n", "kind": "k", "size": 1})
    request = provider_pb2.DiffRequest(urn=URN, olds=old, old_inputs=old, news=encode(new), ignoreChanges=ignored)
    answer = engine.Diff(request)
    assert (answer.changes == answer.DIFF_SOME) == bool(found)
    kinds = {name: provider_pb2.PropertyDiff.Kind.Name(diff.kind) for name, diff in answer.detailedDiff.items()}
    assert kinds == found
    assert list(answer.replaces) == [name for name, kind in found.items() if kind.endswith("REPLACE")]
    assert not answer.deleteBeforeReplace  # of two names both can live at once


def test_a_thing_goes_before_its_successor_of_the_same_name(
    engine: provider_pb2_grpc.ResourceProviderStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Thing, "table", {**Thing.table, **each("kind", replaces=True)})
    old, new = encode({"name": "n", "kind": "k"}), encode({"name": "n", "kind": "other"})
    assert engine.Diff(provider_pb2.DiffRequest(urn=URN, olds=old, old_inputs=old, news=new)).deleteBeforeReplace


def test_create_at_preview_makes_nothing(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "n", "kind": UNKNOWN}), preview=True)
    planned, secrets = decode(engine.Create(request).properties)
    assert planned == {"name": "n", "kind": UNKNOWN, "address": UNKNOWN, "token": UNKNOWN}
    assert secrets == {"token"}
    assert not Thing.things


def test_life_with_secrets(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    inputs = encode({"name": "n", "kind": "k", "password": "p"}, {"password"})
    made = engine.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs))
    assert made.id == "n"
    state, secrets = decode(made.properties)
    assert state == {"name": "n", "kind": "k", "password": "p", "address": "here", "token": "hush"}
    assert secrets == {"password", "token"}

    read = engine.Read(provider_pb2.ReadRequest(urn=URN, id="n", properties=made.properties, inputs=inputs))
    assert (read.id, read.properties, read.inputs) == ("n", made.properties, inputs)

    news = encode({"name": "n", "kind": "other", "password": "q"}, {"password"})
    request = provider_pb2.UpdateRequest(urn=URN, id="n", olds=made.properties, news=news, preview=True)
    planned, secrets = decode(engine.Update(request).properties)
    assert (planned["address"], planned["token"], planned["kind"]) == (UNKNOWN, "hush", "other")
    assert secrets == {"password", "token"}
    request.preview = False
    updated, secrets = decode(engine.Update(request).properties)
    assert updated["kind"] == "other"
    assert secrets == {"password", "token"}

    engine.Delete(provider_pb2.DeleteRequest(urn=URN, id="n", properties=made.properties))
    assert engine.Read(provider_pb2.ReadRequest(urn=URN, id="n", properties=made.properties)).id == ""


def test_an_import_learns_the_inputs_from_what_is_there_where_the_stand_in_can(
    engine: provider_pb2_grpc.ResourceProviderStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "n", "kind": "k"})))
    with pytest.raises(grpc.RpcError, match="only the official plugin imports memory:index/thing:Thing"):
        engine.Read(provider_pb2.ReadRequest(urn=URN, id="n"))
    monkeypatch.setattr(Thing, "imports", True)
    read = engine.Read(provider_pb2.ReadRequest(urn=URN, id="n"))
    assert decode(read.inputs)[0] == {"name": "n", "kind": "k"}
    assert decode(read.properties)[0] == {"name": "n", "kind": "k", "address": "here", "token": "hush"}
    assert engine.Read(provider_pb2.ReadRequest(urn=URN, id="m")).id == ""


def test_a_failure_is_one_sentence(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "n", "kind": "refused"}))
    with pytest.raises(grpc.RpcError) as caught:
        engine.Create(request)
    assert caught.value.details() == "one is refused"


def test_what_was_made_but_is_not_ready_is_kept(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "n", "kind": "sick"}))
    with pytest.raises(grpc.RpcError) as caught:
        engine.Create(request)
    status, detail = status_pb2.Status(), provider_pb2.ErrorResourceInitFailed()
    metadata: Any = caught.value.trailing_metadata()
    status.ParseFromString(dict(metadata)["grpc-status-details-bin"])
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("n", ["made, but it does not answer"])
    state, secrets = decode(detail.properties)
    assert state["address"] == "here"
    assert secrets == {"token"}


def test_an_unknown_type_is_named_with_the_known_ones(engine: provider_pb2_grpc.ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError, match=r"knows memory:index/thing:Thing; not memory:index/other:Other"):
        engine.Check(provider_pb2.CheckRequest(urn="urn:pulumi:dev::mentor::memory:index/other:Other::x"))
