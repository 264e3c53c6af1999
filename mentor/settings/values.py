"""Readers of single values, for use in the models of `settings` and `lesson`.

Each takes what the configuration holds (text, number, list, anything) and returns the value, or raises
`ValueError` with the second half of a sentence whose first half is the value as it was given.
Numbers are taken as text too: ``pulumi config set students 3`` stores the text ``3``.
"""

import difflib
import re
import unicodedata
import zoneinfo
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr

from mentor.settings.problems import meant

MIB_PER_UNIT = {"m": 1, "g": 1024}
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that a terminal would act on, or not show at all."""

LONGEST_TEXT = 100
LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3
MIB_DIGITS = 9
LONGEST_PATH = 1000

QUOTES = 'YAML reads no, yes, on and off as false and true, and digits as a number: write it in quotes, "no"'


def whole_number(value: object, low: int, high: int) -> int:
    """Read an integer within bounds."""
    text = "" if isinstance(value, bool) else str(value).strip()
    match = re.fullmatch(r"([+-]?[0-9]{1,18})(\.0)?", text)
    if not match or not low <= int(match[1]) <= high:
        raise ValueError(f"is not a whole number from {low} to {high}")
    return int(match[1])


def number(value: object, low: float, high: float) -> float:
    """Read a decimal number within bounds."""
    text = "" if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,18})?", text) or not low <= float(text) <= high:
        raise ValueError(f"is not a number from {low:g} to {high:g}")
    return float(text)


def mebibytes(value: object, low: str = "0m") -> int:
    """Read a size such as ``512m`` or ``2g`` in MiB."""
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    match = re.fullmatch(rf"([0-9]{{1,{MIB_DIGITS}}})([mgMG])", text)
    if not match:
        raise ValueError(f"is not a size: write a whole number with m or g{_size_meant(text)}")
    size = int(match[1]) * MIB_PER_UNIT[match[2].lower()]
    if low != "0m" and size < mebibytes(low):
        raise ValueError(f"is too small: at least {low}")
    return size


def _size_meant(text: str) -> str:
    match = re.fullmatch(r"([0-9]{1,9})(\.[0-9]{1,3})?\s*([a-zA-Z]*)", text)
    unit = match[3].lower().removesuffix("b").removesuffix("i") if match else "?"
    if not match or unit not in {"", "k", "m", "g", "t"}:
        return ""
    exact = float(match[1] + (match[2] or "")) * {"": 1, "k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024}[unit]
    size = round(exact)
    if not size:
        return ""
    return f'; did you mean "{size // 1024}g"?' if size % 1024 == 0 else f'; did you mean "{size}m"?'


def size_text(value: object, low: str) -> str:
    """Read a size and keep it as text, in lower case."""
    mebibytes(value, low)
    return str(value).strip().lower()


def choice(value: object, *words: str) -> str:
    """Read one of a few words."""
    if value not in words:
        listed = ", ".join(words[:-1]) + f" or {words[-1]}"
        raise ValueError(f"is not one of {listed}{meant(str(value), words)}")
    return str(value)


def unseen(text: str) -> str | None:
    """Name the first character that a reader cannot see, if there is one."""
    for position, char in enumerate(text, start=1):
        if unicodedata.category(char) in INVISIBLE:
            return f"has the control or format character U+{ord(char):04X} at position {position}: remove it"
    return None


def text(value: object, longest: int = LONGEST_TEXT) -> str:
    """Read one line of visible text."""
    if not isinstance(value, str):
        raise ValueError(f"is not text: {QUOTES}" if isinstance(value, bool | int | float) else "is not text")  # noqa: TRY004 - pydantic collects ValueError only
    if not value.strip():
        raise ValueError("is empty: write some text, or leave the key out")
    if trouble := unseen(value):
        raise ValueError(trouble)
    if value != value.strip():
        raise ValueError("starts or ends with a space: remove it")
    if len(value) > longest:
        raise ValueError(f"is {len(value)} characters long: at most {longest}")
    return value


def word(value: object, pattern: str, rule: str) -> str:
    """Read a text that matches a pattern as a whole."""
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(rule)
    return value


def email(value: object) -> str:
    """Read an e-mail address: plain, one, without a display name."""
    address = text(value, LONGEST_EMAIL)
    if not re.fullmatch(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\.]+(\.[^\s@<>(),;:\"\[\]\\.]+)+", address):
        inner = re.search(r"[^\s@<>:]+@[^\s@<>.]+(\.[^\s@<>.]+)+", address)
        suggestion = f'; did you mean "{inner[0]}"?' if inner else ""
        raise ValueError(f"is not an e-mail address: write name@example.org{suggestion}")
    return address


def time_zone(value: object) -> str:
    """Read the name of a time zone, such as ``Europe/Prague``."""
    known = zoneinfo.available_timezones()
    if value in known and value != "localtime":
        return str(value)
    near = _near_zones(str(value), known)
    raise ValueError(
        "is not a time zone: write a name like Europe/Prague" + (f"; near: {', '.join(near)}" if near else "")
    )


def _near_zones(wanted: str, known: set[str]) -> list[str]:
    """Three zones: by the whole name first, then by the city alone (``Prague``)."""
    names = {zone.casefold(): zone for zone in sorted(known) if "/" in zone or len(zone) <= len("GMT+0")}
    cities = {name.rsplit("/", 1)[-1]: zone for name, zone in names.items() if not name.startswith("etc/")}
    folded = wanted.strip().casefold().replace(" ", "_")
    by_name = [names[name] for name in difflib.get_close_matches(folded, names, n=3, cutoff=0.5)]
    by_city = [cities[city] for city in difflib.get_close_matches(folded.rsplit("/", 1)[-1], cities, n=3, cutoff=0.6)]
    exact = [cities[city] for city in [folded.rsplit("/", 1)[-1]] if city in cities]
    rest = [names[name] for name in difflib.get_close_matches(folded, names, n=3, cutoff=0.0)]
    return list(dict.fromkeys([*exact, *by_name, *by_city, *rest]))[:3]


def moment(value: object) -> datetime:
    """Read a date with a time, ISO 8601."""
    rule = (
        "is not a moment: write date and time, as in 2030-05-31T17:00 (the event's time zone) or 2030-05-31T17:00+02:00"
    )
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", value):
        raise ValueError(rule)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(rule) from None


def boolean(value: object) -> bool:
    """Read ``true`` or ``false``; YAML's other words for them are text."""
    word = str(value).strip().lower()
    if word not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return word == "true"


