"""The stand-ins know exactly the properties of the typed SDK: names, kinds, and which ones are required."""

import inspect
import warnings
from collections.abc import Mapping
from typing import Any, get_args, get_origin

import pulumi_command
import pulumi_docker
import pulumi_random
import pytest
from pulumi._types import input_type_py_to_pulumi_names, input_type_types, resource_types

from offline.standins import command_plugin, docker_plugin, postgresql_plugin, random_plugin
from offline.standins.properties import Property, Table
from offline.standins.resource import Plugin

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_postgresql

TYPED: dict[str, tuple[type, type]] = {
    "docker:index/container:Container": (pulumi_docker.Container, pulumi_docker.ContainerArgs),
    "docker:index/image:Image": (pulumi_docker.Image, pulumi_docker.ImageArgs),
    "docker:index/network:Network": (pulumi_docker.Network, pulumi_docker.NetworkArgs),
    "docker:index/volume:Volume": (pulumi_docker.Volume, pulumi_docker.VolumeArgs),
    "command:local:Command": (pulumi_command.local.Command, pulumi_command.local.CommandArgs),
    "random:index/randomPassword:RandomPassword": (pulumi_random.RandomPassword, pulumi_random.RandomPasswordArgs),
    "postgresql:index/database:Database": (pulumi_postgresql.Database, pulumi_postgresql.DatabaseArgs),
    "postgresql:index/role:Role": (pulumi_postgresql.Role, pulumi_postgresql.RoleArgs),
}
PLUGINS: list[Plugin] = [
    module.plugin() for module in (command_plugin, docker_plugin, postgresql_plugin, random_plugin)
]
RESOURCES = {token: resource for plugin in PLUGINS for token, resource in plugin.resources.items()}
KINDS = {str: {"string"}, int: {"number"}, float: {"number"}, bool: {"boolean"}}


def required(args: type) -> set[str]:
    names = input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args).parameters.values()
    return {names[parameter.name] for parameter in parameters if parameter.default is inspect.Parameter.empty}


def nested(kind: Any) -> type | None:
    """The Args class inside a type, however wrapped."""
    if inspect.isclass(kind) and kind.__module__.endswith("_inputs"):
        return kind
    return next((found for part in get_args(kind) if (found := nested(part))), None)


def agree(where: str, table: Table, args: type) -> None:
    types = input_type_types(args)
    assert set(table) <= set(types), where
    assert {name for name, prop in table.items() if prop.required} == required(args) & set(table), where
    for name, prop in table.items():
        check_kind(f"{where}.{name}", prop, types[name])


def check_kind(where: str, prop: Property, kind: Any) -> None:
    origin = get_origin(kind)
    inner = nested(kind)
    if inner:
        agree(where, prop.of, inner)
        assert prop.kind in ({"list", "set"} if origin else {"object"}), where
    elif origin and issubclass(origin, Mapping):
        assert prop.kind == "map", where
    elif kind in KINDS:
        assert prop.kind in KINDS[kind], where
    elif not (inspect.isclass(kind) and issubclass(kind, str)) and str not in get_args(kind):
        assert prop.kind in {"list", "set"}, where


def test_every_stand_in_has_its_typed_counterpart() -> None:
    assert set(RESOURCES) == set(TYPED)


@pytest.mark.parametrize("token", TYPED)
def test_inputs_are_those_of_the_typed_sdk(token: str) -> None:
    resource, args = RESOURCES[token], TYPED[token][1]
    agree(token, resource.table, args)
    assert set(input_type_types(args)) == set(resource.table) | resource.unsupported


@pytest.mark.parametrize("token", TYPED)
def test_outputs_are_those_of_the_typed_sdk(token: str) -> None:
    resource, typed = RESOURCES[token], TYPED[token][0]
    assert set(resource.outputs) <= set(resource_types(typed))
    unknown = set(resource_types(typed)) - set(resource.table) - set(resource.outputs) - resource.unsupported
    assert unknown <= {"assets", "archive"}  # what a command's paths would give
