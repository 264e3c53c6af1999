"""The data source for those who know SQL: what the grader knows of the students' databases, and nothing of theirs.

Comes in: the database server, who vouches for it, the volume in which Grafana keeps what it is told. Goes out: a role
that may read a few views of the database ``monitor``, and how Grafana asks as that role. Only for a Grafana of the
workshop's own, and only while no student may use it: whoever may may put any question.
"""

import json

import pulumi
import pulumi_docker as docker
import pulumi_postgresql as postgresql
import pulumiverse_grafana as grafana

from dashboards.facts import POSTGRES
from mentor.components.databases import DatabaseServer
from mentor.components.passwords import password

NAME = "Workshop, in SQL"
ROLE = "board_reader"
"""No id has an underscore."""
READERS = "board_readers"
"""What it may is this role's, and made by the server itself when it starts."""
DATABASE = "monitor"
CONNECTIONS = 4
PATIENCE_MILLISECONDS = 10_000
PORT = 5432
OPTIONS = {
    "database": DATABASE,
    # The server's certificate is one for this name, by the workshop's own authority.
    "sslmode": "verify-full",
    "tlsConfigurationMethod": "file-content",
    "postgresVersion": 1700,
    "timescaledb": False,
    # One less than the role may have, for a session that ends slowly.
    "maxOpenConns": CONNECTIONS - 1,
    "maxIdleConns": 1,
    "maxIdleConnsAuto": False,
    "connMaxLifetime": 600,
}


class SqlSource(pulumi.ComponentResource):
    """A role and a data source. The role goes with the database's volume, the source with Grafana's ``kept``."""

    def __init__(
        self,
        name: str,
        server: DatabaseServer,
        authority: pulumi.Output[str],
        kept: docker.Volume,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mentor:index:SqlSource", name, None, opts)
        secret = password("board-reader", 24, pulumi.ResourceOptions(parent=self))
        role = postgresql.Role(
            "board-reader-role",
            name=ROLE,
            login=True,
            password=secret,
            roles=[READERS],
            connection_limit=CONNECTIONS,
            statement_timeout=PATIENCE_MILLISECONDS,
            opts=pulumi.ResourceOptions(parent=self, deleted_with=server.data, import_=server.there("role", ROLE)),
        )
        grafana.oss.DataSource(
            "boards-sql",
            name=NAME,
            uid=POSTGRES,
            type="grafana-postgresql-datasource",
            url=f"postgres:{PORT}",
            username=ROLE,
            json_data_encoded=json.dumps(OPTIONS, sort_keys=True),
            secure_json_data_encoded=pulumi.Output.json_dumps(
                {"password": secret, "tlsCACert": authority}, sort_keys=True
            ),
            opts=pulumi.ResourceOptions(parent=self, deleted_with=kept, depends_on=[role]),
        )
        self.register_outputs({})
