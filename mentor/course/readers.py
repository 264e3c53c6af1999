"""Readers of single values in a course's tasks.

Each takes what YAML holds and returns the value, or raises `ValueError` with the second half of a sentence whose first
half is the value as it was given (as in `values`).
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from mentor.course.sqltext import IDENTIFIER, QUOTED, Name, identifier, qualified, quoted
from mentor.settings import values
from mentor.settings.problems import meant

LONGEST_SQL = 20_000
TRIED = ("INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "SELECT", "CALL")
TYPES = (
    '"char"', "bigint", "bit", "bit varying", "boolean", "bool", "box", "bytea", "character", "char",
    "character varying", "varchar", "cidr", "circle", "date", "datemultirange", "daterange", "double precision",
    "float4", "float8", "inet", "int2", "int4", "int4multirange", "int4range", "int8", "int8multirange", "int8range",
    "int", "integer", "interval", "json", "jsonb", "jsonpath", "line", "lseg", "macaddr", "macaddr8", "money", "name",
    "nummultirange", "numeric", "decimal", "numrange", "oid", "path", "point", "polygon", "real", "smallint", "text",
    "time", "time with time zone", "time without time zone", "timetz", "timestamp", "timestamp with time zone",
    "timestamp without time zone", "timestamptz", "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange",
    "tsvector", "uuid", "varbit", "xml",
)  # fmt: skip
SERIALS = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
TYPE = re.compile(
    r"(?P<name>[a-z][a-z0-9]*(?: [a-z]+)*?) ?(?P<size>\( ?\d+(?: ?, ?-?\d+)? ?\))?"
    r"(?P<rest>(?: [a-z]+)*)(?P<array>(?:\[\d*\])*)"
)
FIELDS = r"(?: year| month| day| hour| minute| second)"
INTERVAL = re.compile(rf"interval{FIELDS}(?: to{FIELDS})?(?: ?\( ?\d ?\))?(?:\[\d*\])*")
# Between double quotes, a comma or a bracket is a letter like any other.
LISTED = re.compile(rf'(?:{QUOTED}|[^",])+')
REFERENCE = re.compile(rf'((?:{QUOTED}|[^"()])+?)\s*(?:\(((?:{QUOTED}|[^"()])+)\))?')
DOCKER_NAME = r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}"
DOCKER_IMAGE = r"[a-z0-9][a-zA-Z0-9_.:/@-]{0,254}"


@dataclass(frozen=True)
class Reference:
    """What a foreign key points to; without columns, whatever the key has."""

    table: Name
    columns: tuple[str, ...] = ()


def paragraph(value: object, longest: int = 1000) -> str:
    """Read a text of one line or several."""
    if not isinstance(value, str):
        return values.text(value)
    stripped = value.strip()
    for line in stripped.splitlines():
        if trouble := values.unseen(line.replace("\t", " ")):
            raise ValueError(trouble)
    if not stripped:
        raise ValueError("is empty: write some text, or leave the key out")
    if len(stripped) > longest:
        raise ValueError(f"is {len(stripped)} characters long: at most {longest}")
    return stripped


def answers(value: object) -> tuple[int | str, ...]:
    """Read what counts as right: the numbers of choices, or texts."""
    listed = value if isinstance(value, list | tuple) else [value]
    if not listed:
        raise ValueError("is empty: give at least one")
    return tuple(one if isinstance(one, int) and not isinstance(one, bool) else values.text(one) for one in listed)


def sql(value: object) -> str:
    """Read one statement; what ends it is taken off."""
    if not isinstance(value, str):
        raise ValueError("is not SQL: write it as text")  # noqa: TRY004 - pydantic collects ValueError only
    statement = value.strip().rstrip(";").rstrip()
    if not statement or "\0" in statement:
        raise ValueError("is no SQL: write one SELECT")
    if len(statement) > LONGEST_SQL:
        raise ValueError(f"is {len(statement)} characters long: at most {LONGEST_SQL}")
    if first := re.match(r"(?i)(insert|update|delete|create|drop|alter|truncate|grant|do|call|set)\b", statement):
        raise ValueError(f"starts with {first[0].upper()}: a check only looks, so write a SELECT")
    return statement


def statement(value: object) -> str:
    """Read one statement that may write; what ends it is taken off."""
    if not isinstance(value, str):
        raise ValueError("is not SQL: write it as text")  # noqa: TRY004 - pydantic collects ValueError only
    found = value.strip().rstrip(";").rstrip()
    if len(found) > LONGEST_SQL:
        raise ValueError(f"is {len(found)} characters long: at most {LONGEST_SQL}")
    if "\0" in found or not re.match(rf"(?i)({'|'.join(TRIED)})\b", found):
        raise ValueError(f"is nothing that can be tried and taken back: begin with {', '.join(TRIED)}")
    return found


def script(value: object) -> str:
    """Read a command or a script of several lines."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("is not a command: write it as text")
    if len(value) > LONGEST_SQL:
        raise ValueError(f"is {len(value)} characters long: at most {LONGEST_SQL}")
    return value.strip()


