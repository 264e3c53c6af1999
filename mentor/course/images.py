"""The images that a course brings along for the students' own engines.

In: ``images:`` of lab.yaml. Out: names as the seats ask for them, and folders to build from; or what is wrong.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mentor.course import files
from mentor.settings import values
from mentor.settings.explain import Report
from mentor.settings.model import Section
from mentor.settings.problems import show
from mentor.settings.values import read_by

IMAGE_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
IMAGE_NAME = re.compile(rf"(?P<path>{IMAGE_PART}(/{IMAGE_PART})*):(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})")


@dataclass(frozen=True, kw_only=True)
class CourseImage:
    """An image for the students' own engines: built from a folder, or pulled by its name."""

    name: str
    build: Path | None = None


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


def check(course: Path, images: tuple[Image, ...], report: Report) -> None:
    """Report names that are there twice, and folders that hold nothing to build."""
    seen: dict[str, int] = {}
    for index, image in enumerate(images):
        if image.name in seen:
            report(("images", index, "name"), f"{show(image.name)} is images[{seen[image.name]}] again: remove one")
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
