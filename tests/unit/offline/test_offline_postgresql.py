"""The postgresql stand-in as far as it needs no server."""

import pytest

from offline.standins.postgresql_plugin import Database, Role, create_statement, define_statement
from offline.standins.postgresql_server import PostgresServer
from offline.standins.properties import defaults
from offline.standins.resource import Failed
from offline.standins.values import Values

ROLE, DATABASE = Role(PostgresServer()), Database(PostgresServer())
STUDENT = defaults(Role.table) | {"name": "s01", "login": True, "roles": ["students", "b"], "connectionLimit": 8}


def test_a_role_is_read_back_without_a_difference() -> None:
    state = STUDENT | {"roles": ["b", "students"]}
    assert not ROLE.diff(state, STUDENT, STUDENT, ())


def test_what_somebody_changed_in_a_role_is_seen_and_changed_back_in_place() -> None:
    state = STUDENT | {"connectionLimit": -1, "roles": [], "login": False}
    changed = ROLE.diff(state, STUDENT, STUDENT, ())
    assert changed == {"connectionLimit": "UPDATE", "roles": "UPDATE", "login": "UPDATE"}


def test_create_role() -> None:
    assert define_statement("CREATE", STUDENT).as_string() == 'CREATE ROLE "s01" WITH LOGIN CONNECTION LIMIT 8'


def test_a_role_with_a_password_is_quoted_and_a_new_one_is_set_in_place() -> None:
    reader = STUDENT | {"password": "it's", "statementTimeout": 10000}
    assert define_statement("CREATE", reader).as_string().endswith("CONNECTION LIMIT 8 PASSWORD 'it''s'")
    assert ROLE.diff(reader, reader, reader | {"password": "x"}, ()) == {"password": "UPDATE"}
    assert ROLE.diff(reader, reader, reader | {"statementTimeout": 0}, ()) == {"statementTimeout": "UPDATE"}
    # A state that was written before these were known.
    known = {name: value for name, value in STUDENT.items() if name != "statementTimeout"}
    assert not ROLE.diff(known, known, STUDENT, ())


@pytest.mark.parametrize(
    ("name", "value", "replaces"),
    [
        ("template", "course", True),
        ("owner", "other", False),
        ("name", "other", False),
        ("connectionLimit", 5, False),
    ],
)
def test_what_of_a_database_can_change_in_place(name: str, value: object, replaces: bool) -> None:
    inputs: Values = defaults(Database.table) | {"name": "s01", "owner": "s01"}
    state = inputs | {"template": "template0", "encoding": "UTF8", "lcCollate": "C.UTF-8", "isTemplate": False}
    assert not DATABASE.diff(state, inputs, inputs, ())
    changed = DATABASE.diff(state, inputs, inputs | {name: value}, ())
    assert changed == {name: "UPDATE_REPLACE" if replaces else "UPDATE"}


@pytest.mark.parametrize(
    ("inputs", "clauses"),
    [
        ({}, ['OWNER "admin"', 'TEMPLATE "template0"', "ENCODING 'UTF8'", "CONNECTION LIMIT  -1"]),
        ({"template": "course"}, ['TEMPLATE "course"']),
        ({"template": "DEFAULT"}, ["TEMPLATE DEFAULT"]),
        ({"name": 'a"b'}, ['CREATE DATABASE "a""b"']),
    ],
)
def test_create_database(inputs: Values, clauses: list[str]) -> None:
    statement = create_statement(defaults(Database.table) | {"name": "s01"} | inputs, "admin").as_string()
    for clause in clauses:
        assert clause in statement


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    server = PostgresServer()
    server.configure({"host": "127.0.0.1", "port": 1, "password": "hush", "connectTimeout": 1})
    with (
        pytest.raises(Failed, match=r"error connecting to PostgreSQL server 127\.0\.0\.1") as caught,
        server.connected("reading"),
    ):
        pass
    assert "hush" not in str(caught.value)
