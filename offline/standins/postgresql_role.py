"""`postgresql.Role`."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

from typing import TYPE_CHECKING, ClassVar

from offline.standins.postgresql_server import PostgresServer, acting_for, one
from offline.standins.properties import Property
from offline.standins.resource import Call, Failed, Resource
from offline.standins.values import Values

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composable

_FLAGS = {
    "superuser": "SUPERUSER",
    "createDatabase": "CREATEDB",
    "createRole": "CREATEROLE",
    "inherit": "INHERIT",
    "login": "LOGIN",
    "replication": "REPLICATION",
    "bypassRowLevelSecurity": "BYPASSRLS",
}
_TIMEOUTS = {
    "statementTimeout": "statement_timeout",
    "idleInTransactionSessionTimeout": "idle_in_transaction_session_timeout",
}
_READ = """
    SELECT rolname AS name, rolsuper AS superuser, rolinherit AS inherit, rolcreaterole AS "createRole",
        rolcreatedb AS "createDatabase", rolcanlogin AS login, rolreplication AS replication,
        rolbypassrls AS "bypassRowLevelSecurity", rolconnlimit AS "connectionLimit",
        coalesce(rolvaliduntil::text, 'infinity') AS "validUntil", coalesce(rolconfig, '{}') AS config,
        ARRAY(SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = pg_roles.oid) AS roles
    FROM pg_roles WHERE rolname = %s
"""


class Role(Resource):
    """A role; everything about it can change in place, its name too."""

    table: ClassVar = {
        "name": Property(),
        "password": Property(secret=True),
        "roles": Property(kind="set"),
        "searchPaths": Property(kind="list"),
        "connectionLimit": Property(kind="number", default=-1, minimum=-1),
        "validUntil": Property(default="infinity"),
        "statementTimeout": Property(kind="number", minimum=0),
        "idleInTransactionSessionTimeout": Property(kind="number", minimum=0),
        "assumeRole": Property(),
        "encryptedPassword": Property(kind="boolean", default=True),
        **{name: Property(kind="boolean", default=name == "inherit") for name in _FLAGS},
        "skipDropRole": Property(kind="boolean", default=False),
        "skipReassignOwned": Property(kind="boolean", default=False),
    }
    unsupported: ClassVar = frozenset({"encrypted", "passwordWo", "passwordWoVersion"})
    secret_outputs: ClassVar = frozenset({"password"})

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        name = inputs["name"]
        with self.server.connected(f"error creating role {name}", transaction=True) as connection:
            _define(connection, "CREATE", inputs)
            _grant(connection, name, inputs)
            _settings(connection, inputs)
        return name, self.read(name, inputs, call) or inputs

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del call
        with self.server.connected("error reading ROLE") as connection:
            found = one(connection, _READ, resource_id)
            if found and state.get("password") and found["login"] and self.server.superuser:
                admin = one(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                if not admin or not admin["rolsuper"]:
                    raise Failed(
                        f"could not read role password from Postgres as connected user {connection.info.user} is not a"
                        " SUPERUSER. You can set `superuser = false` in the provider configuration so it will not try"
                        " to read the password from Postgres"
                    )
        return None if found is None else role_state(state, found)

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        from psycopg import sql  # noqa: PLC0415

        name = inputs["name"]
        with self.server.connected(f"error updating role {resource_id}", transaction=True) as connection:
            if name != state["name"]:
                rename = sql.SQL("ALTER ROLE {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(state["name"]), sql.Identifier(name)))
            _define(connection, "ALTER", inputs, state)
            for role in connection.execute(
                "SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = %s::regrole",
                [sql.Identifier(name).as_string(connection)],
            ).fetchall():
                revoke = sql.SQL("REVOKE {} FROM {}")
                connection.execute(revoke.format(sql.Identifier(str(role[0])), sql.Identifier(name)))
            _grant(connection, name, inputs)
            _settings(connection, inputs, state)
        return self.read(name, inputs, call) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        del call
        from psycopg import sql  # noqa: PLC0415

        role = sql.Identifier(state.get("name", resource_id))
        with (
            self.server.one_owner,
            self.server.connected(f"could not delete role {resource_id}", transaction=True) as connection,
        ):
            if not state.get("skipReassignOwned"):
                with acting_for(connection, state.get("name", resource_id)):
                    connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
                    connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            if not state.get("skipDropRole"):
                connection.execute(sql.SQL("DROP ROLE {}").format(role))


def role_state(known: Values, found: Values) -> Values:
    """What was known, corrected by what the server tells; the password can be read by nobody."""
    config = dict(entry.split("=", 1) for entry in found["config"])
    paths = config.get("search_path")
    state = known | {name: value for name, value in found.items() if name != "config"}
    state["searchPaths"] = [path.strip('"') for path in paths.split(", ")] if paths else []
    state["assumeRole"] = config.get("role", "")
    for name, setting in _TIMEOUTS.items():
        state[name] = int(config.get(setting, 0))
    return state


def _define(
    connection: "Connection[tuple[object, ...]]", verb: str, inputs: Values, before: Values | None = None
) -> None:
    """CREATE or ALTER with what differs from before: only a superuser may even mention some of the flags."""
    from psycopg import sql  # noqa: PLC0415

    options: list[Composable] = [
        sql.SQL(word if inputs[name] else f"NO{word}")
        for name, word in _FLAGS.items()
        if before is None or bool(inputs[name]) != bool(before.get(name))
    ]
    if inputs.get("password") and (before is None or inputs["password"] != before.get("password")):
        options.append(sql.SQL("PASSWORD {}").format(sql.Literal(inputs["password"])))
    if before is None or inputs["connectionLimit"] != before.get("connectionLimit"):
        options.append(sql.SQL("CONNECTION LIMIT {}").format(sql.Literal(int(inputs["connectionLimit"]))))
    if before is None or inputs["validUntil"] != before.get("validUntil"):
        options.append(sql.SQL("VALID UNTIL {}").format(sql.Literal(inputs["validUntil"])))
    if options:
        statement = sql.SQL(f"{verb} ROLE {{}} WITH ").format(sql.Identifier(inputs["name"]))
        connection.execute(statement + sql.SQL(" ").join(options))


def _grant(connection: "Connection[tuple[object, ...]]", name: str, inputs: Values) -> None:
    from psycopg import sql  # noqa: PLC0415

    for role in inputs.get("roles", []):
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(name)))


def _settings(connection: "Connection[tuple[object, ...]]", inputs: Values, before: Values | None = None) -> None:
    from psycopg import sql  # noqa: PLC0415

    role = sql.Identifier(inputs["name"])
    wanted: dict[str, Composable | None] = {
        "search_path": sql.SQL(", ").join(map(sql.Identifier, inputs["searchPaths"]))
        if inputs.get("searchPaths")
        else None,
        "role": sql.Identifier(inputs["assumeRole"]) if inputs.get("assumeRole") else None,
        **{
            setting: sql.Literal(int(inputs[name])) if inputs.get(name) else None for name, setting in _TIMEOUTS.items()
        },
    }
    for setting, value in wanted.items():
        if value is not None:
            connection.execute(sql.SQL("ALTER ROLE {} SET {} TO {}").format(role, sql.Identifier(setting), value))
        elif before is not None:
            connection.execute(sql.SQL("ALTER ROLE {} RESET {}").format(role, sql.Identifier(setting)))
