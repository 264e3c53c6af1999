"""What a resource of a state refers to, and how it is made to refer to less."""

from typing import Any

import pytest

from ops.references import needs, without_references

TEMPLATE: dict[str, Any] = {
    "urn": "template",
    "parent": "course",
    "deletedWith": "data",
    "dependencies": ["home", "data"],
    "propertyDependencies": {"environment": ["data"], "triggers": ["home", "role"], "create": None},
}


def test_every_kind_of_reference_counts() -> None:
    assert needs(TEMPLATE) == {"course", "data", "home", "role"}
    assert needs({"urn": "alone", "parent": "", "dependencies": None, "propertyDependencies": None}) == set()


def test_a_resource_is_left_without_what_is_gone_and_otherwise_as_it_was() -> None:
    assert without_references(TEMPLATE, {"data"}) == {
        "urn": "template",
        "parent": "course",
        "dependencies": ["home"],
        "propertyDependencies": {"environment": [], "triggers": ["home", "role"], "create": []},
    }
    alone = {"urn": "alone", "dependencies": None}
    assert without_references(alone, {"data"}) == alone


@pytest.mark.parametrize("gone", ["data", "home", "role"])
def test_nothing_that_is_gone_is_needed_any_more(gone: str) -> None:
    assert needs(without_references(TEMPLATE, {gone})) == needs(TEMPLATE) - {gone}
