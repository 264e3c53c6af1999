"""Loads a finished sample into a server that nobody else has, and asks it what is there.

In: a file or a folder of SQL, or a file in pg_dump's custom format. Out: the catalogue, and the whole as SQL that loads
with a student's rights; or `StopError` with file, line and what to do.

A sample is code, and anybody's. psql runs it, and whatever its lines with a backslash start, as a user without rights
in a container without a network, without a disk to write on, with bounds to memory, processes and time, and without
anything of the host's. In the server it is a role that owns this one database, as a student owns his, and can get into
no other. What is asked afterwards is asked by another user, with the same role.
"""

import io
import re
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mentor.course.sqltext import quoted
from ops import scratch
from ops.console import StopError
from ops.drafting import naming
from ops.drafting.catalogue import QUERY, Catalogue, read

LARGEST = 100 << 20
"""Bytes of a sample, and of a solution: a course may take 200 MiB in all."""
LARGEST_CATALOGUE = 32 << 20
SECONDS = 120
LIFE = "600"
"""Seconds after which the container ends by itself, whatever is in it."""
MOST_ROLES = 30
LIMITS = (
    "--init", "--user", "postgres", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--read-only", "--tmpfs", "/tmp:size=1g,mode=1777",  # noqa: S108 - the container's own
    "--memory", "2g", "--memory-swap", "2g", "--pids-limit", "200", "--entrypoint", "sleep",
)  # fmt: skip

START = r"""set -eu
install -d -m 700 /tmp/server
install -d -m 755 /tmp/socket
initdb -D /tmp/server/data -U keeper -E UTF8 --locale=C.UTF-8 --locale-provider=builtin --no-sync > /dev/null 2>&1
printf '%s\n' 'local all keeper peer map=server' 'local sample loader peer map=server' > /tmp/server/data/pg_hba.conf
printf '%s\n' 'server postgres keeper' 'server postgres loader' 'server loader loader' > /tmp/server/data/pg_ident.conf
pg_ctl -D /tmp/server/data -s -w -t 120 -l /tmp/server/log start -o "-c listen_addresses='' -c fsync=off -c jit=off \
  -c unix_socket_directories=/tmp/socket -c max_parallel_workers_per_gather=0"
psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U keeper -d postgres -c 'CREATE ROLE loader LOGIN'
"""
# plpgsql is his too, for old dumps put a comment on it.
AFRESH = r"""DROP DATABASE IF EXISTS sample WITH (FORCE);
CREATE DATABASE sample OWNER loader TEMPLATE template0;
\connect sample
DROP EXTENSION plpgsql;
SET ROLE loader;
CREATE EXTENSION plpgsql;
RESET ROLE;
"""
LOAD = r"""cd /tmp/sample
status=0
PGOPTIONS='-c client_min_messages=error' timeout -k 5 "$1" psql -X -q -v ON_ERROR_STOP=1 --echo-errors --no-password \
  -h /tmp/socket -U loader -d sample --output=/dev/null --file="$2" < /dev/null > /dev/null 2> /tmp/said || status=$?
# A file can switch the stop at the first error off, so what was said counts as well.
if [ "$status" -ne 0 ] || grep -q '^psql:.*: ERROR: ' /tmp/said; then
  awk -f /usr/local/lib/mentor/locate.awk /tmp/said | head -c 4000 >&2
  [ "$status" -ne 0 ] || status=1
  exit "$status"
fi
"""
RESTORE = r"""timeout -k 5 "$1" pg_restore --exit-on-error --no-owner --no-privileges --no-tablespaces \
  --no-security-labels --no-publications --no-subscriptions --no-password -h /tmp/socket -U loader -d sample \
  "/tmp/sample/$2" < /dev/null > /dev/null 2> /tmp/said || { status=$?; head -c 4000 /tmp/said >&2; exit "$status"; }
"""
ASK = "PGOPTIONS='{options}' psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U loader -d sample -f - | head -c {most}"
OPTIONS = (
    "-c role=none -c search_path=pg_catalog -c statement_timeout=60000 -c default_transaction_read_only=on "
    "-c client_min_messages=error"
)
DUMP = r"""pg_dump -h /tmp/socket -U loader -d sample --encoding=UTF8 --no-owner --no-privileges --no-tablespaces \
  --no-security-labels --no-publications --no-subscriptions --exclude-extension=plpgsql --restrict-key=solution \
  | head -c {most}"""
OVERDUE = frozenset({124, 137})
"""How `timeout` ends when it had to end what it ran."""
ADVICE = (
    (r'extension "[^"]+" is not available', "the workshop's PostgreSQL does not have it; make the dump without it"),
    (
        r"permission denied to create database|connection to server .* failed",
        "dump one database, without --create",
    ),
    (
        r"permission denied|must be (owner|superuser|able to SET ROLE)|only superuser",
        "a student may not do that in his own database, either; leave it out, or dump with --no-owner --no-privileges",
    ),
)


@dataclass(frozen=True)
class Sample:
    """The files of a finished database in the order of loading; one alone if it is in pg_dump's custom format."""

    files: tuple[Path, ...]
    custom: bool = False


