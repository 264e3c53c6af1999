"""The blocks of code in the course's Markdown: what their first lines say, looked at before anybody presses them.

In: the material's folder. Out: ``01-psql.md:25: …`` for each word that was surely meant otherwise. A word that is
nothing like one of ours is somebody else's, and left alone: the same files are read elsewhere, too.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from mentor.course import files
from mentor.settings.problems import meant, show

ENDING = ".md"
RUNNABLE = ("bash", "sh", "shell", "sql", "psql")
WORDS = ("run", "type", "copy", "save-as=")

FENCE = re.compile(r"^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})([^`]*)$")
PLACE = re.compile(r"[\w.@+][\w.@+-]*(/[\w.@+][\w.@+-]*)*")
LONGEST_PLACE = 200


def troubles(material: Path) -> Iterator[tuple[str, str]]:
    """Yield where and what, for every block that would not do what its author meant."""
    for path in files.walk(material):
        if path.suffix != ENDING or not path.is_file():
            continue
        name = files.shown(path, material)
        text = path.read_bytes().decode(errors="replace")
        for number, info in first_lines(text):
            for wrong in _wrong(info.split()):
                yield f"{name}:{number}", wrong


def first_lines(text: str) -> Iterator[tuple[int, str]]:
    """The words after the backticks of each block, with their line."""
    until = ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = FENCE.match(line)
        if found is None:
            continue
        if not until:
            until = found[1]
            yield number, found[2]
        elif found[1].startswith(until) and not found[2].strip():
            until = ""


def _wrong(words: list[str]) -> Iterator[str]:
    language, flags = (words[0] if words else ""), words[1:]
    for flag in flags:
        word, _, place = flag.partition("=")
        if word == "save-as":
            if not _is_a_place(place):
                yield (
                    f"{show(flag)} cannot be a file of the workshop folder: write save-as=first.sql or "
                    "save-as=folder/first.sql, with letters, digits and . _ + @ - alone"
                )
        elif flag not in WORDS and (near := meant(flag, WORDS)):
            yield f"{show(flag)} is no word of a block{near}"
    if "run" in flags and language.lower() not in RUNNABLE:
        yield f"{show(language)} cannot be run: only {', '.join(RUNNABLE[:-1])} and {RUNNABLE[-1]} can"
    if "run" in flags and "type" in flags:
        yield '"run" and "type" exclude each other: what is to be typed by hand has no button'


def _is_a_place(place: str) -> bool:
    return (
        len(place) <= LONGEST_PLACE
        and PLACE.fullmatch(place) is not None
        and not {".", ".."}.intersection(place.split("/"))
    )
