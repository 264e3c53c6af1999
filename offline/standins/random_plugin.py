"""The random plugin's stand-in: `random.RandomPassword`."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

import secrets
from typing import Any, ClassVar

from offline.standins.properties import Kind, Property
from offline.standins.resource import Call, Plugin, Resource
from offline.standins.values import Values, unknown

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_NUMERIC = "0123456789"
_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


def _replacing(kind: Kind, **more: Any) -> Property:  # noqa: ANN401 -- passed on
    return Property(kind=kind, replaces=True, **more)


class RandomPassword(Resource):
    """A password that stays the same until one of its inputs changes."""

    table: ClassVar = {
        "length": _replacing("number", required=True),
        "keepers": _replacing("map"),
        "lower": _replacing("boolean", default=True),
        "upper": _replacing("boolean", default=True),
        "numeric": _replacing("boolean", default=True),
        "special": _replacing("boolean", default=True),
        "overrideSpecial": _replacing("string"),
        "minLower": _replacing("number", default=0),
        "minUpper": _replacing("number", default=0),
        "minNumeric": _replacing("number", default=0),
        "minSpecial": _replacing("number", default=0),
    }
    outputs: ClassVar = ("result", "bcryptHash")
    unsupported: ClassVar = frozenset({"number"})
    secret_outputs: ClassVar = frozenset({"result", "bcryptHash"})
    named: ClassVar = False

    def complaints(self, inputs: Values) -> list[tuple[str, str]]:
        found = super().complaints(inputs)
        if unknown(inputs) or found:
            return found
        kinds = ("lower", "upper", "numeric", "special")
        if not any(inputs.get(kind, True) for kind in kinds):
            found.append(("special", f"at least one of {', '.join(kinds)} must be true"))
        least = sum(inputs.get(f"min{kind.capitalize()}", 0) for kind in kinds)
        if inputs["length"] < max(1, least):
            found.append(("length", f"must be at least {max(1, least)}, got {inputs['length']}"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        del call
        return "none", inputs | {"result": password(inputs)}

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del resource_id, call
        return state

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        """Nothing exists outside the state."""


def password(inputs: Values) -> str:
    """The minimum of each kind, filled up from all allowed characters, in random order."""
    kinds = {
        "special": inputs.get("overrideSpecial") or _SPECIAL,
        "numeric": _NUMERIC,
        "lower": _LOWER,
        "upper": _LOWER.upper(),
    }
    alphabet = "".join(letters for kind, letters in kinds.items() if inputs[kind])
    chosen = [
        secrets.choice(letters) for kind, letters in kinds.items() for _ in range(inputs[f"min{kind.capitalize()}"])
    ]
    chosen += [secrets.choice(alphabet) for _ in range(inputs["length"] - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def plugin() -> Plugin:
    """The plugin; its provider has no settings."""
    return Plugin(
        name="random",
        settings={},
        configure=lambda _: None,
        resources={"random:index/randomPassword:RandomPassword": RandomPassword()},
    )
