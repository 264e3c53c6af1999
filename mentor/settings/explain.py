"""Pydantic's errors in this project's words.

In: a model and what a file or the configuration holds. Out: the model, with defaults where something was wrong, and
value, rule and suggestion in one sentence for each mistake.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from mentor.settings.problems import Key, meant, show

MOVED = {
    "count": "students",
    "users_num": "students",
    "usersNum": "students",
    "roster": "students",
    "tz": "event.timeZone",
    "timeZone": "event.timeZone",
    "timezone": "event.timeZone",
    "workshop_src": "course",
    "workshopSrc": "course",
    "lesson": "course",
    "mentor_base_url": "address",
    "mentorBaseUrl": "address",
    "host": "hosts",
    "image": "seat.dockerfile",
    "tls": "https.tls",
    "port": "https.port",
    "subnet": "network.pool",
}
"""Keys of older tools and near relatives, and what holds the same thing here."""

SECRET = ("password", "auth", "contact")
"""How keys end whose value no report repeats."""

PASSWORDS = "passwords are generated: `pulumi stack output credentials --show-secrets` shows them"

M = TypeVar("M", bound=BaseModel)
Report: TypeAlias = Callable[[Key, str], None]


def is_password(key: str) -> bool:
    """Tell whether somebody meant to give a password under this key."""
    return "password" in key.lower() or bool(difflib.get_close_matches(key.lower(), ["password", "passwd"], cutoff=0.8))


def lenient(model: type[M], values: Mapping[str, object], report: Report, *, also_known: tuple[str, ...] = ()) -> M:
    """Validate, report what is wrong, and validate again without it: one mistake then hides no other.

    Every model here must be valid when nothing is given, and each pass takes something away: so this ends.
    """
    raw = {key: _copied(value) for key, value in values.items() if value is not None}
    while True:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for item in error.errors():
                report(item["loc"], explained(model, item, also_known=also_known))
                _prune(raw, item["loc"])


def _copied(value: object) -> object:
    """Copy a section, taking ``key: null`` for a key that is not there."""
    return {key: inner for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value


def _prune(raw: dict[str, object], key: Key) -> None:
    section = raw.get(str(key[0]))
    if len(key) > 1 and isinstance(section, dict) and key[1] in section:
        del section[key[1]]
    else:
        raw.pop(str(key[0]), None)  # gone already when two entries of one list are wrong


def explained(model: type[BaseModel], item: Any, *, also_known: tuple[str, ...] = ()) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Turn one of pydantic's errors into this project's words: value, rule, suggestion."""
    key: Key = item["loc"]
    shown = "(not shown)" if str(key[-1]).lower().endswith(SECRET) else show(item["input"])
    match item["type"]:
        case "extra_forbidden":
            return _unknown(model, key, also_known)
        case "missing":
            return "is required"
        case "value_error":
            rule = str(item["ctx"]["error"])
        case "too_long":
            rule = f"has {item['ctx']['actual_length']} entries: give {item['ctx']['max_length']}"
        case "too_short":
            rule = "is empty: give at least one"
        case "tuple_type":
            rule = "is not a list"
        case "model_type":
            rule = f"is not a section: write keys below it ({', '.join(aliases(section_at(model, key)))})"
        case "dict_type":
            rule = "is not a mapping: write key: value, one a line"
        case "check_kind":
            rule = _no_kind(item["input"], [getattr(one, "kind", "") for one in _models_at(model, key)])
        case other:
            rule = f"is wrong ({other}): {item['msg']}"
    return f"{shown} {rule}"


def _no_kind(value: object, kinds: list[str]) -> str:
    """Say of an entry that is none of several kinds, or more than one of them, what it should be."""
    if not isinstance(value, dict):
        return f"is not a check: write one of {', '.join(kinds)}, a colon and what to look at"
    found = [kind for kind in kinds if kind in value]
    if found:
        return f"is {' and '.join(found)} at once: give a check to each"
    near = next((text for word in value if (text := meant(str(word), kinds))), "")
    return f"says no kind of check{near or '; known here: ' + ', '.join(kinds)}"


def _unknown(model: type[BaseModel], key: Key, also_known: tuple[str, ...]) -> str:
    word = str(key[-1])
    if is_password(word):
        return f"unknown key; {PASSWORDS}"
    if len(key) == 1 and word in MOVED:
        return f"unknown key; write {MOVED[word]} instead"
    known = [*aliases(section_at(model, key[:-1])), *(also_known if len(key) == 1 else ())]
    suggestion = meant(word, known) or f"; known here: {', '.join(known)}"
    return f"unknown key{suggestion}"


def aliases(model: type[BaseModel]) -> list[str]:
    """List a model's keys as the configuration writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def section_at(model: type[BaseModel], key: Key) -> type[BaseModel]:
    """Find the model that describes what is at a path. One of several kinds is told by the kind's name in the path."""
    return _models_at(model, key)[0]


def _models_at(model: type[BaseModel], key: Key) -> list[type[BaseModel]]:
    models = [model]
    for part in key:
        if of_kind := [one for one in models if getattr(one, "kind", None) == part and len(models) > 1]:
            models = of_kind
            continue
        for name, field in models[0].model_fields.items():
            if part in {name, field.alias}:
                models = _models_in(field.annotation) or models
                break
    return models


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models_in(inner)]
