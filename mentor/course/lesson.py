"""The course: a folder with `lab.yaml`, material, sample data and images.

In: the folder. Out: a `Course` with absolute paths and hashes of what is delivered, or lines in the report:
``workshop/lab.yaml:4: images[0].name: "UPPER/x:" is not the name of an image: …``. Nothing is read twice, nothing is
written, and SQL is not parsed here: the server itself tries it before any student exists.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mentor.course import document, files
from mentor.settings import values
from mentor.settings.explain import Report, lenient
from mentor.settings.model import Section
from mentor.settings.problems import Key, Problems, dotted, show
from mentor.settings.values import Text, read_by

LAB = "lab.yaml"
LARGEST_COURSE = 200 << 20
MIB = 1 << 20

IMAGE_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
IMAGE_NAME = re.compile(rf"(?P<path>{IMAGE_PART}(/{IMAGE_PART})*):(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})")


@dataclass(frozen=True, kw_only=True)
class CourseImage:
    """An image for the students' own engines: built from a folder, or pulled by its name."""

    name: str
    build: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """What is taught, as files."""

    root: Path
    title: str
    material: Path
    material_hash: str
    sql_files: tuple[Path, ...]
    sql_hash: str
    images: tuple[CourseImage, ...]


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


class DatabaseFiles(Section):
    """`database:` of a course."""

    files: tuple[InnerPath, ...] = ()


class Image(Section):
    """One entry of `images:`."""

    name: Annotated[str, read_by(image_name)]
    build: InnerPath | None = None


class Lab(Section):
    """`lab.yaml`."""

    title: Text = ""
    material: InnerPath = "material"
    database: DatabaseFiles = DatabaseFiles()
    images: Annotated[tuple[Image, ...], Field(max_length=50)] = ()


def parse(folder: Path, root: Path, problems: Problems) -> Course | None:
    """Read a course, or report everything that is wrong with it."""
    course = (root / folder).absolute()
    before = len(problems)
    try:
        if wrong := _folder_trouble(course):
            problems.add("course", f"{show(str(folder))} {wrong}")
            return None
        doc = document.read(course / LAB)

        def report(key: Key, text: str) -> None:
            problems.add_elsewhere(f"{folder / LAB}:{doc.line(key)}", f"{dotted(key)}: {text}")

        lab = lenient(Lab, doc.values, report)
        _check(course, lab, report)
        # Only what was checked is opened: reading a pipe, for one, would never end.
        return _course(course, lab) if len(problems) == before else None
    except document.DocumentError as error:
        problems.add_elsewhere(f"{folder / LAB}:{error.line}", str(error))
        return None
    except OSError as error:
        problems.add("course", f"{show(str(folder))}: {error.filename} cannot be read: {error.strerror}")
        return None


def _folder_trouble(course: Path) -> str | None:
    if not course.is_dir():
        return f"is not a folder (looked for {course}): write a path relative to Pulumi.yaml"
    if not any(course.iterdir()):
        return f"is empty ({course}): `workshop` is an example to start from"
    if not (course / LAB).is_file():
        return f"holds no {LAB} ({course}): `workshop/{LAB}` is an example to start from"
    size = files.size(course)
    if size > LARGEST_COURSE:
        return f"takes {size // MIB} MiB ({course}): at most {LARGEST_COURSE // MIB} MiB go to every student"
    return None


def _course(root: Path, lab: Lab) -> Course:
    material = root / lab.material
    sql = tuple(root / name for name in lab.database.files)
    return Course(
        root=root,
        title=lab.title,
        material=material,
        material_hash=files.content_hash(material, files.walk(material)),
        sql_files=sql,
        sql_hash=_ordered_hash(root, sql),
        images=tuple(CourseImage(name=one.name, build=root / one.build if one.build else None) for one in lab.images),
    )


def _ordered_hash(course: Path, paths: tuple[Path, ...]) -> str:
    """Hash the SQL files in their order, which is the order in which they are loaded."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.relative_to(course)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[: files.HASH_DIGITS]


def _check(course: Path, lab: Lab, report: Report) -> None:
    if not lab.title:
        report(("title",), "is required: what the course is called")
    _check_material(course, lab, report)
    for index, name in enumerate(lab.database.files):
        if wrong := _sql_trouble(course / name, course):
            report(("database", "files", index), f"{show(name)} {wrong}")
        elif name in lab.database.files[:index]:
            report(("database", "files", index), f"{show(name)} is there twice: remove one")
    _check_images(course, lab, report)


def _check_material(course: Path, lab: Lab, report: Report) -> None:
    material = course / lab.material
    if not material.is_dir() or not material.resolve().is_relative_to(course.resolve()):
        report(("material",), f"{show(lab.material)} is not a folder of the course ({material})")
        return
    if not any(files.walk(material)):
        report(("material",), f"{show(lab.material)} is empty ({material}): put at least one file in it")
    for wrong in files.troubles(material):
        report(("material",), f"{show(lab.material)}: {wrong}")


def _sql_trouble(path: Path, course: Path) -> str | None:
    if not path.is_file():
        return f"is not a file ({path})"
    if not path.resolve().is_relative_to(course.resolve()):
        return f"is a link out of the course (to {path.resolve()}): copy the file in"
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return f"line {line}: byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8"
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return f"line {line}: holds a NUL character; is it UTF-16? save it as UTF-8"
    return None


def _check_images(course: Path, lab: Lab, report: Report) -> None:
    seen: dict[str, int] = {}
    for index, image in enumerate(lab.images):
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
