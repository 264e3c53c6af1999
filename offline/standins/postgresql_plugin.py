"""The postgresql plugin's stand-in: `postgresql.Role` and `postgresql.Database`, from properties to SQL and back."""

from typing import ClassVar, Literal

from psycopg import sql
from pulumi_postgresql import DatabaseArgs, ProviderArgs, RoleArgs

from offline.standins.postgresql_server import SETTINGS, Connection, PostgresServer, acting_for, alter, one
from offline.standins.properties import each
from offline.standins.resource import Call, Plugin, Resource
from offline.standins.values import Values

_ROLE = """
    SELECT rolname AS name, rolcanlogin AS login, rolconnlimit AS "connectionLimit",
        ARRAY(SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = pg_roles.oid) AS roles,
        coalesce((SELECT max(substring(one FROM '^statement_timeout=([0-9]+)$')::int) FROM unnest(rolconfig) AS one), 0)
            AS "statementTimeout"
    FROM pg_roles WHERE rolname = %s
"""
_DATABASE = """
    SELECT datname AS name, pg_get_userbyid(datdba)::text AS owner, pg_encoding_to_char(encoding)::text AS encoding,
        datcollate AS "lcCollate", datctype AS "lcCtype", spcname AS "tablespaceName",
        datconnlimit AS "connectionLimit",
        datallowconn AS "allowConnections", datistemplate AS "isTemplate"
    FROM pg_database JOIN pg_tablespace ON dattablespace = pg_tablespace.oid WHERE datname = %s
"""
_DATABASE_OPTIONS = {"connectionLimit": "CONNECTION LIMIT {}", "allowConnections": "ALLOW_CONNECTIONS {}"}


class Role(Resource):
    """A role; everything about it can change in place, its name too."""

    typed: ClassVar = RoleArgs
    imports: ClassVar = True
    table: ClassVar = {
        **each("name"),
        **each("login", default=False),
        **each("roles", unordered=True),
        **each("connectionLimit", default=-1),
        **each("statementTimeout", default=0),
        **each("password"),  # never read back: the provider says of itself that it is no superuser
        **each("superuser", "createDatabase", "createRole", "replication", default=False, fixed=True),
        **each("bypassRowLevelSecurity", "skipDropRole", "skipReassignOwned", default=False, fixed=True),
        **each("inherit", "encryptedPassword", default=True, fixed=True),
        **each("validUntil", default="infinity", fixed=True),
    }

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        name = inputs["name"]
        with self.server.connected(f"error creating role {name}", transaction=True) as connection:
            _define(connection, "CREATE", inputs, 0)
        return name, self.read(name, inputs) or inputs

    def read(self, resource_id: str, state: Values) -> Values | None:
        with self.server.connected("error reading ROLE") as connection:
            found = one(connection, _ROLE, resource_id)
        return found and state | found

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        name = inputs["name"]
        with self.server.connected(f"error updating role {resource_id}", transaction=True) as connection:
            if name != state["name"]:
                alter(connection, "ALTER ROLE {} RENAME TO {}", state["name"], name)
            _define(connection, "ALTER", inputs, state.get("statementTimeout") or 0)
        return self.read(name, inputs) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        name = state.get("name", resource_id)
        what = f"could not delete role {resource_id}"
        with self.server.one_owner, self.server.connected(what, transaction=True) as connection:
            with acting_for(connection, name):
                alter(connection, "REASSIGN OWNED BY {} TO CURRENT_USER", name)
                alter(connection, "DROP OWNED BY {}", name)
            alter(connection, "DROP ROLE {}", name)


