"""Every mistake in the configuration, collected: one line each, in one report.

In: a key such as ``seat.memory``, the value found there, and the rule it breaks. Out: lines like
``mentor:seat.memory: "512mb" is not a size: write a whole number with m or g; did you mean "512m"?``,
and at the end one `SettingsError` that carries them all.
"""

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pydantic import SecretStr

LONGEST_SHOWN = 60
"""Characters of a value that are shown; nobody reads more of a wrong value than this."""

Key: TypeAlias = tuple[str | int, ...]


class SettingsError(ValueError):
    """The stack's configuration cannot describe a workshop.

    ``args[0]`` lists every problem, one a line, each starting with its configuration key.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Problems:
    """The report: what is wrong, in the order in which it was found."""

    def __init__(self, project: str) -> None:
        self.project = project
        self._lines: dict[str, None] = {}
        self._keys: set[str] = set()

    def add(self, key: str, text: str) -> None:
        """Report a problem of a configuration key."""
        self._keys.add(key)
        self._lines[f"{self.project}:{key}: {text}"] = None

    def add_elsewhere(self, place: str, text: str) -> None:
        """Report a problem outside the configuration: in a file of the course, or in the stack's name."""
        self._lines[f"{place}: {text}"] = None

    def clean(self, *keys: str) -> bool:
        """Tell whether nothing was reported for these keys, what is inside them or what they are inside of."""
        return not any(_related(reported, key) for reported in self._keys for key in keys)

    def __iter__(self) -> Iterator[str]:
        """Go through the lines, as `SettingsError` takes them."""
        return iter(self._lines)

    def __len__(self) -> int:
        """Count the lines: an empty report is false."""
        return len(self._lines)


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith((f"{other}.", f"{other}[")) or other.startswith((f"{one}.", f"{one}["))


def dotted(key: Key) -> str:
    """Write a path as the configuration's own syntax has it: ``students[2].email``."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def show(value: object) -> str:
    """Show a value on one line: as JSON, shortened, with whatever a terminal would act on spelled out."""
    if isinstance(value, SecretStr):
        return "(secret)"
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    if len(text) > LONGEST_SHOWN:
        text = f"{text[:LONGEST_SHOWN]}…"
    return "".join(_spelled(char) for char in text)


def _spelled(char: str) -> str:
    return char if char.isprintable() else f"<U+{ord(char):04X}>"


def code_points(text: str) -> str:
    """Spell out what is not ASCII, to tell apart two texts that look the same."""
    return "".join(char if char.isascii() else f"<U+{ord(char):04X}>" for char in text)


def meant(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "…"?`` for the nearest known word, or nothing."""
    folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f'; did you mean "{folded[near[0]]}"?' if near else ""
