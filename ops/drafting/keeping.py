"""A course on the disk, whoever wrote what of it: a new draft changes only what nobody else has changed.

In: the texts of a draft, and a folder. Out: files, and lines about what happened to them. The folder `.drafted` in a
course holds the last draft as it was, or its hash where that is enough: by that, what a person has changed is told from
what the database has changed.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from mentor.course.lesson import LAB
from ops.console import StopError

BASE = ".drafted"
NEW = ".new"
"""A folder in a course, for what is new and cannot be put into what is there."""
MERGED = frozenset({".yaml", ".md"})
"""What is put together line by line; SQL and pictures are taken or left as a whole."""


def is_drafted(course: Path) -> bool:
    """Whether a course is there that was drafted, and can be again."""
    return (course / BASE / LAB).is_file()


def kept(course: Path, texts: Mapping[str, bytes]) -> list[str]:
    """Write a draft over an earlier one, and say what is new. lab.yaml comes last: where it is, all is.

    Raises:
        StopError: a file cannot be read or written.
    """
    try:
        before = _texts(course / BASE)
        said = list(_tasks(before.get(LAB, b""), texts[LAB]))
        for name in sorted(before.keys() - texts.keys()):
            said += _dropped(course, name, before[name])
        for name in sorted(texts, key=lambda one: (one == LAB, one)):
            said += _one(course, name, before.get(name), texts[name])
        shutil.rmtree(course / BASE, ignore_errors=True)
        for name, text in texts.items():
            _write(course / BASE / name, _mark(name, text))
    except OSError as error:
        raise StopError(f"lesson: {error.filename} cannot be read or written: {error.strerror}") from None
    except (yaml.YAMLError, KeyError, TypeError):
        # Ours alone is read as YAML, before anything is written.
        raise StopError(
            f"lesson: {course / BASE / LAB} is not as it was written: put it back, or name another COURSE"
        ) from None
    return said


def _texts(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _write(target: Path, text: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(text)
    part.replace(target)


def _one(course: Path, name: str, base: bytes | None, new: bytes) -> Iterator[str]:
    target = course / name
    mine = target.read_bytes() if os.path.lexists(target) else None
    if mine == new or _mark(name, new) == base:
        return  # nothing about it is new, whether it is there or was taken away
    if (None if mine is None else _mark(name, mine)) == base:
        _write(target, new)
        return
    if mine is not None and base is not None and target.suffix in MERGED:
        merged = _merged(mine, base, new)
        if merged is not None:
            _write(target, merged)
            yield f"{name}: has your changes and the new ones"
            return
    _write(course / NEW / name, new)
    what = "was taken away" if mine is None else "is yours, and is left as it is"
    yield f"{name}: {what}; the new draft of it is {NEW}/{name}"


def _dropped(course: Path, name: str, base: bytes) -> Iterator[str]:
    target = course / name
    if not os.path.lexists(target):
        return
    if _mark(name, target.read_bytes()) == base:
        target.unlink()
        yield f"{name}: is no part of the draft any more, and gone"
    else:
        yield f"{name}: is no part of the draft any more; it is yours, and is left as it is"


def _mark(name: str, text: bytes) -> bytes:
    """What is remembered of a text."""
    return text if Path(name).suffix in MERGED else hashlib.sha256(text).hexdigest().encode()


def _merged(mine: bytes, base: bytes, new: bytes) -> bytes | None:
    """Put the changes of both together; nothing where they are about the same lines."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("mine", "base", "new")]
        for file, text in zip(files, (mine, base, new), strict=True):
            file.write_bytes(text)
        try:
            done = subprocess.run(["git", "merge-file", "-p", "-q", *files], capture_output=True, check=False)
        except FileNotFoundError:
            return None
        return done.stdout if done.returncode == 0 else None


def _tasks(before: bytes, after: bytes) -> Iterator[str]:
    """What is new in the database, in words: tasks by their ids."""
    old, new = _by_id(before), _by_id(after)
    yield from (f"new: {name}: {new[name]['title']}" for name in new if name not in old)
    yield from (f"changed: {name}: {new[name]['title']}" for name in new if name in old and old[name] != new[name])
    yield from (f"not in the database any more: {name}: {old[name]['title']}" for name in old if name not in new)


def _by_id(lab: bytes) -> dict[str, dict[str, object]]:
    """The tasks of a draft as we wrote it."""
    found = yaml.safe_load(lab) or {"sections": []}
    return {task["id"]: task for section in found["sections"] for task in section["tasks"]}
