"""Every dashboard is one of Grafana's: built back by the models of its own SDK, which are made from Grafana's schema.

Grafana's SDK for Python brings no JSON schema along. Its models know every key and its type, and drop what they do not
know: so what comes back must be what went in, and each value must be of the type that the model declares.
"""

import enum
import inspect
import json
import types
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.boards_kit import ALL, model

register_default_plugins()


def as_json(value: Any) -> Any:
    return json.loads(JSONEncoder().encode(value))


def misfits(value: Any, kind: Any, where: str) -> Iterator[str]:
    """Everything in a value that is not of the declared type."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        tried = [list(misfits(value, each, where)) for each in args]
        yield from min(tried, key=len)
    elif origin is typing.Literal:
        yield from [] if value in args else [f"{where}: {value!r} is none of {args}"]
    elif origin is list:
        yield from [] if isinstance(value, list) else [f"{where}: {value!r} is no list"]
        for index, each in enumerate(value if isinstance(value, list) else []):
            yield from misfits(each, args[0], f"{where}[{index}]")
    elif origin is dict:
        yield from [] if isinstance(value, dict) else [f"{where}: {value!r} is no mapping"]
        for key, each in value.items() if isinstance(value, dict) else ():
            yield from misfits(each, args[1], f"{where}.{key}")
    elif inspect.isclass(kind) and issubclass(kind, enum.Enum):
        yield from [] if value in {each.value for each in kind} else [f"{where}: {value!r} is no {kind.__name__}"]
    elif kind in {Any, object} or hasattr(kind, "from_json") or kind is variants.Dataquery:
        yield from _model(value, kind, where)
    else:
        fits = isinstance(value, (int, float) if kind is float else kind) and (kind is bool) == isinstance(value, bool)
        yield from [] if fits else [f"{where}: {value!r} is no {kind.__name__}"]


def _model(value: Any, kind: Any, where: str) -> Iterator[str]:
    if isinstance(value, dict) and hasattr(kind, "from_json"):  # the SDK leaves some as they came
        built = kind.from_json(value)
        yield from [] if as_json(built) == value else [f"{where}: {value!r} has more than a {kind.__name__}"]
        value = built
    if isinstance(value, UnknownDataquery):
        yield f"{where}: a query of no kind that is known"
    elif hasattr(value, "to_json"):
        for name, declared in typing.get_type_hints(type(value)).items():
            yield from misfits(getattr(value, name), declared, f"{where}.{name}")
    elif kind not in {Any, object}:
        yield f"{where}: {value!r} is no {kind.__name__}"


def problems(board: dict[str, Any]) -> list[str]:
    built = Dashboard.from_json(board)
    return [*misfits(built, Dashboard, "dashboard"), *lost(board, as_json(built), "dashboard")]


def lost(given: Any, back: Any, where: str) -> Iterator[str]:
    """What went in and did not come back."""
    if isinstance(given, dict) and isinstance(back, dict):
        for key, value in given.items():
            yield from lost(value, back[key], f"{where}.{key}") if key in back else [f"{where}.{key}: not known"]
    elif isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        for index, pair in enumerate(zip(given, back, strict=True)):
            yield from lost(*pair, f"{where}[{index}]")
    elif given != back:
        yield f"{where}: {given!r} became {back!r}"


@pytest.mark.parametrize("uid", ALL)
def test_a_dashboard_is_one_of_grafanas(uid: str) -> None:
    assert problems(model(ALL[uid])) == []


def change(board: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    inner: Any = board
    for each in way:
        inner = inner[int(each)] if each.isdigit() else inner[each]
    inner[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("panels.0.fieldConfig.defaults.units", "s"),
        ("panels.0.titel", "x"),
        ("panels.0.options.graphModus", "none"),
        ("panels.0.options.graphMode", "sometimes"),
        ("panels.0.targets.0.expr", 1),
        ("panels.0.targets.0.legend", "x"),
        ("panels.0.gridPos.w", "4"),
        ("panels.0.fieldConfig.defaults.min", "0"),
        ("links.0.type", "path"),
        ("annotations.list.0.enable", "yes"),
        ("refresh", 10),
        ("editable", 0),
    ],
)
def test_a_key_that_grafana_does_not_know_and_a_value_of_another_type_are_found(path: str, value: Any) -> None:
    board = model(next(iter(ALL.values())))
    change(board, path, value)
    assert any(path.rpartition(".")[2].lower() in problem.replace("_", "").lower() for problem in problems(board))
