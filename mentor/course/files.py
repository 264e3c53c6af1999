"""The files of a folder, as a course delivers them.

In: a folder. Out: its files in a fixed order, a hash of their names and contents, and what is wrong with them. Names
are taken as bytes (``os.fsencode``), so one that is not UTF-8 counts like any other.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

IGNORED = frozenset({"__pycache__", ".git", ".DS_Store", ".ipynb_checkpoints"})
IGNORED_ENDINGS = (".pyc", ".swp", "~")
CHUNK = 1 << 20
HASH_DIGITS = 16


def walk(folder: Path) -> Iterator[Path]:
    """Yield every file and link below a folder, sorted by the bytes of the relative name."""
    for entry in sorted(os.scandir(folder), key=lambda one: os.fsencode(one.name)):
        if entry.name in IGNORED or entry.name.endswith(IGNORED_ENDINGS):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        else:
            yield Path(entry.path)


def size(folder: Path) -> int:
    """Add up what the files take, in bytes."""
    return sum(path.lstat().st_size for path in walk(folder))


def shown(path: Path, folder: Path) -> str:
    """Write a file's name so that it can be printed, whatever bytes it has."""
    return os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")


def troubles(folder: Path) -> Iterator[str]:
    """Name each file that could not be delivered: links that lead out or nowhere, and what is no file at all."""
    inside = folder.resolve()
    for path in walk(folder):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            target = os.fsencode(path.readlink()).decode("utf-8", "backslashreplace")
            end = _end_of(path)
            if path.readlink().is_absolute() or (end and not end.is_relative_to(inside)):
                yield f"{shown(path, folder)} is a link out of the folder (to {target}): copy the file in"
            elif not (end and end.exists()):
                yield f"{shown(path, folder)} is a link to nothing ({target}): remove it"
        elif not stat.S_ISREG(mode):
            yield f"{shown(path, folder)} is neither file nor folder: remove it"


def _end_of(link: Path) -> Path | None:
    try:
        return link.resolve()
    except (OSError, RuntimeError):  # links in a circle end nowhere
        return None


def content_hash(folder: Path, paths: Iterable[Path]) -> str:
    """Hash names, contents, link targets and the executable bit; nothing that a checkout or a copy changes."""
    whole = hashlib.sha256()
    for path in paths:
        name = os.fsencode(path.relative_to(folder))
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            kind, inner = b"link", hashlib.sha256(os.fsencode(path.readlink())).digest()
        else:
            kind, inner = b"exec" if mode & stat.S_IXUSR else b"file", _file_hash(path)
        whole.update(b"%d:%s:%s:" % (len(name), name, kind) + inner)
    return whole.hexdigest()[:HASH_DIGITS]


def _file_hash(path: Path) -> bytes:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.digest()
