"""The postgresql stand-in as far as it needs no server."""

import pytest

from offline.standins.postgresql_database import Database, create_statement
from offline.standins.postgresql_role import Role, role_state
from offline.standins.postgresql_server import PostgresServer
from offline.standins.properties import defaults
from offline.standins.resource import Failed
from offline.standins.values import Values

ROLE, DATABASE = Role(PostgresServer()), Database(PostgresServer())


def told(**more: object) -> Values:
    flags = dict.fromkeys(("superuser", "createRole", "createDatabase", "replication", "bypassRowLevelSecurity"), False)
    row = {"name": "s01", "inherit": True, "login": True, "connectionLimit": 8, "validUntil": "infinity"}
    return flags | row | {"roles": ["students"], "config": []} | more


def test_a_role_is_read_back_without_a_difference() -> None:
    inputs = defaults(Role.table) | {"name": "s01", "login": True, "roles": ["students"], "connectionLimit": 8}
    assert not ROLE.diff(role_state(inputs, told()), inputs, inputs, frozenset()).changes


def test_what_somebody_changed_in_a_role_is_seen_and_changed_back_in_place() -> None:
    inputs = defaults(Role.table) | {"name": "s01", "login": True, "roles": ["students"], "statementTimeout": 5000}
    found = told(connectionLimit=-1, roles=[], config=['search_path=a, "B c"', "statement_timeout=1"])
    state = role_state(inputs, found)
    assert state["searchPaths"] == ["a", "B c"]
    changed = ROLE.diff(state, inputs, inputs, frozenset()).changes
    assert set(changed) == {"roles", "searchPaths", "statementTimeout"}
    assert not any(change.replaces for change in changed.values())


def test_a_roles_password_is_secret_whoever_gave_it() -> None:
    assert "password" in ROLE.secrets(set())


@pytest.mark.parametrize(
    ("name", "value", "replaces"),
    [
        ("template", "course", True),
        ("encoding", "LATIN1", True),
        ("lcCollate", "C", True),
        ("owner", "other", False),
        ("name", "other", False),
        ("connectionLimit", 5, False),
        ("isTemplate", True, False),
    ],
)
def test_what_of_a_database_can_change_in_place(name: str, value: object, replaces: bool) -> None:
    inputs: Values = defaults(Database.table) | {"name": "s01", "owner": "s01"}
    state = inputs | {"template": "template0", "encoding": "UTF8", "lcCollate": "C.UTF-8", "isTemplate": False}
    assert not DATABASE.diff(state, inputs, inputs, frozenset()).changes
    changed = DATABASE.diff(state, inputs, inputs | {name: value}, frozenset()).changes
    assert {name: change.replaces for name, change in changed.items()} == {name: replaces}


@pytest.mark.parametrize(
    ("inputs", "clauses"),
    [
        ({}, ['OWNER "admin"', 'TEMPLATE "template0"', "ENCODING 'UTF8'", "CONNECTION LIMIT  -1"]),
        ({"owner": "s01", "template": "course"}, ['OWNER "s01"', 'TEMPLATE "course"']),
        ({"template": "DEFAULT", "encoding": "default"}, ["TEMPLATE DEFAULT", "ENCODING DEFAULT"]),
        ({"lcCollate": "C", "tablespaceName": "fast"}, ["LC_COLLATE 'C'", 'TABLESPACE "fast"']),
        ({"name": 'a"b'}, ['CREATE DATABASE "a""b"']),
    ],
)
def test_create_database(inputs: Values, clauses: list[str]) -> None:
    statement = create_statement(defaults(Database.table) | {"name": "s01"} | inputs, "admin").as_string()
    for clause in clauses:
        assert clause in statement


@pytest.mark.parametrize(
    ("inputs", "named"),
    [({"connectionLimit": -2}, "connectionLimit"), ({"alterObjectOwnership": True}, "alterObjectOwnership")],
)
def test_what_is_refused(inputs: Values, named: str) -> None:
    assert [name for name, _ in DATABASE.complaints({"name": "x"} | inputs)] == [named]


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    server = PostgresServer()
    server.configure({"host": "127.0.0.1", "port": 1, "password": "hush", "connectTimeout": 1})
    with (
        pytest.raises(Failed, match=r"error connecting to PostgreSQL server 127\.0\.0\.1") as caught,
        server.connected("reading"),
    ):
        pass
    assert "hush" not in str(caught.value)
