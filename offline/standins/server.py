"""The engine's side of a stand-in: one gRPC service that turns requests into plain values and calls the adapters."""
# ruff: noqa: N802, D102, ARG002 -- the protocol names the methods and their arguments

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Collection, Iterable
from concurrent import futures
from typing import TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from offline.standins.properties import Change, Table, complaints
from offline.standins.resource import Call, Failed, Plugin, Resource, Unfinished
from offline.standins.values import UNKNOWN, Values, decode, encode, to_wire

# The engine sends as many requests at once as `--parallel` says; each may block for minutes.
_WORKERS = 64
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_ENGINES = ("version", "pluginDownloadURL")  # settings of every provider that are the engine's own business
_Kind = provider_pb2.PropertyDiff
Context = grpc.ServicerContext
Answer = TypeVar("Answer")


class Server(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine for one plugin."""

    def __init__(self, plugin: Plugin, version: str, engine: str) -> None:
        self.plugin = plugin
        self.version = version
        self.engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine, options=_OPTIONS))
        self.cancelled = threading.Event()

    # The plugin and its provider resource

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(self, request: provider_pb2.GetSchemaRequest, context: Context) -> provider_pb2.GetSchemaResponse:
        schema = {
            "name": self.plugin.name,
            "version": self.version,
            "resources": {token: {} for token in self.plugin.resources},
        }
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        self.cancelled.set()
        return empty_pb2.Empty()

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        inputs, _ = decode(request.news)
        settings = {name: value for name, value in _public(inputs).items() if name not in _ENGINES}
        wrong = complaints(self.plugin.settings, _parsed(self.plugin.settings, settings))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(wrong))

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        changed = decode(request.old_inputs)[0] != decode(request.news)[0]
        response = provider_pb2.DiffResponse
        return response(changes=response.DIFF_SOME if changed else response.DIFF_NONE)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
        settings = _parsed(self.plugin.settings, decode(request.args)[0])
        _answered(context, lambda: self.plugin.configure(settings))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    # Resources

    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        adapter = self._adapter(request.urn, context)
        inputs, secrets = decode(request.news)
        old, _ = decode(request.olds)
        wrong = adapter.complaints(inputs)
        answer = struct_pb2.Struct()
        for name in inputs:
            answer.fields[name].CopyFrom(request.news.fields[name])
        if wrong:
            return provider_pb2.CheckResponse(inputs=answer, failures=_failures(wrong))
        if adapter.named and "name" not in inputs:
            kept = old["name"] if "name" in old.get("__defaults", []) else None
            answer.fields["name"].CopyFrom(to_wire(kept or _unique(request.urn, request.randomSeed)))
            answer.fields["__defaults"].CopyFrom(to_wire(["name"]))
        added = _answered(context, lambda: adapter.defaults(inputs, self._call(request.urn)))
        for name, value in encode(added, secrets).fields.items():
            answer.fields[name].CopyFrom(value)
        return provider_pb2.CheckResponse(inputs=answer)

    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        adapter = self._adapter(request.urn, context)
        state, old, new = (decode(part)[0] for part in (request.olds, request.old_inputs, request.news))
        ignored = frozenset(path.split(".")[0].split("[")[0] for path in request.ignoreChanges)
        found = adapter.diff(state, old, new, ignored)
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if found.changes else response.DIFF_NONE,
            diffs=list(found.changes),
            replaces=[name for name, change in found.changes.items() if change.replaces],
            deleteBeforeReplace=found.delete_first and any(change.replaces for change in found.changes.values()),
            detailedDiff={name: _Kind(kind=_kind(change)) for name, change in found.changes.items()},
            hasDetailedDiff=True,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        adapter = self._adapter(request.urn, context)
        inputs, secrets = decode(request.properties)
        inputs, secrets = _public(inputs), adapter.secrets(secrets)
        if request.preview:
            planned = inputs | dict.fromkeys(adapter.outputs, UNKNOWN)
            return provider_pb2.CreateResponse(properties=encode(planned, secrets))
        call = self._call(request.urn)
        resource_id, state = _answered(context, lambda: adapter.create(inputs, call), secrets)
        return provider_pb2.CreateResponse(id=resource_id, properties=encode(state, secrets))

    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        adapter = self._adapter(request.urn, context)
        state, state_secrets = decode(request.properties)
        _, input_secrets = decode(request.inputs)
        secrets = adapter.secrets(state_secrets | input_secrets)
        call = self._call(request.urn)
        now = _answered(context, lambda: adapter.read(request.id, state, call))
        if now is None:
            return provider_pb2.ReadResponse()
        inputs = request.inputs
        if not inputs.fields:  # an import: what is there is what is wanted
            inputs = encode({name: value for name, value in now.items() if name in adapter.table and value}, secrets)
        return provider_pb2.ReadResponse(id=request.id, properties=encode(now, secrets), inputs=inputs)

    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        adapter = self._adapter(request.urn, context)
        state, _ = decode(request.olds)
        inputs, secrets = decode(request.news)
        inputs, secrets = _public(inputs), adapter.secrets(secrets)
        inputs |= {name: state[name] for name in request.ignoreChanges if name in state and name not in inputs}
        if request.preview:
            outputs = {name: UNKNOWN if name in adapter.renewed else state.get(name) for name in adapter.outputs}
            return provider_pb2.UpdateResponse(properties=encode(outputs | inputs, secrets))
        call = self._call(request.urn)
        new = _answered(context, lambda: adapter.update(request.id, state, inputs, call), secrets)
        return provider_pb2.UpdateResponse(properties=encode(new, secrets))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        adapter = self._adapter(request.urn, context)
        state, _ = decode(request.properties)
        call = self._call(request.urn)
        _answered(context, lambda: adapter.delete(request.id, state, call))
        return empty_pb2.Empty()

    def _adapter(self, urn: str, context: Context) -> Resource:
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        if token not in self.plugin.resources:
            known = ", ".join(sorted(self.plugin.resources))
            message = f"the offline stand-in of the plugin '{self.plugin.name}' knows {known}; not {token}"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
        return self.plugin.resources[token]

    def _call(self, urn: str) -> Call:
        def log(message: str) -> None:
            request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn, ephemeral=True)
            self.engine.Log(request)

        return Call(name=urn.rsplit("::", 1)[-1], log=log, cancelled=self.cancelled)


def serve(plugin: Plugin, version: str, engine: str) -> None:
    """Serve until the engine stops asking: it ends its plugins, and one that lost its engine ends by itself."""
    server = grpc.server(futures.ThreadPoolExecutor(_WORKERS), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Server(plugin, version, engine), server)
    port = server.add_insecure_port("127.0.0.1:0")
    parent = os.getppid()
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while server.wait_for_termination(timeout=2):
        if os.getppid() != parent:
            server.stop(grace=60).wait()


def _answered(context: Context, work: Callable[[], Answer], secrets: Collection[str] = ()) -> Answer:
    """The result of `work`; a failure ends the request, with what exists nevertheless in the form the engine keeps."""
    try:
        return work()
    except Failed as error:
        if isinstance(error, Unfinished):
            state = encode(error.state, secrets)
            kept = provider_pb2.ErrorResourceInitFailed(id=error.resource_id, properties=state, reasons=[str(error)])
            status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
            status.details.add().Pack(kept)
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise  # not reached: abort raises


def _failures(wrong: Iterable[tuple[str, str]]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in wrong]


def _kind(change: Change) -> provider_pb2.PropertyDiff.Kind.ValueType:
    if change.before and change.after:
        return _Kind.UPDATE_REPLACE if change.replaces else _Kind.UPDATE
    if change.after:
        return _Kind.ADD_REPLACE if change.replaces else _Kind.ADD
    return _Kind.DELETE_REPLACE if change.replaces else _Kind.DELETE


def _parsed(settings: Table, given: Values) -> Values:
    """Provider settings as the SDK sends them: anything but a string as JSON text."""
    parsed = dict(given)
    for name, value in given.items():
        text = name in settings and settings[name].kind == "string"
        if isinstance(value, str) and value != UNKNOWN and not text:
            with contextlib.suppress(ValueError):
                parsed[name] = json.loads(value)
    return parsed


def _public(values: Values) -> Values:
    return {name: value for name, value in values.items() if not name.startswith("__")}


def _unique(urn: str, seed: bytes) -> str:
    digits = (seed.hex() or os.urandom(4).hex())[:7]
    return f"{urn.rsplit('::', 1)[-1]}-{digits}"
