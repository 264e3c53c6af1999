"""Loads a finished sample into a server that nobody else has, and asks it what is there.

In: a file or a folder of SQL, or a file in pg_dump's custom format. Out: the catalogue, and the whole as SQL that loads
with a student's rights; or `StopError` with file, line and what to do.

A sample is code, and anybody's. psql runs it, and whatever its lines with a backslash start, as a user without rights
in a container without a network, without a disk to write on, with bounds to memory, processes and time, and without
anything of the host's. In the server it is a role that owns this one database, as a student owns his, and can get into
no other. What is asked afterwards is asked by another user, with the same role.
"""

import hashlib
import io
import re
import secrets
import subprocess
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mentor.course.sqltext import quoted
from ops import scratch
from ops.console import StopError
from ops.drafting import naming
from ops.drafting.catalogue import QUERY, Catalogue, read
from ops.drafting.sample import LARGEST, Sample

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
PGOPTIONS='-c client_min_messages=error' timeout -k 5 "$1" psql -X -q -v ON_ERROR_STOP=1 --echo-errors --no-password \
  -h /tmp/socket -U loader -d sample --output=/dev/null --file="$2" < /dev/null > /dev/null 2> /tmp/said
"""
RESTORE = r"""timeout -k 5 "$1" pg_restore --exit-on-error --no-owner --no-privileges --no-tablespaces \
  --no-security-labels --no-publications --no-subscriptions --no-password -h /tmp/socket -U loader -d sample \
  "/tmp/sample/$2" < /dev/null > /dev/null 2> /tmp/said
"""
# Read by another user, for what runs as the loader may go on, and make of his file and his pipes whatever it likes. A
# sample can switch the stop at the first error off, so what was said counts as well as how it ended.
SAID = r"""cd /tmp/sample
timeout -k 1 10 head -c 200000 /tmp/said > /tmp/server/said || exit 0
[ "$1" -ne 0 ] || grep -q '^psql:.*: ERROR: ' /tmp/server/said || exit 0
timeout -k 1 10 awk -f /usr/local/lib/mentor/locate.awk /tmp/server/said | head -c 4000
"""
STILL = "kill -KILL -1"
# Of policies it is lost for whom they are: the roles are on no student's server.
SETTLED = r"""DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT polname, polrelid::regclass AS owner FROM pg_policy WHERE polroles <> '{0}' LOOP
    EXECUTE format('ALTER POLICY %I ON %s TO PUBLIC', one.polname, one.owner);
  END LOOP;
