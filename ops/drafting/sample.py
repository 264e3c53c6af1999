"""The files of a finished database, before anything of them is run.

In: a file or a folder that a person names. Out: what is to be loaded, or `StopError` with the reason why it cannot be.
"""

from dataclasses import dataclass
from pathlib import Path

from ops.console import StopError
from ops.drafting import naming

LARGEST = 100 << 20
"""Bytes of a sample, and of a solution: a course may take 200 MiB in all."""
PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh", b"PK\x03\x04")


@dataclass(frozen=True)
class Sample:
    """The files of a finished database in the order of loading; one alone if it is in pg_dump's custom format.

    ``source`` is what a person knows it by, where he did not name the file.
    """

    files: tuple[Path, ...]
    custom: bool = False
    source: str = ""


def found(place: Path) -> Sample:
    """Find what is to be loaded, or stop with the reason why it cannot be."""
    if place.is_dir():
        sample = _folder(place)
    elif place.is_file():
        sample = Sample((place,), custom=_start(place).startswith(b"PGDMP"))
    else:
        raise StopError(f"lesson: there is no file or folder {place}")
    for file in sample.files:
        if reason := _unreadable(file):
            raise StopError(f"lesson: {naming.visible(str(file))} {reason}")
    size = sum(file.stat().st_size for file in sample.files)
    if size > LARGEST:
        raise StopError(f"lesson: {place} takes {size >> 20} MiB: at most {LARGEST >> 20} MiB; leave rows out")
    return sample


def _folder(place: Path) -> Sample:
    if (place / "toc.dat").exists():
        raise StopError(f"lesson: {place} is in pg_dump's directory format: give --format=custom, or plain SQL")
    files = tuple(sorted(place.glob("*.sql")))
    if not files:
        raise StopError(f"lesson: {place} holds no *.sql")
    for one in files:  # a link that came with a folder could bring a file of this machine's into the course
        if one.is_symlink() or not one.is_file():
            raise StopError(f"lesson: {naming.visible(str(one))} is a link, or no file: put the file itself there")
    return Sample(files)


def _start(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(512)
    except OSError as error:
        raise StopError(f"lesson: {naming.visible(str(file))} cannot be read: {error.strerror}") from None


def _unreadable(file: Path) -> str | None:
    """Why a file that begins as this one is not read."""
    start = _start(file)
    if start.startswith(PACKED):
        return "is compressed: unpack it first"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"is UTF-16, as PowerShell writes with >: use pg_dump --file={file.name}"
    if start[257:262] == b"ustar":
        return "is a tar archive: give plain SQL, or pg_dump --format=custom"
    return None
