"""The postgresql plugin's stand-in: which types it knows, and its provider's settings."""

from offline.standins.postgresql_database import Database
from offline.standins.postgresql_role import Role
from offline.standins.postgresql_server import SETTINGS, PostgresServer
from offline.standins.resource import Plugin


def plugin() -> Plugin:
    """The plugin, not yet configured."""
    server = PostgresServer()
    return Plugin(
        name="postgresql",
        settings=SETTINGS,
        configure=server.configure,
        resources={
            "postgresql:index/database:Database": Database(server),
            "postgresql:index/role:Role": Role(server),
        },
    )
