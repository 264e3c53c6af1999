"""Names and values as SQL text.

In: what a course says. Out: text that means the same in every session, whatever the owner of a database set for it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_IDENTIFIER = 63  # bytes: NAMEDATALEN - 1
PLAIN = r"[^\W\dA-Z](?:[^\WA-Z]|\$)*"
QUOTED = r'"(?:[^"]|"")+"(?!")'
IDENTIFIER = re.compile(rf"{PLAIN}|{QUOTED}")
QUALIFIED = re.compile(rf"(?:(?P<schema>{PLAIN}|{QUOTED})\.)?(?P<name>{PLAIN}|{QUOTED})")


@dataclass(frozen=True)
class Name:
    """A table, view or function of the student's, by schema and name."""

    name: str
    schema: str = "public"

    @property
    def sql(self) -> str:
        """As a statement refers to it."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def regclass(self) -> str:
        """Its number in the server. Where there is nothing of this name the statement is refused unplanned (42P01)."""
        return f"{literal(self.sql)}::pg_catalog.regclass"

    def __str__(self) -> str:
        """As a student reads it: the schema only where it is not the usual one."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def quoted(identifier: str) -> str:
    """Quote an identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text. A backslash is doubled in the one form in which every session reads it so."""
    inner = text.replace("'", "''")
    return "E'" + inner.replace("\\", "\\\\") + "'" if "\\" in inner else f"'{inner}'"


def names(found: Iterable[str]) -> str:
    """Write an array of names."""
    return f"ARRAY[{', '.join(literal(name) for name in found)}]::pg_catalog.text[]"


def identifier(value: object) -> str:
    """Read an identifier as SQL has it: plain in lower case, or between double quotes."""
    if not isinstance(value, str):
        raise ValueError("is not a name: write it in quotes")  # noqa: TRY004 - pydantic collects ValueError only
    if not IDENTIFIER.fullmatch(value):
        raise ValueError(f"is not a name in SQL{_meant(value)}")
    return _short(_unquoted(value))


def qualified(value: object) -> Name:
    """Read ``name`` or ``schema.name``."""
    match = QUALIFIED.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError(f"is not the name of a table, view or function: write name or schema.name{_meant(value)}")
    schema = _short(_unquoted(match["schema"] or "public"))
    if schema.startswith("pg_") or schema == "information_schema":
        raise ValueError("is the server's own, not the student's")
    return Name(_short(_unquoted(match["name"])), schema)


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def _short(name: str) -> str:
    if "\0" in name or len(name.encode()) > LONGEST_IDENTIFIER:
        raise ValueError(f"is longer than {LONGEST_IDENTIFIER} bytes, where PostgreSQL cuts a name off")
    return name


def _meant(value: object) -> str:
    if not isinstance(value, str):
        return ""
    if QUALIFIED.fullmatch(value.lower()):
        return (
            f'; without double quotes SQL folds it to "{value.lower()}": write that, or \'"{value}"\' with both quotes'
        )
    near = re.sub(r"\W+", "_", value.strip()).strip("_").lower()
    return f'; did you mean "{near}"?' if IDENTIFIER.fullmatch(near) else ""
