"""What nobody can find in the documentation does not exist: every key of a course, in its schema and in the sample."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from mentor.course.criteria import KINDS, DockerTarget
from mentor.course.lesson import Lab
from mentor.course.tasks import Section, Task
from ops import lesson_schema

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "write-a-course.md").read_text(encoding="utf-8")
MODELS: tuple[type[BaseModel], ...] = (Lab, Section, Task, DockerTarget, *KINDS)
KEYS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})
SAMPLE = yaml.safe_load((ROOT / "workshop" / "lab.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_a_course_is_in_the_documentation(key: str) -> None:
    assert f"`{key}`" in PAGE or f"\n{key}:" in PAGE


def test_the_schema_for_editors_is_current() -> None:
    current = lesson_schema.FILE.read_text(encoding="utf-8")
    assert current == lesson_schema.text(), "write it anew: python -m ops.lesson_schema"


def test_the_sample_course_fits_the_schema() -> None:
    jsonschema.Draft202012Validator(json.loads(lesson_schema.text())).validate(SAMPLE)


@pytest.mark.parametrize(
    "text",
    [
        "{title: A, sectons: []}",
        "{title: A, sections: [{title: S, tasks: [{id: a, title: T, checks: [{tabel: x}]}]}]}",
        "{title: A, sections: [{title: S, tasks: [{id: a, title: T, checks: [{rows: x, cuont: 1}]}]}]}",
        "{title: A, sections: [{title: S, tasks: [{id: a, title: T, checks: [{docker: {contaner: x}}]}]}]}",
        "{sections: []}",
    ],
)
def test_the_schema_refuses_what_is_no_key(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json.loads(lesson_schema.text())).validate(yaml.safe_load(text))


def test_the_sample_shows_several_kinds() -> None:
    checks = [check for section in SAMPLE["sections"] for task in section["tasks"] for check in task["checks"]]
    kinds = {model.kind for model in KINDS if any(model.kind in check for check in checks)}
    assert {"table", "rows", "content", "view", "function", "sql", "shell", "docker"} <= kinds
