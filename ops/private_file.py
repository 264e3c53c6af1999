"""Writes files with something in them that is nobody else's business.

In: a path and a text or bytes. Out: the file, readable by its owner only, whole or not at all.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """A file that nobody else may read: there, and whole, when the block ends well; not there otherwise."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def write(file: Path, text: str) -> None:
    """Write a file that nobody else may read, whole or not at all."""
    with written(file) as stream:
        stream.write(text.encode())
