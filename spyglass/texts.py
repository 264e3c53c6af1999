"""Text that somebody typed for others to read: whatever a browser sends in, plain and bounded text out.

It is still hostile (templates escape it, scripts set ``textContent``); what goes away here is what no reader sees and
what would disturb the text around it: control characters, reversed writing direction, halves of characters.
"""

import re
import unicodedata

JOINERS = "\u200c\u200d"  # emoji and several scripts need them
MARKS_IN_A_ROW = 4  # accents on one letter; more would climb over the lines above


class TextError(Exception):
    """The text cannot be taken; the reason is for the person who typed it."""


def one_line(text: str, longest: int, what: str) -> str:
    """A single line of 1 to ``longest`` characters; ``what`` begins the sentence that says what is wrong."""
    return _bounded(" ".join(_clean(text).split()), longest, what)


def several_lines(text: str, longest: int, what: str) -> str:
    """The same with line breaks: at most one empty line between two others."""
    lines = (" ".join(_clean(line).split()) for line in text.splitlines())
    return _bounded(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), longest, what)


def _bounded(text: str, longest: int, what: str) -> str:
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise TextError(f"{what} is empty. Write at least a word.")
    if len(text) > longest:
        raise TextError(f"{what} is too long: {len(text)} characters, at most {longest}.")
    return text


def _clean(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif (category[0] != "C" or character in JOINERS) and marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
