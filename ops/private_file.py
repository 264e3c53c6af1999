"""Writes files with something in them that is nobody else's business.

In: a path and a text. Out: the file, readable by its owner only, whole or not at all.
"""

import os
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write a file that nobody else may read, whole or not at all."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
    part.replace(file)
