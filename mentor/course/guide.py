"""What the course's Markdown says to the web app, looked at before anybody sees it: first lines of blocks, and ``:::``.

In: the material's folder, and the ids that it may name. Out: ``01-psql.md:25: …`` for each word that was surely meant
otherwise. A word that is nothing like one of ours is somebody else's, and left alone.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from mentor.course import files
from mentor.course.questions import entries
from mentor.settings.problems import meant, show

ENDING = ".md"
RUNNABLE = ("bash", "sh", "shell", "sql", "psql")
DIRECTIVE = ":::"
DIRECTIVES = ("task", "quiz", "hint")
WORDS = ("run", "type", "copy", "save-as=")

FENCE = re.compile(r"^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})([^`]*)$")
PLACE = re.compile(r"[\w.@+][\w.@+-]*(/[\w.@+][\w.@+-]*)*")
LONGEST_PLACE = 200


def named(sections: object) -> dict[str, list[str]]:
    """The ids that ``:::task`` and ``:::quiz`` may name, from ``sections:`` as YAML holds it."""
    return {
        word: [str(one["id"]) for _, one in entries(sections, kind) if "id" in one]
        for word, kind in (("task", "tasks"), ("quiz", "questions"))
    }


def troubles(material: Path, ids: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Yield where and what, for everything that would not do what its author meant."""
    for path in files.walk(material):
        if path.suffix != ENDING or not path.is_file():
            continue
        name = files.shown(path, material)
        text = path.read_bytes().decode(errors="replace")
        for number, info in first_lines(text):
            words = info.removeprefix(DIRECTIVE).split()
            found = _wrong_directive(words, ids) if info.startswith(DIRECTIVE) else _wrong(words)
            for wrong in found:
                yield f"{name}:{number}", wrong


def first_lines(text: str) -> Iterator[tuple[int, str]]:
    """The words after the backticks of each block, and lines that begin with ``:::``, with their numbers."""
    until = ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = FENCE.match(line)
        if found is None:
            if not until and line.lstrip().startswith(DIRECTIVE):
                yield number, line.strip()
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


def _wrong_directive(words: list[str], ids: Mapping[str, Collection[str]]) -> Iterator[str]:
    kind, names = (words[0] if words else ""), words[1:]
    if kind not in DIRECTIVES:
        if near := meant(kind, DIRECTIVES):
            yield f"{show(DIRECTIVE + kind)} is nothing that a guide knows{near}"
    elif kind in ids:
        if len(names) != 1:
            yield f"{show(DIRECTIVE + ' '.join(words))} names no {kind}: write {DIRECTIVE}{kind} ID"
        elif names[0] not in ids[kind]:
            thing = "question" if kind == "quiz" else kind
            yield f"{show(names[0])} is not the id of a {thing} in lab.yaml{meant(names[0], ids[kind])}"


def _is_a_place(place: str) -> bool:
    return (
        len(place) <= LONGEST_PLACE
        and PLACE.fullmatch(place) is not None
        and not {".", ".."}.intersection(place.split("/"))
    )
