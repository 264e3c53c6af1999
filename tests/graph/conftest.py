"""Runs the whole program against mocks and keeps what it declared.

In: a stack's config. Out: every resource with its inputs and options, so that tests speak about the graph as a whole.
"""

import asyncio
import base64
import bz2
import gc
import json
import runpy
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi.runtime
import pytest
from pulumi.runtime import mocks, rpc

from mentor import interruption
from mentor.components.services import UNPACK
from mentor.host import preflight
from mentor.host.probe import Facts

ROOT = Path(__file__).parents[2]
GRAPHS: dict[str, "Graph"] = {}
HOST = Facts(
    version="28.2.2", cpus=2, memory_mib=8192, available_memory_mib=8000, disk_free_mib=50_000, has_tun=True,
    has_user_namespaces=True, has_apparmor_switch=False, kernel="6.1.0-37-amd64", base_image="sha256:base",
    counts_swap=True,
)  # fmt: skip
KEY = "-----BEGIN PRIVATE KEY-----\nmock\n-----END PRIVATE KEY-----\n"

BOARDS_OF_STUDENTS = {f"boards-mentor-{board}-dashboard" for board in ("class", "student", "task")}
BOARDS_OF_TASKS = BOARDS_OF_STUDENTS | {"boards-mentor-projector-dashboard"}
"""The dashboards that name students, or tasks: they change with them, in place, and nobody is interrupted."""


@dataclass(frozen=True)
class Declared:
    """One resource as the engine would be told of it."""

    urn: str
    type: str
    name: str
    parent: str
    provider: str
    dependencies: frozenset[str]
    deleted_with: str
    delete_before_replace: bool
    ignore_changes: frozenset[str]
    replace_on_changes: frozenset[str]
    secret_outputs: frozenset[str]
    alias_parents: frozenset[str]
    inputs: Mapping[str, Any]

    @property
    def custom(self) -> bool:
        return not self.type.startswith("mentor:")


@dataclass
class Graph(pulumi.runtime.Mocks):
    """Everything that one run declared, by name, and what it exported and logged."""

    by_name: dict[str, Declared] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ == "random:index/randomPassword:RandomPassword":
            state["result"] = f"canary-{args.name}"
        if args.typ == "command:local:Command":
            state["stdout"] = KEY + f"public part of {args.name}"
        if args.typ == "docker:index/image:Image":
            state["repoDigest"] = f"sha256:{args.name}"
        if args.typ == "docker:index/remoteImage:RemoteImage":
            state["imageId"] = f"sha256:{args.name}"
        if args.typ == "docker:index/volume:Volume":
            return state["name"], state  # as it is: a trigger on it never fires
        return f"{args.name}-id", state

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(f"the program calls {args.token}: it must only declare")

    def of_type(self, ending: str) -> list[Declared]:
        return [each for each in self.by_name.values() if each.type.endswith(ending)]

    def __iter__(self) -> Iterator[Declared]:
        """Every resource, in the order of declaration."""
        return iter(self.by_name.values())


def unpacked(inputs: dict[str, Any]) -> dict[str, Any]:
    """A delivery's text as it arrives, so that tests read it and look for what may not be in it."""
    if UNPACK in inputs.get("create", ""):
        inputs["stdin"] = bz2.decompress(base64.b64decode(inputs["stdin"])).decode()
    return inputs


class Monitor(mocks.MockMonitor):
    """The SDK's own mock monitor, which also keeps the options that it throws away."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.graph = graph

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  (the name is the protocol's)
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            declared = Declared(
                urn=answer.urn,
                type=request.type,
                name=request.name,
                parent=request.parent,
                provider=request.provider,
                dependencies=frozenset(request.dependencies),
                deleted_with=request.deletedWith,
                delete_before_replace=request.deleteBeforeReplace,
                ignore_changes=frozenset(request.ignoreChanges),
                replace_on_changes=frozenset(request.replaceOnChanges),
                secret_outputs=frozenset(request.additionalSecretOutputs),
                alias_parents=frozenset(one.spec.parentUrn for one in request.aliases if one.spec.parentUrn),
                inputs=unpacked(cast("dict[str, Any]", rpc.deserialize_properties(request.object))),
            )
            key = request.name if declared.custom else f"{request.type}/{request.name}"
            assert key not in self.graph.by_name, f"two resources are named {key}"
            self.graph.by_name[key] = declared
        return answer


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Graph]:
    """Run the program with this config; keys are top-level settings, values as YAML would give them."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(preflight, "require", lambda *_: HOST)
    monkeypatch.setattr(preflight, "has_grafana", lambda workshop, *_: workshop.settings.grafana.enabled)
    monkeypatch.setattr(interruption, "end_quietly", lambda: None)

    def remembered(stack: str = "dev", secrets: Sequence[str] = (), **config: object) -> Graph:
        """Most tests look at the same few workshops; only a course may have changed between two runs."""
        key = json.dumps([stack, list(secrets), config], sort_keys=True, default=str)
        if "course" in config or key not in GRAPHS:
            GRAPHS[key] = run(stack, secrets, **config)
        return GRAPHS[key]

    def run(stack: str, secrets: Sequence[str], **config: object) -> Graph:
        # The SDK takes the thread's event loop, which an earlier asyncio.run() may have closed.
        asyncio.set_event_loop(asyncio.new_event_loop())
        graph = Graph()
        mocks.set_mocks(graph, project="mentor", stack=stack, preview=False, monitor=Monitor(graph))
        texts = {
            f"mentor:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
        }
        pulumi.runtime.set_all_config(texts, [f"mentor:{key}" for key in secrets])

        last_steps: list[Callable[[], Awaitable[None]]] = []
        monkeypatch.setattr(pulumi, "run", last_steps.append)  # it needs a stack, which mocks have not

        @pulumi.runtime.test  # type: ignore[untyped-decorator]
        def program() -> Awaitable[None]:
            runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
            return last_steps.pop()()

        program()
        gc.enable()  # the program is a process of its own, this is not
        return graph

    return remembered
