"""Keeps the passphrase's salt out of a stack file that git tracks.

In: Pulumi.<stack>.yaml after Pulumi has written to it, and what git has of it. Out: the file without the salt, if
nothing in it is encrypted with that salt; Pulumi then takes it from the state (decision 0001).
"""

import re
import subprocess
from pathlib import Path

import yaml

_SALT_LINE = re.compile(r"^encryptionsalt:[^\n]*\n?", re.MULTILINE)
_SECURE = re.compile(r"^\s*(- )?secure:", re.MULTILINE)


def without_salt(text: str, tracked: str) -> str:
    """The text to leave in a tracked file whose tracked content is ``tracked``."""
    if not _SALT_LINE.search(text) or _SECURE.search(text) or _SALT_LINE.search(tracked):
        return text
    bare = _SALT_LINE.sub("", text)
    # Pulumi also reformats what it saves; where only that differs, the file goes back as it was.
    return tracked if _values(bare) == _values(tracked) else bare


def _values(text: str) -> object:
    """The settings with every scalar as text: Pulumi writes ``3`` back as ``"3"``."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - the base loader makes strings, lists and mappings only


def tidy(file: Path) -> bool:
    """Take the salt out of ``file`` where that is right; True if the file was changed."""
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    if not _SALT_LINE.search(text):
        return False
    try:
        shown = subprocess.run(
            ["git", "show", f":./{file.name}"], cwd=file.parent, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return False
    if shown.returncode != 0:
        return False  # not tracked: the salt may stay where Pulumi keeps it
    kept = without_salt(text, shown.stdout)
    if kept != text:
        file.write_text(kept, encoding="utf-8")
    return kept != text