def secret(value: object, key: str) -> SecretStr:
    """Take a secret as `config.from_pulumi` wraps it; one that came in plain text is refused."""
    if not isinstance(value, SecretStr):
        raise ValueError(  # noqa: TRY004 - pydantic collects ValueError only
            f"is in plain text: use --secret; `pulumi config set --secret --path {key}` asks for it"
        )
    plain = value.get_secret_value()
    if not plain:
        raise ValueError(
            "is empty: an empty password proves nothing, and a directory takes it for an anonymous sign-in"
        )
    if any(char in plain for char in "\0\r\n"):
        raise ValueError("has a line end or NUL in it: a password is one line")
    return value


def listed(value: object) -> object:
    """Take a single text for a list of one: ``pulumi config set address lab.example.org``."""
    return [value] if isinstance(value, str) else value


def path(value: object) -> Path:
    """Read a path; a number is a legal name, and a bare one arrives as a number."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return Path(text(str(value) if plain else value, LONGEST_PATH))


def is_file(path: Path) -> bool:
    """Tell whether a file is there; no file has a name that the system refuses."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_by(reader: Callable[..., Any], *args: object) -> BeforeValidator:
    """Use one of the readers above for a field of a model."""
    return BeforeValidator(lambda value: reader(value, *args))


Text = Annotated[str, read_by(text)]
Email = Annotated[str, read_by(email)]
