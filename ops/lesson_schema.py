"""Writes the schema by which editors complete and check lab.yaml.

In: the models of a course. Out: ``workshop/lab.schema.json``. A test tells when it is out of date.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from mentor.course.lesson import Lab
from ops.console import run, say
from ops.scratch import ROOT

FILE = ROOT / "workshop" / "lab.schema.json"


class _Generate(GenerateJsonSchema):
    """Without the titles that repeat each key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's own
        return False


def text() -> str:
    """The schema as it should be."""
    schema = Lab.model_json_schema(by_alias=True, schema_generator=_Generate)
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A course: lab.yaml"}
    schema["required"] = ["title"]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Run as ``python -m ops.lesson_schema``."""
    FILE.write_text(text(), encoding="utf-8")
    say(f"{FILE.relative_to(ROOT)} is up to date")
    return 0


if __name__ == "__main__":
    run(main)
