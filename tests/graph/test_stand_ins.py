"""The stand-ins of `offline/` take everything that the program declares."""

import json
import re
from collections.abc import Callable

import pytest
from pulumi._types import input_type_types

from offline.standins import command_plugin, docker_plugin, grafana_plugin, postgresql_plugin, random_plugin
from offline.standins.properties import complaints
from offline.standins.values import decode, encode
from tests.graph.conftest import Declared, Graph

MODULES = (command_plugin, docker_plugin, grafana_plugin, postgresql_plugin, random_plugin)
PLUGINS = {plugin.name: plugin for plugin in (module.plugin() for module in MODULES)}
WORKSHOPS: dict[str, dict[str, object]] = {
    "small": {"students": 1},
    "far": {
        "students": 1,
        "hosts": ["ssh://root@lab.example.org:2222"],
        "address": ["lab.example.org"],
        "database": {"bind": "0.0.0.0"},
    },
    "privileged": {"students": 1, "seat": {"isolation": "privileged"}},
    "acme": {
        "students": 1,
        "address": ["lab.example.org"],
        "https": {"tls": "acme", "email": "a@example.org", "port": 443},
    },
    "told by a webhook": {"students": 1, "grafana": {"contact": "https://hook.example.org/x"}, "secrets": ["grafana"]},
    "own image": {"students": 1, "seat": {"dockerfile": "images/hardened/Dockerfile"}},
}


def refused(declared: Declared) -> list[str]:
    """What the stand-in says against a resource, or against a provider's settings."""
    inputs, _ = decode(encode(declared.inputs))  # what is secret, laid open
    provider = re.fullmatch(r"pulumi:providers:(\w+)", declared.type)
    if provider:
        plugin = PLUGINS[provider[1]]
        kinds = input_type_types(plugin.typed)
        given = {name: value for name, value in inputs.items() if name != "version"}
        texts = {name for name, value in given.items() if isinstance(value, str) and kinds[name] is not str}
        settings = given | {name: json.loads(given[name]) for name in texts}
        return [reason for _, reason in complaints(plugin.typed, plugin.settings, settings)]
    resource = PLUGINS[declared.type.split(":")[0]].resources[declared.type]
    return [reason for _, reason in resource.complaints(inputs)]


@pytest.mark.parametrize("workshop", WORKSHOPS)
def test_the_stand_ins_take_all_that_is_declared(declare: Callable[..., Graph], workshop: str) -> None:
    graph = declare(**WORKSHOPS[workshop])
    found = {each.name: reasons for each in graph if each.custom and (reasons := refused(each))}
    assert found == {}


def test_the_stand_ins_stand_in_for_nothing_that_is_not_declared(declare: Callable[..., Graph]) -> None:
    kinds = {each.type for given in WORKSHOPS.values() for each in declare(**given) if each.custom}
    assert {token for plugin in PLUGINS.values() for token in plugin.resources} <= kinds
