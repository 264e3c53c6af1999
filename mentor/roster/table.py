"""Reads a roster from a CSV file.

In: a path, with or without BOM, separated by comma, semicolon or tab. Out: one `Row` per person with the line it
stands on; problems name line and column. Cells stay text: a formula is a name like any other here.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mentor.settings.explain import PASSWORDS, is_password
from mentor.settings.problems import meant, show

COLUMNS = ("id", "name", "email", "group", "subnet")
LARGEST_FILE = 1 << 20
HEADER = "the first line names the columns: id,name,email,group,subnet (name or id is enough)"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Row:
    """One person's line; `cells` holds only what is filled in."""

    line: int
    cells: dict[str, str]


class TableError(ValueError):
    """The file cannot be read as a table at all; each of `lines` is one problem."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def read(path: Path) -> list[Row]:
    """Read all rows, or raise `TableError`."""
    text = _text(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Row] = []
    wrong: list[str] = []
    try:
        columns = _columns(lines)
        for cells in lines:
            values = [cell.strip(" \t") for cell in cells]
            if not any(values):
                continue
            if len(values) > len(columns) and any(values[len(columns) :]):
                wrong.append(
                    f"line {lines.line_num} has {len(values)} cells, the header {len(columns)}: "
                    "quote a cell with a separator in it"
                )
                continue
            rows.append(
                Row(lines.line_num, {column: value for column, value in zip(columns, values, strict=False) if value})
            )
    except csv.Error as error:
        wrong.append(f"line {lines.line_num}: {error}: check its quotes")
    if wrong:
        raise TableError(*wrong)
    return rows


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST_FILE:
        raise TableError(f"is larger than {LARGEST_FILE // 1024} KiB: a class has at most 500 people, one a line")
    if raw.startswith(UTF16_MARKS):
        raise TableError('is UTF-16: save it as "CSV UTF-8"')
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TableError(f'line {line}: byte 0x{raw[error.start]:02x} is not UTF-8: save it as "CSV UTF-8"') from None
    if "\0" in text:
        raise TableError(
            f"line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a NUL character: save it as text"
        )
    return text


def _delimiter(text: str) -> str:
    """Take the separator that the header uses: spreadsheets write what their language writes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max((",", ";", "\t"), key=first.count)


def _columns(lines: Iterator[list[str]]) -> list[str]:
    header = next((cells for cells in lines if any(cell.strip() for cell in cells)), None)
    if header is None:
        raise TableError(f"is empty: {HEADER}")
    columns = [cell.strip().lower() for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    if not {"id", "name"} & set(columns):
        raise TableError(f"line 1 is {show(header)}, without a column name or id: {HEADER}")
    wrong = []
    for column in dict.fromkeys(columns):
        if is_password(column):
            wrong.append(f"column {show(column)}: remove it; {PASSWORDS}")
        elif column not in COLUMNS:
            wrong.append(f"column {show(column)} is unknown{meant(column, COLUMNS) or ': remove it'}; {HEADER}")
        elif columns.count(column) > 1:
            wrong.append(f"column {show(column)} is there twice: remove one")
    if wrong:
        raise TableError(*wrong)
    return columns
