"""What a tool is here: something with a command that makes a class of given people, and one that removes it.

In: the images, a port, a folder. Out: commands with their environment, and how its people sign in.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Action = Literal["up", "destroy"]


class MissingError(Exception):
    """This machine does not have the tool; in words that the report repeats."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a run happens: its folder (of nobody else), the database server's port, the images by service."""

    folder: Path
    port: int
    images: dict[str, str]


@dataclass(frozen=True)
class Command:
    """One call of a tool."""

    words: Sequence[str]
    environment: dict[str, str]
    folder: Path


class Tool(Protocol):
    """A way to make a class."""

    def version(self) -> str:
        """Its version and that of what it is told.

        Raises:
            MissingError: it is not on this machine and cannot be had.
        """

    def prepare(self, place: Place) -> None:
        """Get ready for a run; not measured."""

    def command(self, action: Action, people: Sequence[str], place: Place) -> Command:
        """How it brings these people's class about, whatever is there, or removes it; files are written here."""

    def passwords(self, people: Sequence[str], place: Place) -> dict[str, str]:
        """Their database passwords; not measured."""

    def key(self, place: Place) -> str:
        """The private key that opens the seats; not measured."""


def digest(*files: Path) -> str:
    """Eight hex digits over files' contents: a version of what a tool is told."""
    seen = hashlib.sha256()
    for file in sorted(files):
        seen.update(file.read_bytes() + b"\0")
    return seen.hexdigest()[:8]


class Scripted:
    """What the tools other than mentor have in common: steps.sh, and a folder for keys and passwords."""

    def prepare(self, place: Place) -> None:
        """Nothing of an earlier class: keys are made in ``up``, as mentor makes them."""
        place.folder.mkdir(parents=True, exist_ok=True)

    def passwords(self, people: Sequence[str], place: Place) -> dict[str, str]:
        """As steps.sh wrote them down."""
        folder = place.folder / "people"
        return {each: (folder / each).read_text(encoding="utf-8").strip() for each in people}

    def key(self, place: Place) -> str:
        """As steps.sh made it."""
        return (place.folder / "key").read_text(encoding="utf-8")


def environment(people: Sequence[str], place: Place, stack: str, **more: str) -> dict[str, str]:
    """What steps.sh reads."""
    images = {f"IMAGE_{service.upper()}": name for service, name in place.images.items()}
    own = {"STACK": stack, "PEOPLE": " ".join(people), "GROUND": str(place.folder), "PORT": str(place.port)}
    return {**os.environ, **images, **own, **more}
