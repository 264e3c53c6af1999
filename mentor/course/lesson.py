"""The course: a folder with `lab.yaml`, material, sample data and images.

In: the folder. Out: a `Course` with its tasks, absolute paths and hashes of what is delivered, or lines in the report:
``workshop/lab.yaml:4: images[0].name: "UPPER/x:" is not the name of an image: …``. Nothing is read twice, nothing is
written, and SQL is not parsed here: the server itself tries it before any student exists.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mentor.course import document, files, guide, images, questions, tasks
from mentor.course.criteria import KINDS
from mentor.course.editors import TEXT
from mentor.course.images import CourseImage, Image, InnerPath
from mentor.course.tasks import Section, Task
from mentor.settings import values
from mentor.settings.explain import Report, lenient
from mentor.settings.model import Section as Model
from mentor.settings.problems import Key, Problems, dotted, show
from mentor.settings.values import Text, read_by

LAB = "lab.yaml"
LARGEST_COURSE = 200 << 20
MIB = 1 << 20


class SeatNeeds(Model):
    """`needs:` of a course."""

    memory: Annotated[int, read_by(values.mebibytes, "16m"), TEXT] | None = Field(
        default=None, description="Memory of a seat, its engine included: 650m"
    )
    disk: Annotated[int, read_by(values.mebibytes, "1m"), TEXT] | None = Field(
        default=None, description="Disk of a seat's home and engine: 1350m"
    )


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
    needs: SeatNeeds
    sections: tuple[Section, ...] = ()
    solution: Path | None = None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, in the course's order."""
        return tuple(task for section in self.sections for task in section.tasks)


class DatabaseFiles(Model):
    """`database:` of a course."""

    files: tuple[InnerPath, ...] = Field(default=(), description="SQL files, in the order of loading")


class Lab(Model):
    """`lab.yaml`."""

    title: Text = Field(default="", description="What the course is called")
    material: InnerPath = Field(default="material", description="The folder that every student gets")
    database: DatabaseFiles = Field(default=DatabaseFiles(), description="What every student's database starts with")
    images: Annotated[tuple[Image, ...], Field(max_length=50)] = Field(
        default=(), description="Images for the students' own engines"
    )
    needs: SeatNeeds = Field(default=SeatNeeds(), description="What a seat takes where the course asks most of it")
    sections: Annotated[tuple[Section, ...], Field(max_length=tasks.MOST_SECTIONS)] = Field(
        default=(), description="The chapters, and what is to be done in them"
    )
    solution: InnerPath | None = Field(
        default=None, description="The folder of the answers, which `make lesson-test` tries; no student gets it"
    )


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
            place = _without_tags(key)
            problems.add_elsewhere(f"{folder / LAB}:{doc.line(place)}", f"{dotted(place)}: {text}")

        lab = lenient(Lab, doc.values, report)
        tasks.check(doc.values.get("sections"), report)
        questions.check(doc.values.get("sections"), report)
        _check(course, lab, report)
        if (course / lab.material).is_dir():
            material = course / lab.material
            known = [files.shown(path, material) for path in files.walk(material)]
            tasks.check_chapters(doc.values.get("sections"), known, report)
            for place, wrong in guide.troubles(material, guide.named(doc.values.get("sections"))):
                problems.add_elsewhere(f"{folder / lab.material}/{place}", wrong)
        # Only what was checked is opened: reading a pipe, for one, would never end.
        return _course(course, lab) if len(problems) == before else None
    except document.DocumentError as error:
        problems.add_elsewhere(f"{folder / LAB}:{error.line}", str(error))
        return None
    except OSError as error:
        problems.add("course", f"{show(str(folder))}: {error.filename} cannot be read: {error.strerror}")
        return None


def _without_tags(key: Key) -> Key:
    """Take out what is in pydantic's path and not in the file: a check's kind, and the mark of a mapping's key."""
    kinds = {model.kind for model in KINDS}
    return tuple(
        part
        for index, part in enumerate(key)
        if part != "[key]" and not (part in kinds and index > 1 and key[index - 2] == "checks")
    )


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
        images=tuple(
            CourseImage(name=one.name, build=root / one.build if one.build else None, base=one.base)
            for one in lab.images
        ),
        sections=lab.sections,
        solution=root / lab.solution if lab.solution else None,
        needs=lab.needs,
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
    images.check(course, lab.images, report)
    if lab.solution and not (course / lab.solution).is_dir():
        report(("solution",), f"{show(lab.solution)} is not a folder of the course ({course / lab.solution})")


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
