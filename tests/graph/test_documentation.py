"""What nobody can find in the documentation does not exist: settings, outputs and make targets."""

import re
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest
import yaml
from pydantic import BaseModel

from mentor.settings.model import WorkshopSettings
from tests.graph.conftest import ROOT, Graph

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROSE = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
CONFIG = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]


def keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every key as the configuration writes it: ``seat.memory``."""
    found = []
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += keys(inner, f"{key}.")
        else:
            found.append(key)
    return found


@pytest.mark.parametrize("key", ["students", "teachers", "spares", *keys(WorkshopSettings)])
def test_every_setting_is_in_the_documentation_and_its_section_in_the_schema(key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert key.split(".", maxsplit=1)[0] in CONFIG


def test_every_key_of_the_schema_has_a_description_a_default_and_no_type() -> None:
    for key, entry in CONFIG.items():
        assert set(entry) == {"description", "default"}, key


def test_every_output_is_in_the_documentation(declare: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch) -> None:
    exported: list[str] = []
    monkeypatch.setattr(pulumi, "export", lambda name, _: exported.append(name))
    declare(students=1, event={"name": "for the outputs"})
    documented = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert exported
    for name in exported:
        assert f"`{name}`" in documented, name


def test_every_make_target_is_in_the_documentation_and_has_a_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets
    for target in targets.group(1).split():
        assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target
        assert target == "help" or re.search(rf"make (-s )?{target}\b", PROSE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_the_documentation_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target
