"""`postgresql.Database`."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

from typing import TYPE_CHECKING, ClassVar

from offline.standins.postgresql_server import PostgresServer, acting_for, one
from offline.standins.properties import Property
from offline.standins.resource import Call, Resource
from offline.standins.values import Values

if TYPE_CHECKING:
    from psycopg.sql import Composable, Composed

_READ = """
    SELECT datname AS name, pg_get_userbyid(datdba)::text AS owner, pg_encoding_to_char(encoding)::text AS encoding,
        datcollate AS "lcCollate", datctype AS "lcCtype", spcname AS "tablespaceName",
        datconnlimit AS "connectionLimit",
        datallowconn AS "allowConnections", datistemplate AS "isTemplate"
    FROM pg_database JOIN pg_tablespace ON dattablespace = pg_tablespace.oid WHERE datname = %s
"""


class Database(Resource):
    """A database, made as a copy of a template; what it was copied from cannot change."""

    table: ClassVar = {
        "name": Property(),
        "owner": Property(computed=True),
        "template": Property(replaces=True, computed=True),
        "encoding": Property(replaces=True, computed=True),
        "lcCollate": Property(replaces=True, computed=True),
        "lcCtype": Property(replaces=True, computed=True),
        "tablespaceName": Property(computed=True),
        "connectionLimit": Property(kind="number", default=-1, minimum=-1),
        "allowConnections": Property(kind="boolean", default=True),
        "isTemplate": Property(kind="boolean", computed=True),
        "alterObjectOwnership": Property(kind="boolean", default=False),
    }
    outputs: ClassVar = tuple(name for name, prop in table.items() if prop.computed)

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def complaints(self, inputs: Values) -> list[tuple[str, str]]:
        found = super().complaints(inputs)
        if inputs.get("alterObjectOwnership"):
            found.append(("alterObjectOwnership", "works with the official plugin only, not with its offline stand-in"))
        return found

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        name, owner = inputs["name"], inputs.get("owner")
        with (
            self.server.one_owner,
            self.server.connected(f'error creating database "{name}"') as connection,
            acting_for(connection, owner or connection.info.user),
        ):
            connection.execute(create_statement(inputs, connection.info.user))
        return name, self.read(name, inputs, call) or inputs

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del call
        with self.server.connected("error reading database") as connection:
            found = one(connection, _READ, resource_id)
        if found is None:
            return None
        # Nothing in the server tells where a database was copied from.
        return state | found | {"template": state.get("template") or "template0"}

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        from psycopg import sql  # noqa: PLC0415

        before, name = state["name"], inputs["name"]
        changes: list[tuple[str, Composable]] = [("RENAME TO {}", sql.Identifier(name))] if name != before else []
        if inputs.get("owner", state.get("owner")) != state.get("owner"):
            changes.append(("OWNER TO {}", sql.Identifier(inputs["owner"])))
        if inputs.get("tablespaceName", state.get("tablespaceName")) != state.get("tablespaceName"):
            changes.append(("SET TABLESPACE {}", sql.Identifier(inputs["tablespaceName"])))
        if inputs["connectionLimit"] != state.get("connectionLimit"):
            changes.append(("CONNECTION LIMIT = {}", sql.Literal(int(inputs["connectionLimit"]))))
        for key, word in (("allowConnections", "ALLOW_CONNECTIONS"), ("isTemplate", "IS_TEMPLATE")):
            if bool(inputs.get(key, state.get(key))) != bool(state.get(key)):
                changes.append((f"{word} {{}}", sql.Literal(bool(inputs[key]))))
        owner = inputs.get("owner") or state["owner"]
        with (
            self.server.one_owner,
            self.server.connected(f'error updating database "{resource_id}"') as connection,
            acting_for(connection, owner),
        ):
            for clause, value in changes:
                statement = sql.SQL("ALTER DATABASE {} ").format(sql.Identifier(before)) + sql.SQL(clause).format(value)
                connection.execute(statement)
                before = name
        return self.read(name, {**state, **inputs}, call) or inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        del call
        from psycopg import sql  # noqa: PLC0415

        name = state.get("name", resource_id)
        with self.server.one_owner, self.server.connected("error dropping database") as connection:
            database = sql.Identifier(name)
            with acting_for(connection, state.get("owner") or connection.info.user):
                if state.get("isTemplate"):
                    connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(database))
                connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(database))
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def create_statement(inputs: Values, user: str) -> "Composed":
    """The one statement that makes a database; a name is always quoted, DEFAULT never."""
    from psycopg import sql  # noqa: PLC0415

    def value(name: str, make: type[sql.Identifier | sql.Literal], missing: str) -> "Composable":
        given = inputs.get(name)
        return sql.SQL("DEFAULT") if str(given).upper() == "DEFAULT" else make(given or missing)

    clauses: list[Composable] = [
        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(inputs["name"])),
        sql.SQL("OWNER {}").format(value("owner", sql.Identifier, user)),
        sql.SQL("TEMPLATE {}").format(value("template", sql.Identifier, "template0")),
        sql.SQL("ENCODING {}").format(value("encoding", sql.Literal, "UTF8")),
    ]
    optional = (("lcCollate", "LC_COLLATE {}"), ("lcCtype", "LC_CTYPE {}"))
    clauses += [sql.SQL(text).format(value(name, sql.Literal, "")) for name, text in optional if inputs.get(name)]
    if inputs.get("tablespaceName"):
        clauses.append(sql.SQL("TABLESPACE {}").format(value("tablespaceName", sql.Identifier, "")))
    clauses += [
        sql.SQL("ALLOW_CONNECTIONS {}").format(sql.Literal(bool(inputs["allowConnections"]))),
        sql.SQL("CONNECTION LIMIT {}").format(sql.Literal(int(inputs["connectionLimit"]))),
        sql.SQL("IS_TEMPLATE {}").format(sql.Literal(bool(inputs.get("isTemplate")))),
    ]
    return sql.SQL(" ").join(clauses)
