"""What is not in the reference does not exist: settings, `Pulumi.yaml` and docs/settings.md say the same."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from mentor.roster.model import DEFAULT_TEACHERS
from mentor.settings.explain import aliases
from mentor.settings.model import PEOPLE, WorkshopSettings, parse
from mentor.settings.problems import Problems
from mentor.workshop import read

ROOT = Path(__file__).parents[3]
PROJECT = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
REFERENCE = (ROOT / "docs" / "settings.md").read_text()


def keys() -> list[str]:
    found = list(PEOPLE)
    for name, field in WorkshopSettings.model_fields.items():
        alias = field.alias or name
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            found += [f"{alias}.{inner}" for inner in aliases(section)]
        else:
            found.append(alias)
    return found


@pytest.mark.parametrize("key", keys())
def test_every_setting_has_a_line_in_the_reference(key: str) -> None:
    assert re.search(rf"^\| `{re.escape(key)}` \| .+ \| .+ \| .+ \|$", REFERENCE, re.MULTILINE)


def test_the_reference_holds_no_setting_that_does_not_exist() -> None:
    tables = REFERENCE.split("### The roster")[0] + REFERENCE.split("## Event")[1]
    named = re.findall(r"^\| `([A-Za-z.]+)` \|", tables, re.MULTILINE)
    assert sorted(named) == sorted(keys())


def test_pulumi_yaml_declares_every_top_level_key_with_description_and_default_and_no_type() -> None:
    assert set(PROJECT["config"]) == {*PEOPLE, *aliases(WorkshopSettings)}
    for declared in PROJECT["config"].values():
        assert set(declared) == {"description", "default"}


@pytest.mark.parametrize("section", aliases(WorkshopSettings))
def test_descriptions_name_every_key_of_a_section(section: str) -> None:
    field = WorkshopSettings.model_fields[section].annotation
    if isinstance(field, type) and issubclass(field, BaseModel):
        listed = re.search(r"\(([a-zA-Z, ]+)\)", PROJECT["config"][section]["description"])
        assert listed
        assert listed[1].split(", ") == aliases(field)


def test_defaults_are_the_same_in_pulumi_yaml_and_in_the_program() -> None:
    defaults = {key: declared["default"] for key, declared in PROJECT["config"].items()}
    problems = Problems("mentor")
    assert parse(defaults, problems) == WorkshopSettings()
    assert list(problems) == []
    assert defaults["teachers"] == list(DEFAULT_TEACHERS)
    assert (defaults["students"], defaults["spares"]) == ("", 0)


def test_defaults_in_pulumi_yaml_leave_nothing_out() -> None:
    whole = WorkshopSettings().model_dump(mode="json", by_alias=True, exclude_none=True)
    whole |= {"hosts": [WorkshopSettings().host.url], "address": []}  # a plain URL; and its name, where it is a server
    declared = {key: PROJECT["config"][key]["default"] for key in whole}
    assert declared == whole


def test_the_dev_stack_is_a_workshop_of_three() -> None:
    stack = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    assert set(stack) == {"config"}
    config = {key.removeprefix("mentor:"): value for key, value in stack["config"].items()}
    workshop = read(config, ROOT, "dev")
    assert [person.id for person in workshop.roster.students] == ["s01", "s02", "s03"]


def test_the_stack_file_of_the_reference_is_valid() -> None:
    [example] = re.findall(r"```yaml\nconfig:\n.*?```", REFERENCE, re.DOTALL)
    config = yaml.safe_load(example.removeprefix("```yaml").removesuffix("```"))["config"]
    workshop = read({key.removeprefix("mentor:"): value for key, value in config.items()}, ROOT, "dev")
    assert workshop.settings.seat.memory == "2g"
