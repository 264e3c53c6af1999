"""What Pulumi hands over: text, of which some is JSON, some secret, and some nobody asked for."""

from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pulumi
import pytest
from pydantic import SecretStr

from mentor.config import from_pulumi


@pytest.fixture
def given() -> Callable[..., Any]:
    """Set the runtime's configuration in a context of its own and read it there."""

    def read(config: dict[str, str], secret_keys: list[str] | None = None) -> object:
        def inside() -> object:
            pulumi.runtime.set_all_config(config, secret_keys or [])
            return from_pulumi()

        return copy_context().run(inside)

    return read


def keyed(**config: str) -> dict[str, str]:
    return {f"{pulumi.get_project()}:{key}": value for key, value in config.items()}


def test_json_is_decoded_and_other_text_kept(given: Callable[..., Any]) -> None:
    config = keyed(
        students="3", seat='{"memory":"2g","cpus":1.5}', address='["a.org"]', visibility="own", course="null", x="true"
    )
    assert given(config) == {
        "students": 3,
        "seat": {"memory": "2g", "cpus": 1.5},
        "address": ["a.org"],
        "visibility": "own",
        "course": "null",
        "x": True,
    }


def test_what_is_nearly_json_stays_text(given: Callable[..., Any]) -> None:
    texts = {
        "a": "NaN",
        "b": "-Infinity",
        "c": "[1",
        "d": '"x"',
        "e": "",
        "f": "[" * 100_000,
        "g": "1" * 10_000,
        "h": "01",
    }
    assert given(keyed(**texts)) == texts


def test_only_the_projects_own_keys_and_all_of_them(given: Callable[..., Any]) -> None:
    assert given({**keyed(studnets="3"), "docker:host": "x", "pulumi:tags": "y"}) == {"studnets": 3}


def test_a_secret_is_wrapped_where_one_may_be(given: Callable[..., Any]) -> None:
    config = keyed(directory='{"url":"ldaps://x","bindPassword":"canary"}', students="3")
    plain = given(config)
    assert plain["directory"]["bindPassword"] == "canary"
    secret = given(config, [f"{pulumi.get_project()}:directory", f"{pulumi.get_project()}:students"])
    assert isinstance(secret["directory"]["bindPassword"], SecretStr)
    assert secret["directory"]["url"] == "ldaps://x"
    assert secret["students"] == 3


def test_without_a_runtime_the_environment_is_read(given: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    project = pulumi.get_project()
    monkeypatch.setenv(
        "PULUMI_CONFIG", f'{{"{project}:directory": "{{\\"bindPassword\\": 7}}", "{project}:spares": "2"}}'
    )
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", f'["{project}:directory"]')
    found = given({})
    assert found["spares"] == 2
    assert found["directory"]["bindPassword"].get_secret_value() == "7"
