"""Settings, people and course together: what the components are built from.

In: the configuration as `config.from_pulumi` reads it, the folder that paths are relative to, the stack's name. Out:
a `Workshop`, or one `SettingsError` with every problem of all three, before anything is created.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mentor import capacity
from mentor.course import lesson
from mentor.roster import model as roster
from mentor.roster.model import Roster
from mentor.settings import checks
from mentor.settings import model as settings
from mentor.settings.model import WorkshopSettings
from mentor.settings.problems import Problems, SettingsError, show

LONGEST_LABEL = 63  # RFC 1035


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """One workshop: all that is known before the first resource."""

    settings: WorkshopSettings
    roster: Roster
    course: lesson.Course
    stack: str


def read(config: Mapping[str, object], root: Path, stack: str, project: str = "mentor") -> Workshop:
    """Read everything, and raise `SettingsError` with all that is wrong."""
    problems = Problems(project)
    found = settings.parse(config, problems)
    checks.check(found, root, stack, problems)
    people = roster.parse(config, root, stack, found.network.pool, problems)
    _machines_can_be_named(stack, people, problems)
    _say_what_too_many_need(config.get("students"), found, problems)
    course = lesson.parse(found.course, root, problems) if problems.clean("course") else None
    if len(problems) or course is None:
        raise SettingsError(problems)
    return Workshop(settings=found, roster=people, course=course, stack=stack)


def _machines_can_be_named(stack: str, people: Roster, problems: Problems) -> None:
    """A seat is found by its container's name, and DNS bounds that."""
    longest = max((person.id for person in people.people), key=len, default="")
    name = f"mentor-{stack}-seat-{longest}"
    if len(name) > LONGEST_LABEL:
        problems.add_elsewhere(
            "stack",
            f"{show(stack)} is too long beside the id {show(longest)}: the machine would be called {name}, and DNS "
            f"takes {LONGEST_LABEL} characters: choose a stack name of {len(stack) - len(name) + LONGEST_LABEL} "
            "or fewer, or give a shorter id",
        )


def _say_what_too_many_need(students: object, found: WorkshopSettings, problems: Problems) -> None:
    text = str(students)
    if isinstance(students, int | str) and text.isdecimal() and len(text) <= len("1000000"):
        number = int(text)
        if number > settings.LARGEST_CLASS:
            problems.add(
                "students",
                f"{capacity.statement(capacity.needs(found, range(number)))}; several smaller stacks share it out",
            )
