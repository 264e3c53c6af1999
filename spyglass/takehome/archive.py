"""The archive itself: files that are its parts in, one ``tar.gz`` out, in the form that `make down` writes.

The form is docs/archive-and-restore.md's: ``manifest.json`` first, with size and SHA-256 of every other part.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

FORMAT = 1
PIECE = 1024**2  # bytes read at once

Advance = Callable[[int], None]


def pack(target: Path, about: Mapping[str, str], parts: Mapping[str, Path], advance: Advance) -> None:
    """Write ``target``; ``advance`` hears of every piece that was read, and may stop it by an error of its own.

    ``about``: student, stack and time. Each part is read twice: its sum comes before it.
    """
    sums = {name: _sum(path, advance) for name, path in parts.items()}
    manifest = json.dumps({"format": FORMAT, **about, "versions": {}, "parts": sums}, indent=1).encode()
    with tarfile.open(target, "w:gz", format=tarfile.GNU_FORMAT, compresslevel=1) as archive:
        _add(archive, "manifest.json", len(manifest), io.BytesIO(manifest))
        for name, path in parts.items():
            with path.open("rb") as file:
                _add(archive, name, path.stat().st_size, _Heard(file, advance))
    target.chmod(0o640)


class _Heard:
    """A file whose pieces are heard of."""

    def __init__(self, file: IO[bytes], advance: Advance) -> None:
        self._file = file
        self._advance = advance

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._advance(len(data))
        return data


def _sum(path: Path, advance: Advance) -> dict[str, int | str]:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(PIECE):
            found.update(data)
            advance(len(data))
    return {"bytes": path.stat().st_size, "sha256": found.hexdigest()}


def _add(archive: tarfile.TarFile, name: str, size: int, file: "IO[bytes] | _Heard") -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, file)