def found(place: Path) -> Sample:
    """Find what is to be loaded, or stop with the reason why it cannot be."""
    if place.is_dir():
        if (place / "toc.dat").exists():
            raise StopError(f"lesson: {place} is in pg_dump's directory format: give --format=custom, or plain SQL")
        sample = Sample(tuple(sorted(one for one in place.glob("*.sql") if one.is_file())))
        if not sample.files:
            raise StopError(f"lesson: {place} holds no *.sql")
    elif place.is_file():
        with place.open("rb") as file:
            start = file.read(512)
        if start.startswith(b"\x1f\x8b"):
            raise StopError(f"lesson: {place} is compressed: unpack it with gunzip")
        if start[257:262] == b"ustar":
            raise StopError(f"lesson: {place} is a tar archive: give plain SQL, or pg_dump --format=custom")
        sample = Sample((place,), custom=start.startswith(b"PGDMP"))
    else:
        raise StopError(f"lesson: there is no file or folder {place}")
    size = sum(file.stat().st_size for file in sample.files)
    if size > LARGEST:
        raise StopError(f"lesson: {place} takes {size >> 20} MiB: at most {LARGEST >> 20} MiB; leave rows out")
    return sample


@dataclass(frozen=True)
class Loaded:
    """A database that was loaded."""

    container: str

    def catalogue(self) -> Catalogue:
        """Read what is in it."""
        asked = ASK.format(options=OPTIONS, most=LARGEST_CATALOGUE + 1)
        text = self._told(asked, LARGEST_CATALOGUE, "its catalogue cannot be read", QUERY.encode())
        return read(text.decode())

    def solution(self) -> bytes:
        """Write all of it as SQL: no owners, no rights, nothing that the sample had for psql."""
        return self._told(DUMP.format(most=LARGEST + 1), LARGEST, "it cannot be written as SQL")

    def _told(self, script: str, most: int, wrong: str, given: bytes = b"") -> bytes:
        done = _inside(self.container, "postgres", f"set -o pipefail\n{script}", given=given)
        if len(done.stdout) > most:
            raise StopError(f"lesson: {wrong}: that takes more than {most >> 20} MiB")
        if done.returncode:
            raise StopError(f"lesson: {wrong}: {_first_line(done.stderr)}")
        return done.stdout


@contextmanager
def loaded(sample: Sample) -> Iterator[Loaded]:
    """Have the sample in a database, for as long as this lasts."""
    with scratch.container(scratch.image("postgres"), *LIMITS, command=(LIFE,)) as container:
        done = _inside(container, "postgres", START)
        if done.returncode:
            raise StopError(f"lesson: the scratch server does not start: {_first_line(done.stderr)}")
        done = _inside(container, "loader", "install -d /tmp/sample && tar -xf - -C /tmp/sample", given=_packed(sample))
        if done.returncode:
            raise StopError(f"lesson: the sample does not reach the scratch server: {_first_line(done.stderr)}")
        _load(container, sample)
        yield Loaded(container)


def _load(container: str, sample: Sample) -> None:
    """Load it, once more for each role that it names: nobody of that name is there, and he may do nothing."""
    roles: list[str] = []
    while True:
        _afresh(container, roles)
        trouble = _trouble(container, sample)
        if trouble is None:
            return
        missing = re.search(r'ERROR: +role "(.+)" does not exist', trouble)
        if not missing or missing[1] in roles or len(roles) == MOST_ROLES:
            raise StopError(f"lesson: {trouble}")
        roles.append(missing[1])


def _afresh(container: str, roles: Sequence[str]) -> None:
    names = [quoted(role) for role in roles]
    made = [f"CREATE ROLE {name};\nGRANT {name} TO loader;\n" for name in names[-1:]]
    rights = [f"GRANT ALL ON SCHEMA public TO {name};\nGRANT ALL ON DATABASE sample TO {name};\n" for name in names]
    psql = "psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U keeper -d postgres -f -"
    done = _inside(container, "postgres", psql, given="".join([*made, AFRESH, *rights]).encode())
    if done.returncode:
        raise StopError(f"lesson: there is no place to load the sample into: {_first_line(done.stderr)}")


def _trouble(container: str, sample: Sample) -> str | None:
    """Load all files; what went wrong, with the file and the line."""
    for number, file in enumerate(sample.files):
        name = f"{number}.sql"
        done = _inside(container, "loader", RESTORE if sample.custom else LOAD, str(SECONDS), name)
        if done.returncode in OVERDUE and not done.stderr.strip():
            return f"{file} is not loaded after {SECONDS} seconds, or needs more memory than there is"
        if done.returncode:
            said = _first_line(done.stderr).replace("pg_restore: error: could not execute query: ", "")
            place, more = (
                (str(file), f": {said}") if not said.startswith(f"{name}:") else (f"{file}", said[len(name) :])
            )
            return f"{naming.visible(place)}{more}{_advice(said)}"
    return None


def _advice(said: str) -> str:
    return next((f" ({advice})" for pattern, advice in ADVICE if re.search(pattern, said)), "")


def _packed(sample: Sample) -> bytes:
    """Pack the files under names of our own."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number, file in enumerate(sample.files):
            try:
                content = file.read_bytes()
            except OSError as error:
                raise StopError(f"lesson: {file} cannot be read: {error.strerror}") from None
            entry = tarfile.TarInfo(f"{number}.sql")
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _first_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return naming.line(lines[0], naming.LONGEST_HINT) if lines else "it says nothing"


def _inside(
    container: str, user: str, script: str, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return scratch.docker("exec", "-i", "-u", user, container, "bash", "-c", script, "bash", *arguments, given=given)
