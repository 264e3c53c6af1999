"""What a block of code may do: the words after its three backticks in, a checked value out.

``bash run`` can be run, ``sql type`` is to be typed by hand, ``yaml copy`` can be copied, ``sql save-as=first.sql`` can
be saved into the student's workshop folder. A word that nobody knows does nothing.
"""

import re
from dataclasses import dataclass

WAITING_FOR = {"bash": "shell", "sh": "shell", "shell": "shell", "sql": "psql", "psql": "psql"}
"""What must be waiting for input where a block in this language is run."""

LONGEST_NAME = 200
CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127, *range(0x80, 0xA0)])
"""Characters that a terminal acts upon; a block's text keeps none but tabs and line ends."""


@dataclass(frozen=True)
class Fence:
    """One block of code on a page."""

    text: str
    language: str = ""
    can_run: bool = False
    can_copy: bool = False
    is_typed: bool = False  # by hand: that is the exercise
    save_as: str | None = None  # a path below the workshop folder

    @property
    def needs(self) -> str | None:
        """``shell`` or ``psql``, where it can be run."""
        return WAITING_FOR.get(self.language) if self.can_run else None


def parse(info: str, text: str) -> Fence:
    """Understand the line that begins a block, and keep of its text what is text."""
    words = info.split()
    language = words[0].lower() if words else ""
    flags = words[1:]
    is_typed = "type" in flags
    can_run = "run" in flags and language in WAITING_FOR and not is_typed
    saved = next((flag.partition("=")[2] for flag in flags if flag.startswith("save-as=")), None)
    return Fence(
        text=text.translate(CONTROLS).rstrip("\n"),
        language=language,
        can_run=can_run,
        can_copy=("copy" in flags or can_run) and not is_typed,
        is_typed=is_typed,
        save_as=saved if saved and is_a_place(saved) else None,
    )


def is_a_place(name: str) -> bool:
    """Whether this is a plain path that stays below the folder it begins in."""
    parts = name.split("/")
    return (
        len(name) <= LONGEST_NAME
        and all(re.fullmatch(r"[\w.@+][\w.@+-]*", part) for part in parts)
        and not ({".", ".."} & set(parts))
    )
