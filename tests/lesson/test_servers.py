"""`make lesson` from a server that runs: what it reads, and what it says when it cannot."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import lesson, scratch
from ops.console import StopError
from tests.live import image_kit as kit
from tests.ports import free_port

START = r"""set -eu
install -d -m 700 /tmp/server
initdb -D /tmp/server/data -U keeper -E UTF8 --locale=C.UTF-8 --no-sync > /dev/null
printf '%s\n' 'local all all trust' 'host all all 127.0.0.1/32 scram-sha-256' > /tmp/server/data/pg_hba.conf
pg_ctl -D /tmp/server/data -s -w -t 120 -l /tmp/server/log start -o "-c listen_addresses=127.0.0.1 -c port=$1 \
  -c fsync=off -c unix_socket_directories=/tmp"
psql -Xq -v ON_ERROR_STOP=1 -v password="$2" -h /tmp -p "$1" -U keeper -d postgres << 'SQL'
CREATE ROLE reader LOGIN PASSWORD :'password';
CREATE DATABASE shop;
\connect shop
CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO items VALUES (1, 'Lamp');
GRANT SELECT ON items TO reader;
SQL
"""
PASSWORD = secrets.token_hex(12)


@pytest.fixture(scope="module")
def container_and_port() -> Iterator[tuple[str, int]]:
    kit.need_engine()
    kit.scratch_images()
    port = free_port()
    options = ("--init", "--user", "postgres", "--network", "host", "--entrypoint", "sleep")
    with scratch.container(scratch.image("postgres"), *options, command=("600",)) as name:
        done = scratch.docker("exec", "-i", name, "bash", "-c", START, "bash", str(port), PASSWORD)
        assert done.returncode == 0, done.stderr.decode()
        yield name, port


def keeper(container: str, port: int, sql: str) -> None:
    done = scratch.docker("exec", container, "psql", "-Xq", "-h", "/tmp", "-p", str(port), "-U", "keeper", "-d", "shop",  # noqa: S108
                          "-c", sql)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def dsn(container_and_port: tuple[str, int], course: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    assert not course.exists()
    whole = f"postgresql://reader@127.0.0.1:{container_and_port[1]}/shop"
    monkeypatch.setenv("DSN", whole)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return whole


@pytest.mark.usefixtures("dsn")
def test_a_database_that_runs_becomes_a_course(course: Path) -> None:
    assert lesson.main() == 0
    text = (course / "lab.yaml").read_text()
    assert "from the database shop. It is yours" in text
    assert "title: Shop\n" in text
    assert "content: items" in text
    assert PASSWORD not in "".join(path.read_text() for path in course.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PGPASSWORD": "wrong-horse"}, 'password authentication failed for user "reader"'),
        ({"DSN": "postgresql://reader@127.0.0.1:1/shop"}, "Connection refused"),
        ({"DSN": "postgresql://reader@no-such-host.invalid/shop"}, "could not translate host name"),
    ],
)
@pytest.mark.usefixtures("dsn")
def test_what_a_server_says_is_told_without_the_password(
    course: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], said: str
) -> None:
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StopError, match=said) as stopped:
        lesson.main()
    assert str(stopped.value).startswith("lesson: the database shop cannot be dumped: ")
    assert len(str(stopped.value).splitlines()) == 1
    assert not [one for one in (PASSWORD, "wrong-horse") if one in str(stopped.value)]
    assert not course.exists()


@pytest.mark.parametrize(
    ("thing", "more", "said"),
    [
        ("EXTENSION dblink", "", r"^lesson: the database shop: .*permission denied to create extension"),
        ("TABLE secret", "(id integer)", r"permission denied for table secret \(the role may not read all of it"),
    ],
)
@pytest.mark.usefixtures("dsn")
def test_what_a_student_or_the_role_may_not_have_is_told_of_the_database_and_of_no_file(
    course: Path, container_and_port: tuple[str, int], thing: str, more: str, said: str
) -> None:
    keeper(*container_and_port, f"CREATE {thing} {more}")
    try:
        with pytest.raises(StopError, match=said):
            lesson.main()
    finally:
        keeper(*container_and_port, f"DROP {thing}")
    assert not course.exists()