END
$$;
"""
ASK = "PGOPTIONS='{options}' psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U loader -d sample -f - | head -c {most}"
# Whatever the sample sets for its role: what is read is what the grader will read.
OPTIONS = (
    "-c role=none -c search_path=pg_catalog -c statement_timeout=60000 -c client_min_messages=error "
    "-c quote_all_identifiers=off -c datestyle=iso,ymd -c intervalstyle=postgres -c timezone=UTC "
    "-c extra_float_digits=1 -c bytea_output=hex -c xmlbinary=base64"
)
DUMP = r"""timeout -k 5 120 pg_dump -h /tmp/socket -U loader -d sample --encoding=UTF8 --no-owner --no-privileges \
  --no-tablespaces --no-security-labels --no-publications --no-subscriptions --exclude-extension=plpgsql \
  --lock-wait-timeout=10000 --restrict-key={key} | head -c {most}"""
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
class Loaded:
    """A database that was loaded."""

    container: str

    def catalogue(self) -> Catalogue:
        """Read what is in it."""
        asked = ASK.format(options=f"{OPTIONS} -c default_transaction_read_only=on", most=LARGEST_CATALOGUE + 1)
        text = self._told(asked, LARGEST_CATALOGUE, "its catalogue cannot be read", QUERY.encode())
        return read(text.decode())

    def solution(self) -> bytes:
        """Write all of it as SQL: no owners, no rights, nothing that the sample had for psql."""
        wrong = "it cannot be written as SQL"
        self._told(ASK.format(options=OPTIONS, most=LARGEST), LARGEST, wrong, SETTLED.encode())
        key = secrets.token_hex(16)
        text = self._told(DUMP.format(most=LARGEST + 1, key=key), LARGEST, wrong)
        # psql takes no backslash but behind this key. Of the text itself: nothing in it can have known it.
        parts = text.split(key.encode())
        return hashlib.sha256(b"".join(parts)).hexdigest()[: len(key)].encode().join(parts)

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
        _settle(container)
        yield Loaded(container)


def _load(container: str, sample: Sample) -> None:
    """Load it, once more for each role that it names: nobody of that name is there, and he may do nothing."""
    roles: list[str] = []
    end = time.monotonic() + SECONDS
    while True:
        _afresh(container, roles)
        trouble = _trouble(container, sample, end)
        if trouble is None:
            return
        missing = re.search(r'ERROR: +role "(.+)" does not exist', trouble)
        if not missing or missing[1] in roles or len(roles) == MOST_ROLES:
            raise StopError(f"lesson: {trouble}")
        roles.append(missing[1])


def _afresh(container: str, roles: Sequence[str]) -> None:
    names = [quoted(role) for role in roles]
    made = [f"CREATE ROLE {name};\nGRANT {name} TO loader;\n" for name in names[-1:]]
    # Who is given a table needs a right to its schema, which another one may own.
    made += [f"GRANT {earlier} TO {names[-1]};\n" for earlier in names[:-1]]
    rights = [f"GRANT ALL ON SCHEMA public TO {name};\nGRANT ALL ON DATABASE sample TO {name};\n" for name in names]
    _as_keeper(container, "".join([*made, AFRESH, *rights]), "there is no place to load the sample into")


def _trouble(container: str, sample: Sample, end: float) -> str | None:
    """Load all files; what went wrong, with the file and the line."""
    for number, file in enumerate(sample.files):
        name, place = f"{number}.sql", naming.visible(str(file))
        seconds = max(1, round(end - time.monotonic()))
        status = _unheard(container, RESTORE if sample.custom else LOAD, str(seconds), name)
        if status in OVERDUE:
            return f"{place} is not loaded after {SECONDS} seconds, or needs more memory than there is"
        heard = _inside(container, "postgres", SAID, str(status)).stdout
        if status or heard.strip():
            said = _first_line(heard).replace("pg_restore: error: could not execute query: ", "")
            more = said[len(name) :] if said.startswith(f"{name}:") else f": {said}"
            return f"{place}{more}{_advice(said)}"
    return None


def _settle(container: str) -> None:
    """End what the sample left running; from here on its role only reads, row-level security or not."""
    _unheard(container, STILL)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'loader'"
    _as_keeper(container, f"ALTER ROLE loader BYPASSRLS; {ended};", "what was loaded cannot be read")


def _as_keeper(container: str, sql: str, wrong: str) -> None:
    psql = "psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U keeper -d postgres -f -"
    done = _inside(container, "postgres", psql, given=sql.encode())
    if done.returncode:
        raise StopError(f"lesson: {wrong}: {_first_line(done.stderr)}")


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
                raise StopError(f"lesson: {naming.visible(str(file))} cannot be read: {error.strerror}") from None
            entry = tarfile.TarInfo(f"{number}.sql")
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _first_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    errors = [line for line in lines if line.startswith("pg_restore: error: ")]  # before it come lines about where
    return naming.line((errors or lines)[0], naming.LONGEST_HINT) if lines else "it says nothing"


def _unheard(container: str, script: str, *arguments: str) -> int:
    """Run a script as the loader; its exit status. What comes out of it is the sample's, and nobody keeps it."""
    command = ["docker", "exec", "-u", "loader", container, "bash", "-c", script, "bash", *arguments]
    nowhere = subprocess.DEVNULL
    return subprocess.run(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, check=False).returncode


def _inside(
    container: str, user: str, script: str, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return scratch.docker("exec", "-i", "-u", user, container, "bash", "-c", script, "bash", *arguments, given=given)
