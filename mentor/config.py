"""The one reader of Pulumi's configuration.

Comes in: the stack's config, as Pulumi hands it over, and what `make up` found out. Goes out: plain values, for
`workshop.read` and for the databases.
"""

import json
import os
from collections.abc import Mapping

import pulumi
from pulumi.runtime import config as runtime
from pydantic import SecretStr

SECRETS = (("directory", "bindPassword"), ("grafana", "auth"), ("grafana", "contact"))
"""Where the configuration may hold a secret."""


def from_pulumi() -> Mapping[str, object]:
    """Read the project's whole namespace from Pulumi, unknown keys included.

    Values arrive as text; text that is a JSON list, object, number or boolean is decoded. A secret is wrapped in
    `SecretStr` where one may be (`SECRETS`), which is how `parse` can tell that it was stored encrypted.
    """
    prefix = f"{pulumi.get_project()}:"
    everything = {**runtime.get_config_env(), **runtime.CONFIG.get()}
    secret_keys = {*runtime.get_config_secret_keys_env()}
    found = {}
    for full, raw in everything.items():
        if full.startswith(prefix):
            key = full.removeprefix(prefix)
            is_secret = full in secret_keys or runtime.is_config_secret(full)
            found[key] = _wrapped(key, decoded(raw)) if is_secret else decoded(raw)
    return found


def outlived() -> frozenset[str]:
    """What is on the database server and not in the state, as ``role:ID`` and ``database:ID``.

    A destroy that did not come to its end leaves it so. `make up` looks for it and says so by ``MENTOR_OUTLIVED``, with
    a blank between; without that it is nothing.
    """
    return frozenset(os.environ.get("MENTOR_OUTLIVED", "").split())


def decoded(raw: object) -> object:
    """Decode JSON lists, objects, numbers and booleans; any other text stays text."""
    if not isinstance(raw, str):
        return raw
    try:
        value = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return raw
    return value if isinstance(value, list | dict | int | float | bool) else raw


def _refuse(constant: str) -> object:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's


def _wrapped(key: str, value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {
        name: SecretStr(str(inner)) if (key, name) in SECRETS and isinstance(inner, str | int | float) else inner
        for name, inner in value.items()
    }
