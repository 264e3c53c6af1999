"""The stand-ins and the typed SDKs: every property is supported, or refused by its name."""

from collections.abc import Iterator
from typing import Any, get_args

import pulumi_command
import pulumi_docker
import pulumi_postgresql
import pulumi_random
import pulumiverse_grafana
import pytest
from pulumi._types import input_type_types, resource_types

from offline.standins import command_plugin, docker_plugin, grafana_plugin, postgresql_plugin, random_plugin
from offline.standins.properties import Table, complaints, required
from offline.standins.resource import Plugin

TYPED: dict[str, type] = {
    "docker:index/container:Container": pulumi_docker.Container,
    "docker:index/image:Image": pulumi_docker.Image,
    "docker:index/network:Network": pulumi_docker.Network,
    "docker:index/remoteImage:RemoteImage": pulumi_docker.RemoteImage,
    "docker:index/volume:Volume": pulumi_docker.Volume,
    "command:local:Command": pulumi_command.local.Command,
    "random:index/randomPassword:RandomPassword": pulumi_random.RandomPassword,
    "postgresql:index/database:Database": pulumi_postgresql.Database,
    "postgresql:index/role:Role": pulumi_postgresql.Role,
    "grafana:alerting/contactPoint:ContactPoint": pulumiverse_grafana.alerting.ContactPoint,
    "grafana:alerting/ruleGroup:RuleGroup": pulumiverse_grafana.alerting.RuleGroup,
    "grafana:oss/dashboard:Dashboard": pulumiverse_grafana.oss.Dashboard,
    "grafana:oss/dataSource:DataSource": pulumiverse_grafana.oss.DataSource,
    "grafana:oss/folder:Folder": pulumiverse_grafana.oss.Folder,
    "grafana:oss/folderPermission:FolderPermission": pulumiverse_grafana.oss.FolderPermission,
}
PLUGINS: list[Plugin] = [
    module.plugin() for module in (command_plugin, docker_plugin, grafana_plugin, postgresql_plugin, random_plugin)
]
RESOURCES = {token: resource for plugin in PLUGINS for token, resource in plugin.resources.items()}
KNOWN: dict[str, tuple[type, Table]] = {
    **{token: (resource.typed, resource.table) for token, resource in RESOURCES.items()},
    **{f"pulumi:providers:{plugin.name}": (plugin.typed, plugin.settings) for plugin in PLUGINS},
}


def nested(kind: Any) -> type | None:
    """The Args class inside a type, however wrapped."""
    if isinstance(kind, type) and kind.__module__.endswith("_inputs"):
        return kind
    return next((found for part in get_args(kind) if (found := nested(part))), None)


def paths(typed: type, table: Table, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type, Table]]:
    """Every class of inputs that a stand-in looks into, with where it is."""
    yield prefix, typed, table
    for name, kind in input_type_types(typed).items():
        inner = nested(kind)
        if name in table and inner:
            yield from paths(inner, table[name].of, (*prefix, name))


CLASSES = [
    pytest.param(typed, table, id=".".join((token, *prefix)))
    for token, known in KNOWN.items()
    for prefix, typed, table in paths(*known)
]


@pytest.mark.parametrize(("typed", "table"), CLASSES)
def test_every_property_of_the_sdk_is_known_or_refused_by_name(typed: type, table: Table) -> None:
    names = set(input_type_types(typed))
    assert set(table) <= names
    refused = {name for name, prop in table.items() if prop.fixed} | names - set(table)
    assert not refused & set(required(typed))
    complained = dict(complaints(typed, table, dict.fromkeys(refused, "")))
    for name in refused:
        assert complained[name] == f"'{name}' works with the official plugin only, not with its offline stand-in"


def test_every_stand_in_has_its_typed_counterpart() -> None:
    assert set(RESOURCES) == set(TYPED)
    for token, typed in TYPED.items():
        assert RESOURCES[token].typed.__name__ == f"{typed.__name__}Args"


@pytest.mark.parametrize("token", TYPED)
def test_outputs_are_those_of_the_typed_sdk(token: str) -> None:
    assert set(RESOURCES[token].unknown) <= set(resource_types(TYPED[token]))
