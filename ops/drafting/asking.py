"""Questions for a database that nobody trusts, as psql takes them, and what it says.

In: statements that each give one value of JSON, or scripts that give nothing but SQLSTATEs. Out: a script for psql, and
the answers in what it wrote. What a view or a function does is bounded in time and in bytes, and taken back; an error
is an answer too, by its SQLSTATE.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

SECONDS = 0.4
"""Of one question: less than half of what the workshop's grader gives it, with a class at work beside it."""
MOST_BYTES = 1 << 20
"""Of one answer."""
DEEPEST = 100
"""Lists and objects within each other, which are read step by step."""
ENDS = "!"
DONE = "00000"
"""The SQLSTATE of what was carried out."""
STATES: Mapping[str, str] = {
    "57014": f"it takes more than {SECONDS} seconds",
    "42P01": "a function in it finds tables only by a search_path, which a check has not",
    "42501": "missing rights or row-level security refuse it",
    "54000": f"it takes more than {MOST_BYTES >> 20} MiB",
    "55000": "it holds nothing yet",
}
SESSION = """export PGOPTIONS='{options}'
for _ in $(seq 100); do pg_isready -q -h /tmp/socket -U loader -d sample && break; sleep 0.2; done
psql -XqAt -h /tmp/socket -U keeper -d postgres -c "{ended}" > /dev/null 2>&1 || true
timeout -k 5 {seconds} psql -XqAt -h /tmp/socket -U loader -d sample -f - 2> /dev/null | head -c {most} || true
"""
# A function can live on after its time and its client: nothing of it stands beside the next questions.
ENDED = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'loader'"
SESSION_SECONDS = 60
TRYING_SECONDS = 20
"""Of trying one rule."""
OPENING_SECONDS = 30
"""Of what comes before questions or tries."""
SESSION_BYTES = 64 << 20


@dataclass(frozen=True)
class Ask:
    """A question: a statement that gives one value of JSON; ``own_code`` as in the grader's steps."""

    what: str
    key: str
    sql: str
    own_code: bool = False


@dataclass(frozen=True)
class Unknown:
    """No answer, and why."""

    why: str


Tried: TypeAlias = Callable[[str], Sequence[str]]
"""Run a script that writes, and takes it back; the SQLSTATEs that it tells, in its order, as far as it came."""
UNREADABLE = Unknown("it is nothing that a check can hold")
LOST = Unknown("asking for it takes more time or memory than there is")
"""What ended the session."""


def session(options: str, seconds: int = SESSION_SECONDS) -> str:
    """Write what runs psql, for bash in the container; it reads a script."""
    return SESSION.format(options=options, ended=ENDED, seconds=seconds, most=SESSION_BYTES)


def script(asks: Iterable[Ask], before: Sequence[str] = ()) -> str:
    """Write the questions for psql, each taken back; with statements before them, all in one transaction."""
    begin, end = ("SAVEPOINT one", "ROLLBACK TO SAVEPOINT one") if before else ("BEGIN READ ONLY", "ROLLBACK")
    parts = [
        f"{begin};\nSET LOCAL statement_timeout = '{SECONDS}s'; SET LOCAL row_security = off;"
        f" SET LOCAL search_path = {'public' if ask.own_code else 'pg_catalog'}, pg_temp;\n"
        f"{_bounded(ask.sql)};\n\\echo {ENDS}:SQLSTATE\n{end};"
        for ask in asks
    ]
    if before:
        # What cannot be done leaves things as they are.
        opening = [
            "BEGIN READ WRITE;",
            "SET LOCAL search_path = public, pg_temp;",
            f"SET LOCAL statement_timeout = '{OPENING_SECONDS}s';",
        ]
        changes = ["\\set ON_ERROR_ROLLBACK on", *before, "\\set ON_ERROR_ROLLBACK off"]
        parts = [*opening, *changes, *parts, "ROLLBACK;"]
    return "\n".join(parts) + "\n"


def _bounded(sql: str) -> str:
    """Give an answer in one line, or an error where it is too long; OFFSET keeps the server from asking twice."""
    answer = f"(\n{sql}\n)::pg_catalog.jsonb::pg_catalog.text"
    return (
        f"SELECT CASE WHEN pg_catalog.octet_length(x.answer) > {MOST_BYTES} THEN pg_catalog.repeat(x.answer, 1 << 30)"
        f" ELSE x.answer END\nFROM (SELECT {answer} OFFSET 0) AS x (answer)"
    )


def answers(said: bytes) -> Iterator[object]:
    """Read what psql wrote, as far as it came: JSON, and behind each answer a line with its SQLSTATE."""
    value: Any = None
    # Only whole lines; and none but a line feed ends one.
    for line in said.split(b"\n")[:-1]:
        if not line.startswith(ENDS.encode()):
            value = _value(line) if line else None
            continue
        state = line.removeprefix(ENDS.encode()).decode(errors="replace")
        yield value if state == DONE else Unknown(STATES.get(state, f"asking for it ends with the error {state}"))
        value = None


def attempt(statement: str) -> str:
    """Write a statement that is taken back, and tells its SQLSTATE."""
    return f"SAVEPOINT one;\n{statement};\n\\echo {ENDS}:SQLSTATE\nROLLBACK TO SAVEPOINT one;"


def states(said: bytes) -> list[str]:
    """Read the SQLSTATEs alone, of statements that give nothing."""
    return [line[1:].decode(errors="replace") for line in said.split(b"\n")[:-1] if line.startswith(ENDS.encode())]


def _value(line: bytes) -> object:
    try:
        found = json.loads(line.decode(), parse_float=Decimal)
    except (ValueError, RecursionError):
        # Thousands of digits, or of brackets within brackets; a function can change in which letters psql writes.
        return UNREADABLE
    return UNREADABLE if _is_deep(found) else found


def _is_deep(value: object) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [part for one in level if isinstance(one, list | dict)
                 for part in (one.values() if isinstance(one, dict) else one)]  # fmt: skip
        if not level:
            return False
    return True
