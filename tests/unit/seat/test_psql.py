"""Which calls of psql and its like mean the class's server, and which another: the seat's own script decides."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "images" / "seat" / "lib" / "class-database"


def chosen(*call: str, **environment: str) -> str:
    """The service that a call would ask; the program itself is not started."""
    told = 'exec() { echo "${PGSERVICE-none}"; }; source "$SCRIPT" "$@"'
    known = {"PATH": "/usr/bin:/bin", "SCRIPT": str(SCRIPT), "XDG_RUNTIME_DIR": "/nowhere"}
    done = subprocess.run(
        ["bash", "-uc", told, *call], env=known | environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize(
    "call",
    [
        "psql", "psql s01", "psql -d s01 -U s01", "psql postgresql:///s01", "psql -c host=1",
        "psql -Atc host=localhost",
        "psql --command host=localhost", "psql -p 5433", "psql -v h=1", "psql -f here", "psql --html", "psql -H",
        "pg_dump -Fc s01", "pg_dump -fhere s01", "pg_restore -l", "pg_isready",
    ],
)  # fmt: skip
def test_who_names_no_server_asks_the_classs(call: str) -> None:
    assert chosen(*call.split()) == "class"


@pytest.mark.parametrize(
    "call",
    [
        "psql -h localhost", "psql -hlocalhost", "psql -Xth localhost", "psql --host localhost",
        "psql --host=localhost",
        "psql -U me -h localhost", "psql host=localhost", "psql -dhost=localhost", "psql -d hostaddr=127.0.0.1",
        "psql --dbname service=mine", "psql --dbname=host=localhost", "psql postgresql://localhost/x",
        "psql postgres://me@localhost", "psql -d postgresql://localhost", "psql -c x -h localhost",
        "pg_dump -h localhost s01", "pg_restore -Fc -h localhost", "pg_isready -qh localhost",
    ],
)  # fmt: skip
def test_who_names_a_server_asks_that_one(call: str) -> None:
    assert chosen(*call.split()) == "none"


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR"])
def test_a_server_named_by_the_environment_counts(name: str) -> None:
    assert chosen("psql", **{name: "127.0.0.1"}) == "none"


def test_a_service_of_his_own_stays() -> None:
    assert chosen("psql", PGSERVICE="mine") == "mine"
