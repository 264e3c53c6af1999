"""What a destroy left on the database server and not in the state, by previews, states and answers made by hand."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from mentor import config
from ops import outlived, up
from ops.console import StopError
from ops.database_server import DatabaseServer
from ops.pulumi_cli import Stack

ROLE, DATABASE = "postgresql:index/role:Role", "postgresql:index/database:Database"


class Server(DatabaseServer):
    """A server that answers by heart."""

    def __init__(self, answer: str, *, there: bool = True) -> None:
        self.container = "mentor-dev-postgres"
        self.answer, self.there, self.asked = answer, there, 0

    def start(self) -> bool:
        self.asked += 1
        return self.there

    def sql(self, text: str, **variables: str) -> tuple[int, str]:
        del text, variables
        return (0, self.answer) if self.answer else (2, "psql: FATAL: no")


def resource(kind: str, name: str) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::mentor::{kind}::{name}", "type": kind, "inputs": {"name": name}}


def step(operation: str, kind: str, name: str) -> dict[str, Any]:
    return {"op": operation, "newState": resource(kind, name)}


PREVIEW = {
    "steps": [
        step("create", ROLE, "s01"),
        step("create", DATABASE, "s01"),
        step("create", DATABASE, "s02"),
        step("same", DATABASE, "s03"),
        step("create", "docker:index/volume:Volume", "s04"),
        {"op": "delete", "oldState": resource(DATABASE, "s05")},
    ]
}
ANSWER = "role:postgres\nrole:s01\nrole:s03\ndatabase:course\ndatabase:s01\ndatabase:s03\ndatabase:s04"


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ([], {"role:s01", "database:s01"}),
        ([resource(ROLE, "s01")], {"database:s01"}),
        ([resource(ROLE, "s01"), resource(DATABASE, "s01")], set()),
    ],
)
def test_only_what_would_be_made_and_is_there_is_taken_over(state: list[Mapping[str, Any]], found: set[str]) -> None:
    assert outlived.find(PREVIEW, {"resources": state}, Server(ANSWER)) == found


def test_no_server_is_asked_where_nothing_would_be_made_and_none_is_needed() -> None:
    server = Server(ANSWER, there=False)
    assert outlived.find({"steps": [step("same", DATABASE, "s01")]}, {}, server) == frozenset()
    assert server.asked == 0
    assert outlived.find(PREVIEW, {}, server) == frozenset()


def test_a_server_that_does_not_say_is_no_empty_one() -> None:
    with pytest.raises(StopError, match="mentor-dev-postgres does not say what it holds: psql: FATAL: no"):
        outlived.find(PREVIEW, {}, Server(""))


class Known:
    """A stack with an empty state."""

    def export(self) -> dict[str, Any]:
        return {}


def test_the_program_is_told_and_so_is_the_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(outlived.VARIABLE, "left by an earlier round")
    assert up.take_over(PREVIEW, cast("Stack", Known()), Server(ANSWER)) == {"role:s01", "database:s01"}
    assert config.outlived() == {"role:s01", "database:s01"}
    assert "what belongs to s01: it is taken over" in capsys.readouterr().out
    up.take_over({}, cast("Stack", Known()), Server(ANSWER))
    assert config.outlived() == frozenset()
    assert capsys.readouterr().out == ""
