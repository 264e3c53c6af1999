"""One person as the configuration or a CSV file gives him, before the class is looked at as a whole.

In: a list entry (name, or mapping) or a `table.Row`. Out: an `Entry` with an id, or lines in the report.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TypeVar

from mentor.roster import names
from mentor.roster.subnets import SEAT_PREFIX
from mentor.roster.table import COLUMNS, Row
from mentor.settings import values
from mentor.settings.addresses import PRIVATE_POOLS
from mentor.settings.explain import PASSWORDS, is_password
from mentor.settings.problems import Problems, meant, show

T = TypeVar("T")

LONGEST_GROUP = 40
WIDEST_PREFIX = 24


@dataclass(frozen=True)
class Place:
    """Where an entry stands: `students[2]`, or a line of a CSV file."""

    key: str
    line: int | None = None
    file: str = ""

    def at(self, column: str = "") -> tuple[str, str]:
        """Return the configuration key to report and the words that lead to the cell."""
        if self.line is None:
            return (f"{self.key}.{column}" if column else self.key), ""
        return self.key, f"{self.file} line {self.line}" + (f", column {column}: " if column else ": ")

    def __str__(self) -> str:
        """Name the place in a message about another entry."""
        return self.key if self.line is None else f"line {self.line}"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One person, by himself free of mistakes."""

    place: Place
    id: str
    name: str
    given_id: bool
    email: str | None = None
    group: str | None = None
    subnet: IPv4Network | None = None


def from_row(row: Row, place: Place, problems: Problems) -> Entry | None:
    """Read one line of a CSV file."""
    return _entry(dict(row.cells), place, problems)


def from_list(item: object, place: Place, problems: Problems, columns: tuple[str, ...] = COLUMNS) -> Entry | None:
    """Read one entry of a list: a name, or a mapping."""
    if isinstance(item, str):
        return _entry({"name": item}, place, problems, bare=True)
    if not isinstance(item, Mapping):
        hint = f"; {values.QUOTES}" if isinstance(item, bool | int | float) else ""
        _report(problems, place, "", f"expected a name or a mapping ({', '.join(columns)}), got {show(item)}{hint}")
        return None
    cells = {str(key): value for key, value in item.items() if value is not None}
    unknown = [key for key in cells if key not in columns]
    for key in unknown:
        rule = (
            PASSWORDS
            if is_password(key)
            else meant(key, columns).removeprefix("; ") or f"known are {', '.join(columns)}"
        )
        _report(problems, place, key, f"unknown key; {rule}")
    return _entry({key: value for key, value in cells.items() if key in columns}, place, problems, broken=bool(unknown))


def _entry(
    cells: Mapping[str, object], place: Place, problems: Problems, *, bare: bool = False, broken: bool = False
) -> Entry | None:
    before = len(problems)
    name = _name(cells, place, problems, bare=bare)
    identifier = _id(cells, name, place, problems, bare=bare)
    email = _value(cells, "email", values.email, place, problems)
    group = _value(cells, "group", _group, place, problems)
    subnet = _value(cells, "subnet", _subnet, place, problems)
    if broken or len(problems) > before or identifier is None:
        return None
    return Entry(
        place=place,
        id=identifier,
        name=name or identifier,
        given_id="id" in cells,
        email=email,
        group=group,
        subnet=subnet,
    )


def _report(problems: Problems, place: Place, column: str, text: str) -> None:
    key, lead = place.at(column)
    problems.add(key, lead + text)


def _name(cells: Mapping[str, object], place: Place, problems: Problems, *, bare: bool) -> str | None:
    column = "" if bare else "name"
    if "name" not in cells:
        if "id" not in cells:
            _report(problems, place, "", "has neither name nor id: give one of them")
        return None
    name = cells["name"]
    if not isinstance(name, str):
        _report(problems, place, column, f"{show(name)} is not a name; {values.QUOTES}")
        return None
    if wrong := names.trouble(name):
        _report(problems, place, column, f"{show(name)} {wrong}")
        return None
    return name


def _id(cells: Mapping[str, object], name: str | None, place: Place, problems: Problems, *, bare: bool) -> str | None:
    if "id" in cells:
        given = cells["id"]
        wrong = names.id_trouble(given) if isinstance(given, str) else f"is not an id; {values.QUOTES}"
        if wrong:
            _report(problems, place, "id", f"{show(given)} {wrong}")
            return None
        identifier = str(given)
    elif name is None:
        return None
    else:
        derived = names.slug(name)
        if derived is None:
            rule = "has no letter that can be written in ASCII, so no id comes from it: "
            _report(
                problems, place, "" if bare else "name", f"{show(name)} {rule}give one, {_with_id(name, 'guest-1')}"
            )
            return None
        identifier = derived
    return identifier


def _with_id(name: str, identifier: str) -> str:
    return f"{{name: {show(name)}, id: {identifier}}}"


def _value(
    cells: Mapping[str, object], column: str, reader: Callable[[object], T], place: Place, problems: Problems
) -> T | None:
    if column not in cells:
        return None
    try:
        return reader(cells[column])
    except ValueError as error:
        _report(problems, place, column, f"{show(cells[column])} {error}")
        return None


def _group(value: object) -> str:
    return values.text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, LONGEST_GROUP)


def _subnet(value: object) -> IPv4Network:
    try:
        network = IPv4Network(str(value))
    except ValueError:
        raise ValueError(f"is not an IPv4 network: write one like 10.64.0.16/{SEAT_PREFIX}") from None
    if not WIDEST_PREFIX <= network.prefixlen <= SEAT_PREFIX:
        raise ValueError(
            f"has {network.num_addresses} addresses: a seat takes a /{SEAT_PREFIX}, at most a /{WIDEST_PREFIX}"
        )
    if not any(network.subnet_of(private) for private in PRIVATE_POOLS):
        raise ValueError(f"is not private: choose one inside {', '.join(map(str, PRIVATE_POOLS))}")
    return network
