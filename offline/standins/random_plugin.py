"""The random plugin's stand-in: `random.RandomPassword`. In: a length and an alphabet. Out: a secret."""

import secrets
from typing import ClassVar

from pulumi_random import ProviderArgs, RandomPasswordArgs

from offline.standins.properties import Complaint, each
from offline.standins.resource import Call, Plugin, Resource
from offline.standins.values import UNKNOWN, Values

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS = {"lower": _LOWER, "upper": _LOWER.upper(), "numeric": "0123456789", "special": "!@#$%&*()-_=+[]{}<>:?"}


class RandomPassword(Resource):
    """A password that stays the same until one of its inputs changes."""

    typed: ClassVar = RandomPasswordArgs
    table: ClassVar = {
        **each("length", "overrideSpecial", replaces=True),
        **each(*_ALPHABETS, replaces=True, default=True),
        **each("minLower", "minUpper", "minNumeric", "minSpecial", default=0, fixed=True),
    }
    outputs: ClassVar = ("result", "bcryptHash")
    secret_outputs: ClassVar = frozenset(outputs)

    def complaints(self, inputs: Values) -> list[Complaint]:
        found = super().complaints(inputs)
        if not any(inputs.get(kind, True) for kind in _ALPHABETS):
            found.append(("special", f"at least one of {', '.join(_ALPHABETS)} must be true"))
        if not found and inputs["length"] != UNKNOWN and inputs["length"] < 1:
            found.append(("length", f"must be at least 1, got {inputs['length']}"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        return "none", inputs | {"result": password(inputs)}


def password(inputs: Values) -> str:
    """As many characters as were asked for, of all that are allowed."""
    alphabets = _ALPHABETS | {"special": inputs.get("overrideSpecial") or _ALPHABETS["special"]}
    allowed = "".join(letters for kind, letters in alphabets.items() if inputs[kind])
    return "".join(secrets.choice(allowed) for _ in range(inputs["length"]))


def plugin() -> Plugin:
    """The plugin; its provider has no settings."""
    token = "random:index/randomPassword:RandomPassword"  # noqa: S105 -- a type, not a secret
    return Plugin(name="random", typed=ProviderArgs, resources={token: RandomPassword()})