def some(value: object) -> object:
    """Take a list with something in it."""
    if isinstance(value, list | tuple) and not value:
        raise ValueError("is empty: give at least one")
    return value


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("is not true or false")  # noqa: TRY004 - pydantic collects ValueError only
    return value


def md5(value: object) -> str:
    """Read a content hash."""
    if isinstance(value, int | float):
        raise ValueError("is a number to YAML: write the hash in quotes")  # noqa: TRY004 - pydantic collects ValueError only
    return values.word(
        value, "[0-9a-f]{32}", "is not a content hash: 32 digits of 0-9 and a-f, as `make lesson-test` shows it"
    )


def columns_listed(value: object) -> object:
    """Take ``[id, name]`` for columns of any type."""
    if isinstance(value, str):
        return {value: None}
    if isinstance(value, list):
        return dict.fromkeys(map(str, value))
    return value


def column_type(value: object) -> str:
    """Read a type as SQL writes it; one of the student's own comes with its schema."""
    if not isinstance(value, str):
        raise ValueError("is not a type: write it as SQL does, as in integer")  # noqa: TRY004 - pydantic collects ValueError only
    text = value.strip() if '"' in value else " ".join(value.split())
    if "." in text:
        own = qualified(re.sub(r"(\[\d*\])+$", "", text))
        return f"{own.sql}{'[]' if text.endswith(']') else ''}"
    match = TYPE.fullmatch(text.lower()) if len(text) <= values.LONGEST_TEXT else None
    if re.sub(r"(\[\d*\])+$", "", text) in TYPES or INTERVAL.fullmatch(text.lower()):
        return text
    name = f"{match['name']}{match['rest']}" if match else text.lower()
    if name in SERIALS:
        raise ValueError(f"is shorthand for a type and a default: write {SERIALS[name]}")
    if not match or name not in TYPES:
        raise ValueError(
            f"is not a type of PostgreSQL{meant(name, TYPES) or '; write a type of your own as schema.name'}"
        )
    return text.lower()


def column_list(value: object) -> tuple[str, ...]:
    """Read ``one, two`` as a list of columns."""
    if not isinstance(value, str):
        raise ValueError("is not a column, nor columns with commas between")  # noqa: TRY004 - pydantic collects ValueError only
    parts = LISTED.findall(value)
    return tuple(identifier(part.strip()) for part in (parts if ",".join(parts) == value else value.split(",")))


def reference(value: object) -> Reference:
    """Read ``table`` or ``table(column, …)``, as after REFERENCES."""
    match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError("is not what a foreign key points to: write table, or table(column)")
    return Reference(qualified(match[1]), column_list(match[2]) if match[2] else ())


def index_part(value: object) -> str:
    """Read a column of an index, or an expression as the server writes it."""
    if not isinstance(value, str) or "(" not in value:
        return identifier(value)
    # A name in quotes with a bracket in it stays in them, as the server writes it.
    return quoted(identifier(value)) if IDENTIFIER.fullmatch(value) else sql(value)


def docker_name(value: object) -> str:
    """Read the name of a container, a project or a service."""
    return values.word(value, DOCKER_NAME, "is not a name that Docker takes: letters, digits, dot, dash, underscore")


def docker_image(value: object) -> str:
    """Read the name of an image."""
    return values.word(value, DOCKER_IMAGE, "is not the name of an image: lower-case name, colon, tag")


def numbers_listed(value: object) -> object:
    """Take a single number for a list of one."""
    return [value] if isinstance(value, int) else value


def rows(value: object, most: int) -> tuple[tuple[object, ...], ...]:
    """Read rows: a list of lists; a list of values for one column; a value alone."""
    listed = value if isinstance(value, list | tuple) else [value]
    if len(listed) > most:
        raise ValueError(f"has {len(listed)} rows: at most {most}; a whole table is better compared by content")
    found = tuple(tuple(row) if isinstance(row, list | tuple) else (row,) for row in listed)
    widths = {len(row) for row in found}
    if len(widths) > 1:
        raise ValueError(f"has rows of {min(widths)} and of {max(widths)} values")
    return tuple(tuple(_cells(row)) for row in found)


def arguments(value: object) -> tuple[object, ...]:
    """Read what a function is called with."""
    return tuple(_cells(value if isinstance(value, list | tuple) else [value]))


def _cells(row: Iterable[object]) -> Iterable[object]:
    return (cell(inner) for inner in row)


def cell(value: object) -> object:
    """Read one value as the server's JSON has it: moments in ISO 8601, what no JSON number can be as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
        case datetime():
            moment = value.astimezone(UTC) if value.tzinfo else value
            return _short(moment.replace(tzinfo=None).isoformat()) + ("+00:00" if value.tzinfo else "")
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return [cell(inner) for inner in value]
        case dict():
            return {str(key): cell(inner) for key, inner in value.items()}
    raise ValueError(f"holds a {type(value).__name__}: write text, numbers, true, false, null or dates")


def _short(moment: str) -> str:
    return moment.rstrip("0") if "." in moment else moment
