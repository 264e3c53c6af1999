"""Tasks, hints and questions of the guide: what a page gets, what it does not, and what is kept of it."""

from typing import Any

import pytest

from spyglass.classroom import Course
from spyglass.guide import learned, markdown, parts
from spyglass.guide.learned import Learned
from spyglass.progress import table
from tests.unit.spyglass.guide_kit import put_material
from tests.unit.spyglass.people import World, class_json
from tests.unit.spyglass.test_guide_markdown import assert_harmless

TASKS = [
    {"id": "first", "title": "The `first` <b>", "points": 2, "parts": ["sql"], "hints": ["Think <i>.", "Write."]},
    {"id": "second", "title": "Second", "parts": ["sql"]},
]
QUESTIONS = [
    {"id": "one", "question": "Which <b>`of`</b>?", "choices": ["a", "<i>b", "c"], "answer": [2], "because": "B-cause"},
    {"id": "many", "question": "Which are?", "choices": ["a", "b", "c"], "answer": [1, 3]},
    {"id": "typed", "question": "How many?", "answer": ["count( * )", "Two"]},
]
COURSE = {"sections": [{"title": "C", "material": "a.md", "tasks": TASKS, "questions": QUESTIONS}]}
PAGE = """# A

:::task first
:::

1. do

   :::task second

:::quiz one

text
:::quiz typed

:::task gone

:::hint
*folded*
:::

    :::task first
"""


@pytest.fixture
def asked(world: World) -> World:
    world.put(class_json(course=COURSE))
    put_material(world, {"a.md": PAGE})
    return world


def post(world: World, person: str, what: str, **values: Any) -> tuple[int, dict[str, Any]]:
    answer = world.browser(person).post(f"/desk/{what}", json=values)
    return answer.status_code, answer.json()


def test_a_page_has_tasks_and_questions_and_no_answer(asked: World) -> None:
    page = asked.browser("s01").get("/guide/a").text
    assert 'data-task="first"' in page
    assert "The <code>first</code> &lt;b&gt;" in page
    assert 'data-task="second"' in page
    assert "There is no task “gone” in this course." in page
    assert "Which &lt;b&gt;<code>of</code>&lt;/b&gt;?" in page
    assert page.count('type="radio" name="g-one"') == 3
    assert page.count('type="checkbox"') == 0
    assert "<summary>Hint</summary>\n<p><em>folded</em></p>" in page
    assert "<code>:::task first</code>" in page  # four blanks make it a block of code
    assert ">:::<" not in page
    for secret in ("B-cause", "count( * )", "Think", "Write."):
        assert secret not in page
    assert 'data-tasks="first second"' in page


def test_several_right_choices_are_boxes(asked: World) -> None:
    found = markdown.render(":::quiz many", "a.md", lambda _: None, parts.of(asked.course().course)).html
    assert found.count('type="checkbox"') == 3
    assert "(more than one)" in found


def test_nothing_that_a_course_says_in_them_acts() -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    question = {"id": "q", "question": hostile, "choices": [hostile, "b"], "answer": [1]}
    task = {"id": "t", "title": hostile, "parts": ["sql"]}
    course = {"sections": [{"title": "C", "tasks": [task], "questions": [question]}]}
    shown = parts.of(Course.model_validate(course))
    text = ":::task t\n\n:::quiz q\n\n:::task <b>\n\n:::quiz q<script>\n"
    assert_harmless(markdown.render(text, "a.md", lambda _: None, shown).html)


def test_hints_come_one_by_one_and_are_counted(asked: World) -> None:
    assert post(asked, "s01", "hint", task="first", number=2)[1] == {"opened": ["Think <i>."], "of": 2}
    assert post(asked, "s01", "hint", task="first", number=2)[1] == {"opened": ["Think <i>.", "Write."], "of": 2}
    assert post(asked, "s01", "hint", task="first", number=1)[1]["opened"] == ["Think <i>.", "Write."]
    assert post(asked, "s01", "hint", task="first", number=3)[0] == 409
    assert post(asked, "s01", "hint", task="second", number=1)[0] == 409
    assert post(asked, "s01", "hint", task="gone", number=1)[0] == 409
    assert post(asked, "s02", "hint", task="first", number=1)[1]["opened"] == ["Think <i>."]
    own = table.own(asked.services, asked.person("s01"), asked.course())
    assert own["tasks"]["first"]["hints"] == {"opened": ("Think <i>.", "Write."), "of": 2}
    assert "2 of 2 hints opened" in asked.browser("teacher").get("/students/s01").text


def test_an_answer_is_looked_at_here(asked: World) -> None:
    status, wrong = post(asked, "s01", "answer", question="one", answer=[1])
    assert (status, wrong) == (200, {"right": False, "tries": 1, "answered": False, "answer": [], "because": ""})
    assert post(asked, "s01", "answer", question="one", answer=[2])[0] == 429  # at once
    asked.clock[0] += learned.PAUSE
    right = {"right": True, "tries": 2, "answered": True, "answer": [2], "because": "B-cause"}
    assert post(asked, "s01", "answer", question="one", answer=[2]) == (200, right)
    asked.clock[0] += learned.PAUSE
    again = post(asked, "s01", "answer", question="one", answer=[3])[1]
    assert (again["right"], again["answered"], again["tries"]) == (False, True, 2)
    page = asked.browser("teacher").get("/students/s01").text
    assert "Of 3 questions in the guide 1 is answered, after 2 tries." in page
    assert table.own(asked.services, asked.person("s02"), asked.course())["questions"]["one"]["answer"] == ()


@pytest.mark.parametrize(
    ("question", "given", "right"),
    [
        ("many", [3, 1], True), ("many", [1], False), ("many", [1, 2, 3], False), ("many", ["1", "3"], True),
        ("many", [], False), ("typed", ["COUNT(*)"], True), ("typed", [" two "], True), ("typed", ["three"], False),
        ("typed", ["two", "count(*)"], False), ("typed", [""], False), ("one", ["b"], False), ("one", [2, 2], False),
    ],
)  # fmt: skip
def test_what_is_right(asked: World, question: str, given: list[Any], right: bool) -> None:
    assert post(asked, "s01", "answer", question=question, answer=given)[1]["right"] is right


def test_what_is_no_answer_is_refused(asked: World) -> None:
    browser = asked.browser("s01")
    for wrong in ({"question": "one"}, {"question": "one", "answer": "x"}, {"question": "one", "answer": [1] * 21}):
        assert browser.post("/desk/answer", json=wrong).status_code == 400
    assert browser.post("/desk/answer", json={"question": "gone", "answer": [1]}).status_code == 409
    assert browser.post("/desk/answer", content=b"[" * 9000).status_code == 413


def test_what_was_learned_outlives_a_restart(asked: World) -> None:
    post(asked, "s01", "hint", task="first", number=1)
    post(asked, "s01", "answer", question="one", answer=[2])
    later = Learned(asked.services.learned._database)  # noqa: SLF001 - what the next process opens
    assert later.hints("s01", "first") == 1
    assert later.answered("s01", "one").right_at == asked.clock[0]
    assert later.answered("s01", "many").tries == 0
