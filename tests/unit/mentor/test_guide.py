"""The blocks of a course's Markdown: what was surely meant otherwise is named with its file and line."""

from pathlib import Path

import pytest

from mentor.course import guide
from mentor.course.lesson import parse
from mentor.settings.problems import Problems
from spyglass.guide import fences

IDS = {"task": ["first-view", "second"], "quiz": ["why"]}
FINE = [
    ":::task first-view\n\n- item\n\n  :::quiz why\n\n:::hint\ntext\n:::\n",
    ":::warning\nsomebody else's\n:::",
    "```text\n:::task nobody\n```",
    "```bash run\nls\n```",
    "```SQL run save-as=a/b-1.sql copy\nx\n```",
    "~~~sh type\nls\n~~~",
    "```\nplain\n```",
    "```yaml {linenos=true} title=x\nx\n```",
    "- item\n\n  ```sql run\n  x\n  ```",
    "````text\n```python rum\n```\n````",  # a block that shows a block
    "no block: ```bash rum``` in a line",
]


@pytest.mark.parametrize("text", FINE)
def test_what_can_be_meant_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_text(text)
    assert list(guide.troubles(tmp_path, IDS)) == []


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("\n\n```bash rum\nls\n```", "a.md:3", '"rum" is no word of a block; did you mean "run"?'),
        ("```sql save_as=x\nx\n```", "a.md:1", 'did you mean "save-as="?'),
        ("```python run\nx\n```", "a.md:1", '"python" cannot be run: only bash, sh, shell, sql and psql can'),
        ("1. x\n\n   ```sql run type\n   x\n   ```", "a.md:3", '"run" and "type" exclude each other'),
        ("```sql save-as=../x\nx\n```", "a.md:1", '"save-as=../x" cannot be a file of the workshop folder'),
        ("```sql save-as=\nx\n```", "a.md:1", "cannot be a file"),
        ("```sh run\nx\n```\n~~~sh tpye\n~~~", "a.md:4", 'did you mean "type"?'),
        (
            "\n:::task first-veiw",
            "a.md:2",
            '"first-veiw" is not the id of a task in lab.yaml; did you mean "first-view"?',
        ),
        ("  ::: quiz nothing", "a.md:1", '"nothing" is not the id of a question in lab.yaml'),
        (":::task", "a.md:1", "names no task: write :::task ID"),
        (":::taks second", "a.md:1", '":::taks" is nothing that a guide knows; did you mean "task"?'),
        ("> ```sh copi\n> x\n> ```", "a.md:1", 'did you mean "copy"?'),
    ],
)
def test_what_was_meant_otherwise_is_named(tmp_path: Path, text: str, place: str, says: str) -> None:
    (tmp_path / "a.md").write_text(text)
    ((where, wrong),) = guide.troubles(tmp_path, IDS)
    assert where == place
    assert says in wrong


def test_it_is_part_of_the_report(root: Path) -> None:
    (root / "workshop" / "material" / "01-start.md").write_text("# Start\n\n```bash rnu\n```\n")
    problems = Problems("mentor")
    assert parse(Path("workshop"), root, problems) is None
    assert list(problems) == ['workshop/material/01-start.md:3: "rnu" is no word of a block; did you mean "run"?']


def test_the_program_and_the_web_app_mean_the_same() -> None:
    for language in guide.RUNNABLE:
        assert fences.parse(f"{language} run", "x").needs
    assert set(fences.WAITING_FOR) == set(guide.RUNNABLE)
    for place in (
        "a.sql",
        "a/b.sql",
        "../a",
        "a/../b",
        "-a",
        "a/-b",
        "/a",
        "a b",
        ".x",
        ".",
        "a//b",
        "ä.sql",
        "x" * 201,
    ):
        assert fences.is_a_place(place) == guide._is_a_place(place), place  # noqa: SLF001 - one rule, written twice


def test_the_sample_course_has_blocks_of_each_kind() -> None:
    material = Path(__file__).parents[3] / "workshop" / "material"
    infos = [info for path in material.glob("*.md") for _, info in guide.first_lines(path.read_text())]
    assert {"run", "type", "copy"} <= {word for info in infos for word in info.split()[1:]}