class Database(Resource):
    """A database, made as a copy of a template; what it was copied from cannot change."""

    typed: ClassVar = DatabaseArgs
    imports: ClassVar = True
    table: ClassVar = {
        **each("name"),
        **each("owner", computed=True),
        **each("template", replaces=True, computed=True),
        **each("connectionLimit", default=-1),
        **each("allowConnections", default=True, fixed=True),
        **each("alterObjectOwnership", default=False, fixed=True),
    }
    outputs: ClassVar = ("encoding", "lcCollate", "lcCtype", "tablespaceName", "isTemplate")

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        name = inputs["name"]
        with self.server.one_owner, self.server.connected(f'error creating database "{name}"') as connection:
            owner = inputs.get("owner") or connection.info.user
            with acting_for(connection, owner):
                connection.execute(create_statement(inputs, owner))
        return name, self.read(name, inputs) or inputs

    def read(self, resource_id: str, state: Values) -> Values | None:
        with self.server.connected("error reading database") as connection:
            found = one(connection, _DATABASE, resource_id)
        # Nothing in the server tells where a database was copied from.
        return found and state | found | {"template": state.get("template") or "template0"}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        before, name = state["name"], inputs["name"]
        owner = inputs.get("owner") or state["owner"]
        with (
            self.server.one_owner,
            self.server.connected(f'error updating database "{resource_id}"') as connection,
            acting_for(connection, owner),
        ):
            if name != before:
                alter(connection, "ALTER DATABASE {} RENAME TO {}", before, name)
            if owner != state.get("owner"):
                alter(connection, "ALTER DATABASE {} OWNER TO {}", name, owner)
            for option, clause in _DATABASE_OPTIONS.items():
                if inputs[option] != state.get(option):
                    statement = sql.SQL("ALTER DATABASE {} ").format(sql.Identifier(name))
                    connection.execute(statement + sql.SQL(clause).format(sql.Literal(inputs[option])))
        return self.read(name, {**state, **inputs}) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        name = state.get("name", resource_id)
        with (
            self.server.one_owner,
            self.server.connected("error dropping database") as connection,
            acting_for(connection, state.get("owner") or connection.info.user),
        ):
            if state.get("isTemplate"):
                alter(connection, "ALTER DATABASE {} IS_TEMPLATE false", name)
            alter(connection, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            alter(connection, "DROP DATABASE {} WITH (FORCE)", name)


def define_statement(verb: Literal["CREATE", "ALTER"], inputs: Values) -> sql.Composed:
    """The statement that makes or changes a role. Of the flags that only a superuser may mention it knows none."""
    login, limit = sql.SQL("LOGIN" if inputs["login"] else "NOLOGIN"), sql.Literal(inputs["connectionLimit"])
    role = sql.SQL(f"{verb} ROLE {{}}").format(sql.Identifier(inputs["name"]))
    statement = sql.SQL("{} WITH {} CONNECTION LIMIT {}").format(role, login, limit)
    secret = inputs.get("password")
    return statement + sql.SQL(" PASSWORD {}").format(sql.Literal(secret)) if secret else statement


def _define(connection: Connection, verb: Literal["CREATE", "ALTER"], inputs: Values, timeout: int) -> None:
    """Make or change a role; ``timeout`` is the limit that its statements have so far."""
    name = inputs["name"]
    connection.execute(define_statement(verb, inputs))
    wanted = int(inputs.get("statementTimeout") or 0)
    if wanted != timeout:
        change = sql.SQL("SET statement_timeout TO {}").format(sql.Literal(wanted)) if wanted else None
        who = sql.SQL("ALTER ROLE {} ").format(sql.Identifier(name))
        connection.execute(who + (change or sql.SQL("RESET statement_timeout")))
    members = "SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = to_regrole(quote_ident(%s))"
    for (role,) in connection.execute(members, [name]).fetchall():
        alter(connection, "REVOKE {} FROM {}", role, name)
    for role in inputs.get("roles", []):
        alter(connection, "GRANT {} TO {}", role, name)


def create_statement(inputs: Values, owner: str) -> sql.Composed:
    """The one statement that makes a database; names are quoted, except that DEFAULT is the server's own template."""
    template = inputs.get("template") or "template0"
    return sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8' CONNECTION LIMIT {}").format(
        sql.Identifier(inputs["name"]),
        sql.Identifier(owner),
        sql.SQL("DEFAULT") if template.upper() == "DEFAULT" else sql.Identifier(template),
        sql.Literal(inputs["connectionLimit"]),
    )


def plugin() -> Plugin:
    """The plugin, not yet configured."""
    server = PostgresServer()
    resources = {"postgresql:index/database:Database": Database(server), "postgresql:index/role:Role": Role(server)}
    return Plugin(
        name="postgresql", typed=ProviderArgs, settings=SETTINGS, configure=server.configure, resources=resources
    )
