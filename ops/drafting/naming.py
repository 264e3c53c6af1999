"""What things are called: in a check, in a sentence, and as the id of a task.

In: names as the server has them, whatever letters they are made of. Out: text that lab.yaml takes. An id is made of the
names alone, so that the next draft of the same database finds it again.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from mentor.course.questions import ID
from mentor.course.sqltext import PLAIN, quoted
from mentor.settings.values import INVISIBLE, LONGEST_TEXT
from ops.drafting.catalogue import Place

LONGEST_ID = 40
LONGEST_MESSAGE = 300
LONGEST_HINT = 1000
HASH_DIGITS = 6
UNSEEN = "\N{REPLACEMENT CHARACTER}"
USUAL = "public"
"""The schema that nobody has to name."""


def spelled(name: str) -> str:
    """Write a name as a check takes it: in double quotes only where SQL would read it otherwise."""
    return name if re.fullmatch(PLAIN, name) else quoted(name)


def placed(place: Place) -> str:
    """Write a table, a view or a type as a check takes it."""
    own = spelled(place.name)
    return own if place.namespace == USUAL else f"{spelled(place.namespace)}.{own}"


def visible(text: str) -> str:
    """Put a mark in the place of each character that a reader would not see."""
    return "".join(UNSEEN if unicodedata.category(char) in INVISIBLE else char for char in text)


def line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Make a text one line that is not too long."""
    whole = visible(" ".join(text.split()))
    return whole if len(whole) <= longest else f"{whole[: longest - 1].rstrip()}…"


def message(text: str) -> str:
    """Make a text what a student may read for a check."""
    return line(text, LONGEST_MESSAGE)


def hint(text: str) -> str:
    """Make a comment a hint: its lines stay."""
    lines = (line(one, LONGEST_HINT) for one in text.strip().splitlines())
    whole = "\n".join(lines).strip()
    return whole if len(whole) <= LONGEST_HINT else f"{whole[: LONGEST_HINT - 1].rstrip()}…"


@dataclass(frozen=True)
class Speech:
    """How names stand in a sentence: in double quotes where whoever types them needs these."""

    keywords: frozenset[str]

    def name(self, name: str) -> str:
        """A column or whatever has a name."""
        return visible(name if re.fullmatch(PLAIN, name) and name not in self.keywords else quoted(name))

    def place(self, place: Place) -> str:
        """A table, with its schema where that is not the usual one."""
        own = self.name(place.name)
        return own if place.namespace == USUAL else f"{self.name(place.namespace)}.{own}"

    def names(self, names: Iterable[str]) -> str:
        """Columns with commas between."""
        return ", ".join(map(self.name, names))


def listed(words: Iterable[str], last: str = "and") -> str:
    """Write ``a, b and c``."""
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end


def task_id(kind: str, *names: str) -> str:
    """Make an id of a kind and of names; a hash of them joins where letters were lost.

    The usual schema is left out by who calls.
    """
    slugs = [_slug(name) for name in names]
    whole = "-".join([kind, *(slug for slug in slugs if slug)])
    kept = all(re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", name) for name in names)
    return whole if kept and re.fullmatch(ID, whole) else with_hash(whole, names)


def with_hash(whole: str, names: Iterable[str]) -> str:
    """Tell an id from others like it by a hash of the names."""
    mark = hashlib.sha256("\0".join(names).encode()).hexdigest()[:HASH_DIGITS]
    return f"{whole[: LONGEST_ID - HASH_DIGITS - 1].rstrip('-')}-{mark}"


def located(place: Place) -> tuple[str, ...]:
    """The names of which an id is made."""
    return (place.name,) if place.namespace == USUAL else (place.namespace, place.name)


def _slug(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", letters).strip("-")
