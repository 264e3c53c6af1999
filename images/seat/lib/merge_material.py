#!/usr/bin/env python3
"""Brings the course material into the student's folder without ever overwriting the student's work.

In: the folder of the material, the student's folder, and the record of what was delivered before (JSON: for each path
the fingerprint last delivered). Out: changed files, the new record, and on stdout one line that says what happened, or
nothing.

* A file that is new in the course is added.
* A file that the student left as it was delivered is updated.
* A file that the student changed stays; the new version lands beside it as ``<name>.new``.
* A delivered file that the student deleted stays deleted.

Standard library only: this runs in the seat.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Record = dict[str, str]


def fingerprint(path: Path) -> str | None:
    """What is at ``path``: None for nothing, else text that only equal files, or two folders, share."""
    if path.is_symlink():
        return f"link:{path.readlink()}"
    if path.is_dir():
        return "folder"
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_record(path: Path) -> Record:
    """The record at ``path``; empty when it is missing or spoilt, which at worst delivers a file again as ``.new``."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: value for name, value in content.items() if isinstance(value, str)}


def write_record(path: Path, record: Record) -> None:
    """Writes the record whole or not at all. Names that are not UTF-8 survive as escaped surrogates."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(record, indent=1, sort_keys=True), "utf-8")
    draft.replace(path)


def material_files(material: Path) -> Iterator[Path]:
    """The files and links of the material, relative to it, in a stable order."""
    for folder, folders, files in os.walk(material):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in sorted(files + links):
            yield (Path(folder) / name).relative_to(material)
        folders.sort()


def put(source: Path, target: Path) -> None:
    """Copies ``source`` to ``target`` in one step, so that an interrupted run never leaves half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as folder:
        draft = Path(folder) / "file"
        shutil.copy2(source, draft, follow_symlinks=False)
        if not draft.is_symlink():
            # The course volume may be read-only all through; what lies in the home is the student's to write.
            draft.chmod(draft.stat().st_mode & 0o777 | 0o600)
        draft.replace(target)


@dataclass
class Merge:
    """One run over the material."""

    material: Path
    home: Path
    record: Record
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Takes each file of the material in turn."""
        for relative in material_files(self.material):
            self._merge(relative)

    def _merge(self, relative: Path) -> None:
        name = str(relative)
        source, target = self.material / relative, self.home / relative
        new, before, here = fingerprint(source), self.record.get(name), fingerprint(target)
        if new is None:
            raise FileNotFoundError(source)  # a newer version is being put in place: the next run finds it whole
        if new == before:
            return
        if before is not None and here is None:
            pass  # deleted by the student: stays so
        elif here == new:
            pass  # there already, for example after an interrupted run
        elif self._blocked(target):
            self._put_beside(source, self._blocking(target), new, inner=relative)
        elif here is None:
            put(source, target)
            self.added.append(name)
        elif here == before:
            put(source, target)
            self.updated.append(name)
        else:
            self._put_beside(source, target, new)
        self.record[name] = new

    def _blocking(self, target: Path) -> Path:
        """The file of the student's that stands where the material has a folder."""
        return next(
            parent for parent in reversed(target.parents) if parent.is_relative_to(self.home) and not parent.is_dir()
        )

    def _blocked(self, target: Path) -> bool:
        with contextlib.suppress(StopIteration):
            return os.path.lexists(self._blocking(target))
        return False

    def _put_beside(self, source: Path, target: Path, new: str, inner: Path | None = None) -> None:
        """Puts ``source`` at ``<target>.new``, or a further number when the student has edited that one too."""
        for suffix in (".new", *(f".new{number}" for number in range(2, 1000))):
            place = target.with_name(target.name + suffix)
            if inner is not None:
                place /= inner.relative_to(target.relative_to(self.home))
            key, here = str(place.relative_to(self.home)), fingerprint(place)
            if here not in (None, new, self.record.get(key)):
                continue
            if here != new:
                put(source, place)
                self.beside.append(key)
            self.record[key] = new
            return

    def summary(self) -> str:
        """One line for the student; empty when nothing changed."""
        parts = []
        if self.added:
            parts.append(f"{len(self.added)} new")
        if self.updated:
            parts.append(f"{len(self.updated)} updated")
        if self.beside:
            parts.append(f"you changed these, see the new version: {', '.join(self.beside)}")
        # A name may hold anything, and this is shown in a terminal.
        return "".join(letter if letter.isprintable() else "?" for letter in "; ".join(parts))


def main(material: str, home: str, record: str) -> int:
    """Merges and reports; the exit status is not 0 when something could not be written, and a later run goes on."""
    record_path = Path(record)
    merge = Merge(Path(material).resolve(strict=True), Path(home), read_record(record_path))
    try:
        merge.run()
    finally:
        write_record(record_path, merge.record)
    if merge.summary():
        print(merge.summary())  # noqa: T201 -- the line is this program's output
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:4]))
    except OSError as error:
        sys.exit(f"course material: {error}")
