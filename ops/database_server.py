"""The workshop's database server, asked from the outside as its own administrator.

In: the Docker host, the stack's name. Out: which roles and databases are there, and what a statement answers. It works
while Pulumi, its plugins and the accounts do not.
"""

from ops.console import StopError
from ops.engine import Engine

# By the image's own measure: while it prepares itself, a server answers that ends again.
_READY = "for i in {1..60}; do healthy 2> /dev/null && exit 0; sleep 0.5; done; exit 1"
_ALL = "SELECT 'role:' || rolname FROM pg_roles UNION ALL SELECT 'database:' || datname FROM pg_database"


class DatabaseServer:
    """One PostgreSQL server in its container."""

    def __init__(self, engine: Engine, prefix: str) -> None:
        self.container = f"{prefix}-postgres"
        self._engine = engine

    def is_there(self) -> bool:
        """Whether there is a container of that name."""
        return self._engine.run("container", "inspect", self.container).returncode == 0

    def start(self) -> bool:
        """Whether there is one that answers, after it was started if it had been stopped."""
        started = self._engine.run("container", "start", self.container).returncode == 0
        return started and self._engine.run("exec", self.container, "bash", "-c", _READY).returncode == 0

    def run(self, *command: str, given: str | None = None) -> tuple[int, str]:
        """Run a command beside the server; its exit status and all that it said."""
        done = self._engine.run("exec", "-i", "-u", "postgres", self.container, *command, given=given)
        return done.returncode, (done.stdout + done.stderr).strip()

    def sql(self, text: str, **variables: str) -> tuple[int, str]:
        """Run a statement; ``variables`` are psql's."""
        given = (part for name, value in variables.items() for part in ("-v", f"{name}={value}"))
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *given, "-d", "postgres", given=text)

    def holds(self) -> frozenset[str]:
        """What is there, as ``role:NAME`` and ``database:NAME``.

        Raises:
            StopError: when it does not say.
        """
        status, answer = self.sql(_ALL)
        if status != 0:
            raise StopError(f"the database server {self.container} does not say what it holds: {answer}")
        return frozenset(answer.splitlines())
