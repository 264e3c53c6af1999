"""The PostgreSQL server that the postgresql stand-in talks to, by the settings of its provider."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import pq, sql
from psycopg.rows import dict_row

from offline.standins.properties import each
from offline.standins.resource import Failed
from offline.standins.values import Values

Connection = psycopg.Connection[tuple[Any, ...]]

# `superuser` asks for nothing here: it is about reading passwords, and no role of the program has one.
SETTINGS = {
    **each("host", "port", "username", "password", "database", "sslmode"),
    **each("connectTimeout", "maxConnections", "superuser"),
}
_SET_OPTION = 160000  # the first version in which membership and SET ROLE are two rights


class PostgresServer:
    """Connections to one server; each lives as long as one piece of work, and only so many at once."""

    def __init__(self) -> None:
        self._settings: Values = {}
        self._places = threading.BoundedSemaphore(1)
        # Parallel grants of one role to one member fail with "tuple concurrently updated".
        self.one_owner = threading.Lock()

    def configure(self, settings: Values) -> None:
        """Take the provider's settings; nothing is connected yet."""
        self._settings = settings
        self._places = threading.BoundedSemaphore(settings.get("maxConnections") or 20)

    @contextmanager
    def connected(self, what: str, *, transaction: bool = False) -> Iterator[Connection]:
        """A connection for one piece of work; errors become one sentence that begins with `what`."""
        host = self._settings.get("host")
        with self._places:
            try:
                connection = psycopg.connect(
                    host=host,
                    port=self._settings.get("port"),
                    user=self._settings.get("username", "postgres"),
                    password=self._settings.get("password"),
                    dbname=self._settings.get("database", "postgres"),
                    sslmode=self._settings.get("sslmode", "require"),
                    connect_timeout=self._settings.get("connectTimeout"),
                    autocommit=not transaction,
                )
            except psycopg.Error as error:
                raise Failed(f"error connecting to PostgreSQL server {host or ''}: {error}") from error
            try:
                with connection:
                    yield connection
            except psycopg.Error as error:
                raise Failed(f"{what}: {error}") from error


@contextmanager
def acting_for(connection: Connection, role: str) -> Iterator[None]:
    """Give the connection's user the rights of `role` for a while: only a superuser has them anyway."""
    right = "SET" if connection.info.server_version >= _SET_OPTION else "MEMBER"
    row = connection.execute(
        "SELECT rolsuper OR pg_has_role(rolname, %s, %s) FROM pg_roles WHERE rolname = current_user", [role, right]
    ).fetchone()
    if row and row[0]:
        yield
        return
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    try:
        yield
    finally:
        # In a failed transaction the grant is undone anyway; the role may be gone, and its memberships with it.
        failed = connection.info.transaction_status == pq.TransactionStatus.INERROR
        if not failed and connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
            connection.execute(sql.SQL("REVOKE {} FROM CURRENT_USER").format(sql.Identifier(role)))


def one(connection: Connection, query: LiteralString, *values: object) -> Values | None:
    """The one row that a query finds, by column name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchone()


def alter(connection: Connection, statement: LiteralString, *names: str) -> None:
    """Run a statement whose parts are names, each of them quoted."""
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
