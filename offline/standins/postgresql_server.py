"""The PostgreSQL server that the postgresql stand-in talks to, by the settings of its provider."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString

from offline.standins.properties import Property
from offline.standins.resource import Failed
from offline.standins.values import Values

if TYPE_CHECKING:
    from psycopg import Connection

SETTINGS = {
    "host": Property(),
    "port": Property(kind="number"),
    "username": Property(),
    "password": Property(),
    "database": Property(),
    "sslmode": Property(),
    "sslrootcert": Property(),
    "connectTimeout": Property(kind="number"),
    "maxConnections": Property(kind="number"),
    "superuser": Property(kind="boolean"),
}
_SET_OPTION = 160000  # the first version in which membership and SET ROLE are two rights
_PARAMETERS = {
    "host": "host",
    "port": "port",
    "user": "username",
    "password": "password",
    "dbname": "database",
    "sslmode": "sslmode",
    "sslrootcert": "sslrootcert",
    "connect_timeout": "connectTimeout",
}


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

    @property
    def superuser(self) -> bool:
        """Whether the settings say that the connection is a superuser's, which is also the default."""
        return bool(self._settings.get("superuser", True))

    @contextmanager
    def connected(self, what: str, *, transaction: bool = False) -> Iterator["Connection[tuple[object, ...]]"]:
        """A connection for one piece of work; errors become one sentence that begins with `what`."""
        import psycopg  # noqa: PLC0415 -- most runs of a plugin only compare

        parameters: dict[str, Any] = {
            name: str(self._settings[setting]) for name, setting in _PARAMETERS.items() if setting in self._settings
        }
        defaults = {"user": "postgres", "dbname": "postgres", "sslmode": "require"}
        with self._places:
            try:
                connection = psycopg.connect(**(defaults | parameters), autocommit=not transaction)
            except psycopg.Error as error:
                raise Failed(f"error connecting to PostgreSQL server {parameters.get('host', '')}: {error}") from error
            try:
                with connection:
                    yield connection
            except psycopg.Error as error:
                raise Failed(f"{what}: {error}") from error


@contextmanager
def acting_for(connection: "Connection[tuple[object, ...]]", role: str) -> Iterator[None]:
    """Give the connection's user the rights of `role` for a while: only a superuser has them anyway."""
    from psycopg import pq, sql  # noqa: PLC0415

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


def one(connection: "Connection[tuple[object, ...]]", query: LiteralString, *values: object) -> Values | None:
    """The one row that a query finds, by column name."""
    from psycopg.rows import dict_row  # noqa: PLC0415

    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchone()
