"""The images that a course brings along for the students' own engines.

In: ``images:`` of lab.yaml. Out: names as the seats ask for them, and folders to build from; or what is wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field

from mentor.course import files
from mentor.settings import values
from mentor.settings.explain import Report
from mentor.settings.model import Section
from mentor.settings.problems import meant, show
from mentor.settings.values import read_by

T = TypeVar("T")
IMAGE_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
IMAGE_NAME = re.compile(rf"(?P<path>{IMAGE_PART}(/{IMAGE_PART})*):(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})")


@dataclass(frozen=True, kw_only=True)
class CourseImage:
    """An image for the students' own engines: built from a folder, maybe on another of them, or pulled by its name."""

    name: str
    build: Path | None = None
    base: str | None = None

    def arguments(self, built: Mapping[str, T]) -> dict[str, T]:
        """What its build is given: of the images above it that are ``built``, the one that it stands on."""
        return {"BASE": built[self.base]} if self.base else {}


def inner_path(value: object) -> str:
    """Read a path that stays inside the course."""
    path = values.text(value, 1000)
    if path.startswith(("/", "~")) or ".." in Path(path).parts:
        raise ValueError("leads out of the course: write a path below lab.yaml's own folder")
    return path


def image_name(value: object) -> str:
    """Read ``name:tag`` as the seats' engines ask for it: without a registry, with a tag."""
    if not isinstance(value, str) or not value:
        raise ValueError("is not the name of an image: write name:tag, as in lab/postgres:17")
    if IMAGE_NAME.fullmatch(value) and not _registry_of(value):
        return value
    if registry := _registry_of(value):
        rest = value.removeprefix(f"{registry}/")
        raise ValueError(f'names a registry, and the seats know only the workshop\'s own: write "{rest}"')
    if "@" in value:
        raise ValueError(f"has a digest, and images are kept by tag here: write {value.split('@')[0] or 'name'}:tag")
    if IMAGE_NAME.fullmatch(f"{value}:latest"):
        raise ValueError(f'has no tag: a course that works today names what it works with; write "{value}:1"')
    lower = value.lower().rstrip(":")
    near = f'; did you mean "{lower}"?' if lower != value and IMAGE_NAME.fullmatch(lower) else ""
    raise ValueError(f"is not the name of an image: lower-case name, colon, tag, as in lab/postgres:17{near}")


def _registry_of(name: str) -> str | None:
    first, slash, _ = name.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else None


InnerPath = Annotated[str, read_by(inner_path)]


class Image(Section):
    """One entry of `images:`."""

    name: Annotated[str, read_by(image_name)] = Field(description="As the seats' engines ask for it: name:tag")
    build: InnerPath | None = Field(default=None, description="The folder of its Dockerfile; without it, it is pulled")
    base: Annotated[str, read_by(image_name)] | None = Field(
        default=None, description="An image above it in this list, which its Dockerfile builds on as ${BASE}"
    )


def check(course: Path, images: tuple[Image, ...], report: Report) -> None:
    """Report names that are there twice, folders that hold nothing to build, and what nothing can be built on."""
    seen: dict[str, int] = {}
    for index, image in enumerate(images):
        if image.name in seen:
            report(("images", index, "name"), f"{show(image.name)} is images[{seen[image.name]}] again: remove one")
        if wrong := _base_trouble(image, images[:index]):
            report(("images", index, "base"), wrong)
        seen.setdefault(image.name, index)
        if image.build is None:
            continue
        folder = course / image.build
        if not (folder / "Dockerfile").is_file():
            what = "holds no Dockerfile" if folder.is_dir() else "is not a folder"
            report(("images", index, "build"), f"{show(image.build)} {what} ({folder})")
            continue
        for wrong in files.troubles(folder):
            report(("images", index, "build"), f"{show(image.build)}: {wrong}")


def _base_trouble(image: Image, above: tuple[Image, ...]) -> str | None:
    """Say why an image cannot be built on its base. One that stands above is built before, and makes no circle."""
    if image.base is None:
        return None
    if image.build is None:
        return "is for an image that is built: give build too"
    for other in above:
        if other.name == image.base:
            return None if other.build else f"{show(image.base)} is pulled: write it behind FROM in the Dockerfile"
    return f"{show(image.base)} is no image above this one{meant(image.base, [other.name for other in above])}"
