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
from ops.drafting import asking, naming
from ops.drafting.asking import Ask
from ops.drafting.catalogue import QUERY, Catalogue, read
from ops.drafting.sample import LARGEST, Sample
from ops.drafting.scripts import AFRESH, ASK, DUMP, LIMITS, LOAD, OPTIONS, RESTORE, SAID, SETTLED, START, STILL

LARGEST_CATALOGUE = 32 << 20
SECONDS = 120
LIFE = "600"
"""Seconds after which the container ends by itself, whatever is in it."""
MOST_ROLES = 30
SESSIONS = 4
"""As often asking is begun anew, when a question was more than the server could bear."""
OVERDUE = frozenset({124, 137})
"""How `timeout` ends when it had to end what it ran."""
NEWER = "it comes from a newer PostgreSQL than the workshop's: give plain SQL without what only that one knows"
ADVICE = (
    (r"unsupported version \(.*\) in file header|unrecognized configuration parameter", NEWER),
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
        # pg_dump leaves nothing out in silence: it stops where row-level security would hide something from its role.
        _as_keeper(self.container, "ALTER ROLE loader BYPASSRLS", wrong)
        text = self._told(DUMP.format(most=LARGEST + 1, key=key), LARGEST, wrong)
        _as_keeper(self.container, "ALTER ROLE loader NOBYPASSRLS", wrong)
        # psql takes no backslash but behind this key. Of the text itself: nothing in it can have known it.
        parts = text.split(key.encode())
        return hashlib.sha256(b"".join(parts)).hexdigest()[: len(key)].encode().join(parts)

    def asked(self, asks: Sequence[Ask], before: Sequence[str] = ()) -> list[object]:
        """Ask what runs somebody's code, in bounds; one whose question ended the session has no answer."""
        session = asking.session(OPTIONS)
        found: list[object] = []
        for _ in range(SESSIONS):
            if not (rest := asks[len(found) :]):
                break
            answers = list(asking.answers(self._session(session, asking.script(rest, before))))[: len(rest)]
            found += [*answers, asking.LOST] if len(answers) < len(rest) else answers
        return [*found, *(asking.LOST for _ in asks[len(found) :])]

    def tried(self, script: str) -> list[str]:
        """Run statements that are taken back; the SQLSTATEs that the script tells."""
        return asking.states(self._session(asking.session(OPTIONS, asking.TRYING_SECONDS), script))

    def _session(self, session: str, script: str) -> bytes:
        done = _inside(self.container, "postgres", session, given=script.encode())
        if done.returncode and scratch.docker("container", "inspect", self.container).returncode:
            raise StopError(f"lesson: asking what is in it is not done after {int(LIFE) // 60} minutes")
        return done.stdout

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
        name, place = f"{number}.sql", sample.source or naming.visible(str(file))
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
    """End what the sample left running."""
    _unheard(container, STILL)
    _as_keeper(container, asking.ENDED, "what was loaded cannot be read")


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
