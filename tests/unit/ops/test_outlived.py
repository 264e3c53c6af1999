"""What a destroy left on the database server and not in the state, by previews, states and answers made by hand."""

import io
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
    assert outlived.find(PREVIEW, lambda: {"resources": state}, Server(ANSWER)) == found


def test_neither_state_nor_server_is_asked_where_nothing_would_be_made() -> None:
    def never() -> Mapping[str, Any]:
        raise AssertionError

    server = Server(ANSWER, there=False)
    assert outlived.find({"steps": [step("same", DATABASE, "s01")]}, never, server) == frozenset()
    assert server.asked == 0
    assert outlived.find(PREVIEW, dict, server) == frozenset()


def test_a_server_that_does_not_say_is_no_empty_one() -> None:
    with pytest.raises(StopError, match="mentor-dev-postgres does not say what it holds: psql: FATAL: no"):
        outlived.find(PREVIEW, dict, Server(""))


def test_people_are_named_and_roles_where_nothing_else_is_there() -> None:
    assert outlived.told(["role:board_reader", "role:s02", "database:s02", "database:s01"]) == "s01, s02"
    assert outlived.told(["role:board_reader"]) == "board_reader"


class Known:
    """A stack with an empty state."""

    def export(self) -> dict[str, Any]:
        return {}


STACK = cast("Stack", Known())


def test_the_program_is_told_when_the_person_agrees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(outlived.VARIABLE, "")
    monkeypatch.setenv("YES", "")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(StopError, match="still the same class"):
        up.take_over(PREVIEW, STACK, Server(ANSWER))
    assert config.outlived() == frozenset()
    monkeypatch.setenv("YES", "1")
    up.take_over(PREVIEW, STACK, Server(ANSWER))
    assert config.outlived() == {"role:s01", "database:s01"}
    assert "what belongs to s01, which is not in Pulumi's state" in capsys.readouterr().out
    up.say_what_is_next(PREVIEW, STACK, Server(ANSWER))
    assert capsys.readouterr().out == ""  # that is known


def test_what_only_a_later_run_can_take_over_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(outlived.VARIABLE, "role:s01")
    up.say_what_is_next(PREVIEW, STACK, Server(ANSWER))
    assert "of s01 may hold work: drop nothing" in capsys.readouterr().out
    up.say_what_is_next(PREVIEW, STACK, Server(""))  # the run has failed already: nothing hides why
