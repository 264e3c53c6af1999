"""What is to be done in a course: sections, tasks, and what ties tasks together.

In: ``sections:`` of lab.yaml. Out: frozen models; and, for the list as YAML holds it, what no single entry can tell:
ids that are there twice, prerequisites that nobody knows or that go round in a circle, chapters without a file. That is
asked of YAML's own values, so that a mistake in one task hides none in another.
"""

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field

from mentor.course import readers
from mentor.course.criteria import Check, Place
from mentor.course.editors import TEXT_OR_LIST
from mentor.course.questions import ID, ID_RULE, Paragraph, Question, entries
from mentor.settings import values
from mentor.settings.explain import Report
from mentor.settings.model import Section as Model
from mentor.settings.problems import Key, meant, show
from mentor.settings.values import Text, read_by

MOST_SECTIONS = 50
MOST_TASKS = 200
"""Each is a row of the class's table and one series a student."""
MOST_CHECKS = 30
MOST_HINTS = 5
MOST_POINTS = 100
MOST_MINUTES = 600


class Task(Model):
    """Something to do, and how to tell that it is done."""

    id: Annotated[str, read_by(values.word, ID, ID_RULE)] = Field(description="Its name in links and series")
    title: Text = Field(description="What is to be done, in one line")
    hint: Annotated[tuple[Paragraph, ...], Field(max_length=MOST_HINTS), read_by(values.listed), TEXT_OR_LIST] = Field(
        default=(), description="A help, or a list of helps, shown one by one on request"
    )
    points: Annotated[int, read_by(values.whole_number, 0, MOST_POINTS)] = Field(
        default=1, description="What it counts"
    )
    minutes: Annotated[int, read_by(values.whole_number, 1, MOST_MINUTES)] | None = Field(
        default=None, description="How long it should take, as you guess: until five have done it"
    )
    requires: Annotated[tuple[str, ...], read_by(values.listed), TEXT_OR_LIST] = Field(
        default=(), description="Ids of tasks that come first"
    )
    checks: Annotated[tuple[Check, ...], Field(max_length=MOST_CHECKS), read_by(readers.some)] = Field(
        description="It is done when all of these hold"
    )

    @property
    def parts(self) -> tuple[Place, ...]:
        """Where it is looked for: in the database, in the seat, or both."""
        places = {check.place for check in self.checks}
        return tuple(place for place in ("sql", "seat") if place in places)

    def numbered(self) -> Iterator[tuple[str, Check]]:
        """Go through the checks with their ids, which hold as long as their order does."""
        return ((f"c{number}", check) for number, check in enumerate(self.checks, start=1))


class Section(Model):
    """A chapter: a file of the material, and what is to be done in it."""

    title: Text = Field(description="What the chapter is called")
    material: Annotated[str, read_by(values.text, values.LONGEST_PATH)] | None = Field(
        default=None, description="Its file, below the material folder"
    )
    tasks: tuple[Task, ...] = Field(default=(), description="What is to be done")
    questions: tuple[Question, ...] = Field(default=(), description="What is asked in the guide")


def check_chapters(sections: object, known: Collection[str], report: Report) -> None:
    """Report a chapter whose file is not among those that are delivered."""
    for index, section in enumerate(sections if isinstance(sections, list) else ()):
        file = section.get("material") if isinstance(section, dict) else None
        if isinstance(file, str) and file not in known:
            report(("sections", index, "material"), f"{show(file)} is not a file of the material{meant(file, known)}")


def check(sections: object, report: Report) -> None:
    """Report what ties tasks together wrongly, from ``sections:`` as YAML holds it."""
    places: dict[str, Key] = {}
    needs: dict[str, list[tuple[Key, str]]] = {}
    number = 0
    for key, task in entries(sections, "tasks"):
        number += 1
        name = task.get("id")
        if not isinstance(name, str):
            continue
        if name in places:
            report((*key, "id"), f"{show(name)} is another task's id already: give each its own")
        places.setdefault(name, key)
        required = task.get("requires", ())
        listed = required if isinstance(required, list) else [required]
        needs.setdefault(name, []).extend(((*key, "requires"), one) for one in listed if isinstance(one, str))
    if number > MOST_TASKS:
        report(("sections",), f"has {number} tasks: at most {MOST_TASKS}")
    for wanted in needs.values():
        for key, one in wanted:
            if one not in places:
                report(key, f"{show(one)} is not the id of a task{meant(one, places)}")
    _report_circle({name: [one for _, one in wanted] for name, wanted in needs.items()}, places, report)


def _report_circle(needs: Mapping[str, list[str]], places: Mapping[str, Key], report: Report) -> None:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = [str(name) for name in error.args[1]][::-1]
        report((*places[circle[0]], "requires"), f"goes round in a circle: {' requires '.join(circle)}")
