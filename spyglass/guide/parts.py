"""What ``:::task ID`` and ``:::quiz ID`` stand for on a page: an id in, its HTML out.

Of a task the page gets the title; how far it is, and hints, come by the page's stream of events. Of a question it gets
what is asked and the choices, never the answer.
"""

import html
from collections.abc import Callable, Mapping

from markdown_it import MarkdownIt

from spyglass.classroom import Course, Question

_words = MarkdownIt("zero").enable(["backticks", "emphasis"])


def of(course: Course) -> Mapping[str, Callable[[str], str]]:
    """The parts of this course, by kind."""
    tasks = {task.id: task for task in course.tasks}
    questions = {question.id: question for question in course.questions}

    def task(name: str) -> str:
        found = tasks.get(name)
        if found is None:
            return _gone("task", name)
        points = f"{found.points} {'point' if found.points == 1 else 'points'}"
        return (
            f'<section class="guide-task" data-task="{name}" aria-label="Task"><p class="guide-task-title">'
            f'<span class="shape" aria-hidden="true">○</span> <strong>{_inline(found.title)}</strong> '
            f'<span class="id">{points}</span></p>'
            '<p class="guide-task-state" role="status"></p><p class="guide-task-missing" hidden></p>'
            f'<div class="hints" data-task="{name}"></div></section>\n'
        )

    def quiz(name: str) -> str:
        found = questions.get(name)
        return _question(found) if found else _gone("question", name)

    return {"task": task, "quiz": quiz}


def _question(question: Question) -> str:
    kind = "checkbox" if len(question.answer) > 1 else "radio"
    choices = "".join(
        f'<label><input type="{kind}" name="g-{question.id}" value="{number}"> <span>{_inline(choice)}</span></label>'
        for number, choice in enumerate(question.choices, start=1)
    )
    typed = '<label><span class="sr">Your answer</span><input type="text" maxlength="200" autocomplete="off"></label>'
    several = " <small>(more than one)</small>" if question.choices and kind == "checkbox" else ""
    return (
        f'<form class="guide-quiz" data-question="{question.id}"><fieldset>'
        f"<legend>{_inline(question.question)}{several}</legend>{choices or typed}</fieldset>"
        '<p class="guide-quiz-end"><button type="submit" class="quiet">Check</button> '
        '<span class="guide-quiz-said" role="status"></span></p><p class="guide-quiz-because" hidden></p></form>\n'
    )


def _inline(text: str) -> str:
    """One line with ``code`` and *emphasis*, and nothing else of Markdown."""
    found: str = _words.renderInline(text)
    return found


def _gone(kind: str, name: str) -> str:
    return f'<p class="guide-gone">There is no {kind} “{html.escape(name)}” in this course.</p>\n'
