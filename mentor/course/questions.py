"""Questions of a course, asked in its guide: what is asked, among which choices, and what counts as right.

In: ``questions:`` of a section. Out: frozen models; and, for what YAML holds, which answers cannot be right. The answer
goes to the web app alone, which looks whether it was given.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from mentor.course import readers
from mentor.course.editors import ANSWERS
from mentor.settings import values
from mentor.settings.explain import Report
from mentor.settings.model import Section as Model
from mentor.settings.problems import Key, show
from mentor.settings.values import Text, read_by

MOST_QUESTIONS = 200
MOST_CHOICES = 10
MOST_ANSWERS = 20
ID = "[a-z][a-z0-9-]{0,39}"
ID_RULE = "is not an id: a small letter, then at most 39 of a-z, 0-9 and -"

Paragraph = Annotated[str, read_by(readers.paragraph)]


class Question(Model):
    """One question with its answer."""

    id: Annotated[str, read_by(values.word, ID, ID_RULE)] = Field(description="Its name in the guide")
    question: Paragraph = Field(description="What is asked")
    choices: Annotated[tuple[Text, ...], Field(max_length=MOST_CHOICES)] = Field(
        default=(), description="What to choose from; without it the answer is typed"
    )
    answer: Annotated[tuple[int | str, ...], Field(max_length=MOST_ANSWERS), read_by(readers.answers), ANSWERS] = Field(
        description="The numbers of all choices that are right, from 1; without choices, the texts that are"
    )
    because: Paragraph | None = Field(default=None, description="Shown to who has answered it")


def check(sections: object, report: Report) -> None:
    """Report what is asked twice, and answers that nobody could give, from ``sections:`` as YAML holds it."""
    seen: set[str] = set()
    number = 0
    for key, question in entries(sections, "questions"):
        number += 1
        name = question.get("id")
        if isinstance(name, str) and name in seen:
            report((*key, "id"), f"{show(name)} is another question's id already: give each its own")
        seen.add(str(name))
        _check_answers(key, question, report)
    if number > MOST_QUESTIONS:
        report(("sections",), f"has {number} questions: at most {MOST_QUESTIONS}")


def _check_answers(key: Key, question: Mapping[str, object], report: Report) -> None:
    choices, given = question.get("choices"), question.get("answer")
    answers = given if isinstance(given, list) else [given]
    if given is None or not answers:
        return  # the model says so
    if not isinstance(choices, list) or not choices:
        if any(isinstance(one, int | float) for one in answers):
            report((*key, "answer"), f"{show(given)} is a number, and there are no choices: write a text in quotes")
    elif len(choices) == 1:
        report((*key, "choices"), "has one choice: give at least two, or none for an answer that is typed")
    else:
        for one in answers:
            if isinstance(one, bool) or not isinstance(one, int) or not 1 <= one <= len(choices):
                report((*key, "answer"), f"{show(one)} is not the number of a choice: 1 to {len(choices)}")
        if len(set(map(str, answers))) < len(answers):
            report((*key, "answer"), f"{show(given)} names a choice twice")


def entries(sections: object, kind: str) -> Iterator[tuple[Key, Mapping[str, object]]]:
    """All ``tasks`` or ``questions`` of all sections, with their keys, whatever else is wrong with the file."""
    for index, section in enumerate(sections if isinstance(sections, list) else ()):
        listed = section.get(kind) if isinstance(section, dict) else None
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, dict):
                yield ("sections", index, kind, number), one
