"""Takes a sample from a running server, with pg_dump of the workshop's own PostgreSQL image.

In: a connection string without a password, which is asked for. Out: a sample; or `StopError` with what the server says.
The password goes by environment to the one container that needs it, and stands in no message.
"""

import getpass
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from ops import scratch
from ops.console import StopError
from ops.drafting import naming
from ops.drafting.sample import LARGEST, Sample

SECONDS = 300
PASSWORDS = "lesson: DSN may hold no password, passfile or service, and is a valid one: the password is asked for"
PASSWORD = "PGPASSWORD"  # noqa: S105 - a name
OPTIONS = (
    "--format=custom", "--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications", "--no-subscriptions",
    "--no-password", "--lock-wait-timeout=10000",
)  # fmt: skip
# A server can say as much as it likes.
DUMP = r"""most=$1; shift
exec 3> >(head -c 65536 >&2)
pg_dump "$@" 2>&3 3>&- | head -c "$most" 3>&-
status=$?
exec 3>&-
wait $!
exit "$status"
"""
ADVICE = (
    ("server version mismatch", "its server is newer than the workshop's: a database of it may not load here"),
    ("permission denied", "the role may not read all of it: name one that may, or make a dump of what it may read"),
    ("row-level security", "rows are hidden from this role: name one that sees all"),
    ("could not connect|connection to server", "it is asked from the Docker host"),
)


def name(dsn: str) -> str:
    """What the database is called, for a title. No message repeats the string: it may hold a password all the same.

    Raises:
        StopError: the connection string holds a password, or names no database.
    """
    is_url = "://" in dsn
    if re.search(r"(password|passfile|service|secret)\s*=", unquote(dsn), re.IGNORECASE):
        raise StopError(PASSWORDS)
    named = _of_url(dsn) if is_url else _of_words(dsn)
    if not named:
        raise StopError("lesson: DSN names no database: write it as postgresql://reader@db.example.org/shop")
    if is_url and set(named) & set("/@:"):
        raise StopError(PASSWORDS)
    return named


def _of_url(dsn: str) -> str:
    try:
        found = urlsplit(dsn)
        has_password, _ = found.password is not None, found.port
    except ValueError:
        raise StopError(PASSWORDS) from None
    if has_password:
        raise StopError(PASSWORDS)
    if found.scheme not in {"postgres", "postgresql"}:
        return ""
    return unquote(found.path.removeprefix("/")) or parse_qs(found.query).get("dbname", [""])[0]


def _of_words(dsn: str) -> str:
    found = re.search(r"(?:^|\s)dbname\s*=\s*(?:'((?:[^'\\]|\\.)+)'|([^\s']+))", dsn)
    return (found[1] or found[2]) if found else ""


@contextmanager
def fetched(dsn: str) -> Iterator[Sample]:
    """Have a sample of a server's database in a file, for as long as this lasts."""
    shown = f"the database {naming.visible(name(dsn))}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.dump"
        command = [
            "docker", "run", "--rm", "--network", "host", "--cap-drop", "ALL", "--user", "postgres",
            "--label", scratch.LABEL, "--security-opt", "no-new-privileges", "--read-only", "--memory", "1g",
            "--memory-swap", "1g", "--pids-limit", "50",
            "--env", PASSWORD, "--env", "PGCONNECT_TIMEOUT=20",
            "--entrypoint", "timeout", scratch.image("postgres"), str(SECONDS), "bash", "-o", "pipefail", "-c",
            DUMP, "bash", str(LARGEST + 1), *OPTIONS, f"--dbname={dsn}",
        ]  # fmt: skip
        with file.open("wb") as out:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, check=False,
                env=os.environ | {PASSWORD: _password()},
            )  # fmt: skip
        if file.stat().st_size > LARGEST:
            raise StopError(f"lesson: {shown} takes more than {LARGEST >> 20} MiB: leave rows out")
        if done.returncode:
            raise StopError(f"lesson: {shown} cannot be dumped: {_said(done.returncode, done.stderr)}")
        yield Sample((file,), custom=True, source=shown)


def _password() -> str:
    """From the environment or the keyboard; nothing where there is neither, for a server may ask for none."""
    if PASSWORD in os.environ or not sys.stdin.isatty():
        return os.environ.get(PASSWORD, "")
    return getpass.getpass("lesson: password (none: Enter): ")


def _said(status: int, stderr: bytes) -> str:
    if status == 124:  # noqa: PLR2004 - how timeout ends what it ran
        return f"it takes more than {SECONDS} seconds"
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("pg_dump: error: ")]
    first = [*errors, *lines, "no reason given"][0]
    said = naming.line(first.removeprefix("pg_dump: error: "), naming.LONGEST_HINT)
    advice = next((advice for pattern, advice in ADVICE if any(re.search(pattern, line) for line in lines)), "")
    return f"{said} ({advice})" if advice else said
