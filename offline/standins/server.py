"""The engine's side of a stand-in: one gRPC service that turns requests into plain values and calls the adapters."""
# ruff: noqa: N802 -- the protocol names the methods

import contextlib
import json
import os
import sys
import threading
from collections.abc import Collection, Iterable, Iterator
from concurrent import futures

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi._types import input_type_types
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from offline.standins.properties import Complaint, complaints
from offline.standins.resource import Call, Failed, Plugin, Resource, Unfinished
from offline.standins.values import UNKNOWN, Values, decode, encode

# The engine sends as many requests at once as `--parallel` says; each may block for minutes.
_WORKERS = 64
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_ENGINES = ("__", "version", "pluginDownloadURL")  # settings of every provider that are the engine's own business
Context = grpc.ServicerContext


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
        resources: Values = {token: {} for token in self.plugin.resources}
        schema = {"name": self.plugin.name, "version": self.version, "resources": resources}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        self.cancelled.set()
        return empty_pb2.Empty()

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        wrong = complaints(self.plugin.typed, self.plugin.settings, self._settings(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(wrong))

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        changed = decode(request.old_inputs)[0] != decode(request.news)[0]
        response = provider_pb2.DiffResponse
        return response(changes=response.DIFF_SOME if changed else response.DIFF_NONE)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
        with _told(context):
            self.plugin.configure(self._settings(request.args))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    # Resources

    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        adapter = self._adapter(request.urn, context)
        inputs, secrets = decode(request.news)
        answer = struct_pb2.Struct(fields={name: request.news.fields[name] for name in inputs})
        if wrong := adapter.complaints(inputs):
            return provider_pb2.CheckResponse(inputs=answer, failures=_failures(wrong))
        with _told(context):
            answer.MergeFrom(encode(adapter.defaults(inputs), secrets))
        return provider_pb2.CheckResponse(inputs=answer)

    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        adapter = self._adapter(request.urn, context)
        state, old, new = (decode(part)[0] for part in (request.olds, request.old_inputs, request.news))
        found = adapter.diff(state, old, new, request.ignoreChanges)
        replaces = [name for name, kind in found.items() if kind.endswith("_REPLACE")]
        response, detail = provider_pb2.DiffResponse, provider_pb2.PropertyDiff
        return response(
            changes=response.DIFF_SOME if found else response.DIFF_NONE,
            diffs=list(found),
            replaces=replaces,
            # Two things of one name cannot live at once.
            deleteBeforeReplace=bool(replaces) and "name" in adapter.table and "name" not in found,
            detailedDiff={name: detail(kind=detail.Kind.Value(kind)) for name, kind in found.items()},
            hasDetailedDiff=True,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        adapter = self._adapter(request.urn, context)
        inputs, secrets = decode(request.properties)
        secrets = adapter.secrets(secrets)
        if request.preview:
            planned = inputs | dict.fromkeys(adapter.unknown, UNKNOWN)
            return provider_pb2.CreateResponse(properties=encode(planned, secrets))
        with _told(context, secrets):
            resource_id, state = adapter.create(inputs, self._call(request.urn))
        return provider_pb2.CreateResponse(id=resource_id, properties=encode(state, secrets))

    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        adapter = self._adapter(request.urn, context)
        state, state_secrets = decode(request.properties)
        if not state and not adapter.imports:
            message = f"only the official plugin imports {_token(request.urn)}, not its offline stand-in"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
        _, input_secrets = decode(request.inputs)
        secrets = adapter.secrets(state_secrets | input_secrets)
        with _told(context):
            now = adapter.read(request.id, state)
        if now is None:
            return provider_pb2.ReadResponse()
        inputs = request.inputs
        if not state:  # it is to be imported, and nothing is known of it but its id
            inputs = encode({name: now[name] for name in adapter.table if now.get(name) is not None}, secrets)
        return provider_pb2.ReadResponse(id=request.id, properties=encode(now, secrets), inputs=inputs)

    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        adapter = self._adapter(request.urn, context)
        state, _ = decode(request.olds)
        inputs, secrets = decode(request.news)
        secrets = adapter.secrets(secrets)
        inputs |= {name: state[name] for name in request.ignoreChanges if name in state and name not in inputs}
        if request.preview:
            outputs = {name: UNKNOWN if name in adapter.renewed else state.get(name) for name in adapter.unknown}
            return provider_pb2.UpdateResponse(properties=encode(outputs | inputs, secrets))
        with _told(context):
            new = adapter.update(request.id, state, inputs, self._call(request.urn))
        return provider_pb2.UpdateResponse(properties=encode(new, secrets))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        adapter = self._adapter(request.urn, context)
        state, _ = decode(request.properties)
        with _told(context):
            adapter.delete(request.id, state, self._call(request.urn))
        return empty_pb2.Empty()

    def _adapter(self, urn: str, context: Context) -> Resource:
        token = _token(urn)
        if token not in self.plugin.resources:
            known = ", ".join(sorted(self.plugin.resources))
            message = f"the offline stand-in of the plugin '{self.plugin.name}' knows {known}; not {token}"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
        return self.plugin.resources[token]

    def _settings(self, wire: struct_pb2.Struct) -> Values:
        """The provider's settings: the SDK sends anything but text as JSON."""
        kinds = input_type_types(self.plugin.typed)
        settings = {name: value for name, value in decode(wire)[0].items() if not name.startswith(_ENGINES)}
        for name, value in settings.items():
            if isinstance(value, str) and value != UNKNOWN and kinds.get(name) is not str:
                with contextlib.suppress(ValueError):
                    settings[name] = json.loads(value)
        return settings

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


@contextlib.contextmanager
def _told(context: Context, secrets: Collection[str] = ()) -> Iterator[None]:
    """End the request when the work fails, with what exists nevertheless in the form that the engine keeps."""
    try:
        yield
    except Failed as error:
        if isinstance(error, Unfinished):
            state = encode(error.state, secrets)
            kept = provider_pb2.ErrorResourceInitFailed(id=error.resource_id, properties=state, reasons=[str(error)])
            status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
            status.details.add().Pack(kept)
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _token(urn: str) -> str:
    """The resource's type, as the plugin names it."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _failures(wrong: Iterable[Complaint]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in wrong]
