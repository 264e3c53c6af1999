"""Questions of a course: how they are read, and what nobody could answer."""

from pathlib import Path

import pytest

from mentor.components.portal import taught
from mentor.course.lesson import Course, parse
from mentor.settings.problems import Problems

HEAD = "title: A course\nsections:\n  - title: Start\n    questions:\n"


def read(root: Path, text: str) -> tuple[Course | None, list[str]]:
    (root / "workshop" / "lab.yaml").write_text(HEAD + text)
    problems = Problems("mentor")
    return parse(Path("workshop"), root, problems), list(problems)


def test_a_question_is_read_with_its_answer(root: Path) -> None:
    course, problems = read(
        root,
        '      - {id: one, question: "Which?", choices: [a, b, c], answer: [1, 3], because: So it is.}\n'
        '      - {id: two, question: "How many?", answer: ["2", two]}\n'
        '      - {id: three, question: "Which one?", choices: [a, b], answer: 2}\n',
    )
    assert problems == []
    assert course
    one, two, three = course.sections[0].questions
    assert (one.choices, one.answer, one.because) == (("a", "b", "c"), (1, 3), "So it is.")
    assert (two.choices, two.answer, two.because) == ((), ("2", "two"), None)
    assert three.answer == (2,)


def test_the_web_app_is_told_and_nobody_else(root: Path) -> None:
    course, _ = read(root, '      - {id: one, question: "Which?", choices: [a, b], answer: 2}\n')
    assert course
    sections = taught(course)["sections"]
    assert isinstance(sections, list)
    assert sections[0]["questions"] == [
        {"id": "one", "question": "Which?", "choices": ("a", "b"), "answer": (2,), "because": None}
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{id: A b, question: x, answer: y}", '"A b" is not an id'),
        ("{id: a, answer: y}", "question: is required"),
        ("{id: a, question: x}", "answer: is required"),
        ("{id: a, question: x, answer: []}", "is empty: give at least one"),
        ("{id: a, question: x, answer: 2}", "2 is a number, and there are no choices: write a text in quotes"),
        ("{id: a, question: x, choices: [y], answer: 1}", "has one choice: give at least two"),
        ("{id: a, question: x, choices: [y, z], answer: 3}", "3 is not the number of a choice: 1 to 2"),
        ("{id: a, question: x, choices: [y, z], answer: [1, 0]}", "0 is not the number of a choice: 1 to 2"),
        ("{id: a, question: x, choices: [y, z], answer: y}", '"y" is not the number of a choice: 1 to 2'),
        ("{id: a, question: x, choices: [y, z], answer: [1, 1]}", "names a choice twice"),
        ("{id: a, question: x, answer: y, becuase: z}", 'unknown key; did you mean "because"?'),
        ('{id: a, question: "\\e[31m", answer: y}', "control or format character"),
        (
            "{id: a, question: x, answer: y}\n      - {id: a, question: x, answer: y}",
            '"a" is another question\'s id already',
        ),
    ],
)
def test_what_nobody_could_answer_is_named(root: Path, text: str, says: str) -> None:
    course, problems = read(root, f"      - {text}\n")
    assert course is None
    assert [line for line in problems if says in line and line.startswith("workshop/lab.yaml:")], problems
