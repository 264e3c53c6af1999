"""The course's material as pages: the folder that course-put fills in, its pages, their HTML and its files out.

A page is a Markdown file: those that the course's sections name, in their order, then whatever else lies at the top of
the material. All of it is one version; with the next one everything here is made anew.
"""

import asyncio
import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from spyglass.classroom import Course
from spyglass.guide import markdown, parts
from spyglass.guide.markdown import Rendered

LARGEST_PAGE = 128 * 1024  # bytes: what is longer is shown as plain text
ENDING = ".md"


@dataclass(frozen=True)
class Page:
    """One file of the guide. ``id`` is its path without the ending."""

    id: str
    title: str
    file: str
    tasks: tuple[str, ...] = ()  # ids of what is to be done on it


@dataclass(frozen=True)
class Book:
    """One version of the material; ``version`` is empty where there is none."""

    version: str = ""
    folder: Path = Path("/nonexistent")
    pages: tuple[Page, ...] = ()
    course: Course = field(default_factory=Course)
    edition: str = ""  # changes with everything that a page shows: the material, titles, questions
    _rendered: dict[str, Rendered] = field(default_factory=dict)
    _rendering: asyncio.Lock = field(default_factory=asyncio.Lock)

    def find(self, page_id: str | None) -> Page | None:
        """The page with this id."""
        return next((page for page in self.pages if page.id == page_id), None)

    def around(self, page: Page) -> tuple[Page | None, Page | None]:
        """The page before, and the one after."""
        at = self.pages.index(page)
        return (self.pages[at - 1] if at else None), (self.pages[at + 1] if at + 1 < len(self.pages) else None)

    async def rendered(self, page: Page) -> Rendered:
        """The page's HTML, made once, beside what else goes on."""
        if page.id not in self._rendered:
            async with self._rendering:
                if page.id not in self._rendered:
                    self._rendered[page.id] = await asyncio.to_thread(self._render, page)
        return self._rendered[page.id]

    def file(self, name: str) -> Path | None:
        """A file of the material by its path, if it lies there and nowhere else."""
        return inside(self.folder, name)

    def _render(self, page: Page) -> Rendered:
        text = read(self.file(page.file))
        if len(text) >= LARGEST_PAGE:
            return Rendered(f"<pre>{html.escape(text)}</pre>", (), ())
        return markdown.render(text, page.file, self._address, parts.of(self.course), has_html=self.course.html)

    def _address(self, name: str) -> str | None:
        page = self.find(name.removesuffix(ENDING)) if name.endswith(ENDING) else None
        if page:
            return f"/guide/{quote(page.id)}"
        return f"/material/{self.version}/{quote(name)}" if self.file(name) else None


class Books:
    """The current version of the material, looked at again whenever it is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._book = Book()

    def current(self, course: Course) -> Book:
        """The guide as it is now; without pages as long as there is no material."""
        version = read(self._root / "version").strip()
        if not re.fullmatch(r"[A-Za-z0-9]{6,128}", version):
            return Book()
        # A new roster comes with a course that is another object, and the same.
        if version != self._book.version or (course is not self._book.course and course != self._book.course):
            folder = self._root / version
            edition = f"{version}-{_fingerprint(course)}"
            self._book = Book(version, folder, tuple(_pages(folder, course)), course, edition)
        return self._book


def inside(folder: Path, name: str) -> Path | None:
    """The file of this name, if it lies in the folder and nowhere else."""
    try:
        found = (folder / name).resolve()
        return found if found.is_relative_to(folder.resolve()) and found.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def read(file: Path | None) -> str:
    """The beginning of a text; nothing where it is not to be had."""
    if file is None:
        return ""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_PAGE).decode(errors="replace")
    except (OSError, ValueError):
        return ""


def _fingerprint(course: Course) -> str:
    """Of what is to be seen of it; nothing by which an answer could be found."""
    tasks = [(task.id, task.title, task.points, len(task.hints)) for task in course.tasks]
    questions = [(one.id, one.question, one.choices, len(one.answer) > 1) for one in course.questions]
    return hashlib.sha256(repr((tasks, questions, course.html)).encode()).hexdigest()[:8]


def _pages(folder: Path, course: Course) -> Iterator[Page]:
    named = {section.material: section.title for section in reversed(course.sections) if section.material}
    tasks = {
        file: tuple(task.id for section in course.sections if section.material == file for task in section.tasks)
        for file in named
    }
    chapters = [section.material for section in course.sections if section.material]
    try:
        others = sorted(path.name for path in folder.glob(f"*{ENDING}"))
    except OSError:
        others = []
    for file in dict.fromkeys([*chapters, *others]):
        path = inside(folder, file)
        if path and file.endswith(ENDING) and file.isprintable():
            title = named.get(file) or _first_heading(path) or file
            yield Page(file.removesuffix(ENDING), title, file, tasks.get(file, ()))


def _first_heading(file: Path) -> str:
    found = re.search(r"^# +(.+?)[ #]*$", read(file)[:4096], re.MULTILINE)
    return found[1][:200] if found else ""
