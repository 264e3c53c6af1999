"""Who is in the class: stable ids, names, roles and networks.

In: the configuration's `students` (a number, a list, or a CSV file), `teachers` and `spares`, the pool and the
stack's name. Out: a `Roster` of `Person`s. Whatever belongs to a person follows from his own entry alone; the class as
a whole is looked at only to refuse two of the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Literal

from mentor.roster import names, table
from mentor.roster.entries import Entry, Place, from_list, from_row
from mentor.roster.subnets import BACKPLANE_PREFIX, backplane_network, blocks, free_network, seat_network, seats_in
from mentor.settings import values
from mentor.settings.model import LARGEST_CLASS
from mentor.settings.problems import Problems, code_points, meant, show

Role = Literal["student", "teacher", "spare"]

MOST_TEACHERS = 20
MOST_SPARES = 100
TEACHER_COLUMNS = ("id", "name", "email", "subnet")
DEFAULT_TEACHERS = ("teacher",)
STUDENTS_RULE = (
    f"give a number from 1 to {LARGEST_CLASS}, a list of names, or the path of a CSV file with the columns "
    "id,name,email,group,subnet"
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person of the class; each has a seat, a database and an account."""

    id: str
    name: str
    role: Role
    subnet: IPv4Network
    email: str | None = None
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everybody, and the network of the services."""

    people: tuple[Person, ...]
    backplane: IPv4Network

    @property
    def students(self) -> tuple[Person, ...]:
        """Those who were named or counted."""
        return tuple(person for person in self.people if person.role == "student")

    @property
    def spares(self) -> tuple[Person, ...]:
        """Seats for those who come unannounced."""
        return tuple(person for person in self.people if person.role == "spare")

    @property
    def teachers(self) -> tuple[Person, ...]:
        """Those who see everybody."""
        return tuple(person for person in self.people if person.role == "teacher")


def parse(config: Mapping[str, object], root: Path, stack: str, pool: IPv4Network, problems: Problems) -> Roster:
    """Read everybody; what is wrong goes into the report."""
    by_role: dict[Role, list[Entry]] = {
        "student": _students(config.get("students"), root, problems),
        "spare": _spares(config.get("spares"), problems),
        "teacher": _teachers(config.get("teachers"), problems),
    }
    roles: list[tuple[Role, Entry]] = [(role, entry) for role, entries in by_role.items() for entry in entries]
    roles = [(role, entry) for role, entry in roles if not _reserved(role, entry, problems)]
    entries = _different(roles, problems)
    people = tuple(_person(role, entry, stack, pool) for role, entry in roles)
    backplane = backplane_network(pool, stack)
    if _pool_is_large_enough(pool, len(roles), problems):
        _apart(entries, {person.id: person for person in people}, backplane, pool, problems)
    return Roster(people=people, backplane=backplane)


def _person(role: Role, entry: Entry, stack: str, pool: IPv4Network) -> Person:
    return Person(
        id=entry.id,
        name=entry.name,
        role=role,
        email=entry.email,
        group=entry.group,
        subnet=entry.subnet or seat_network(pool, stack, entry.id),
    )


def _students(raw: object, root: Path, problems: Problems) -> list[Entry]:
    if raw is None or raw == "":
        problems.add("students", f"is required: {STUDENTS_RULE}")
        return []
    if isinstance(raw, list | tuple):
        return _list("students", list(raw), LARGEST_CLASS, problems)
    if isinstance(raw, str) and not _is_number(raw):
        return _csv(raw, root, problems)
    try:
        number = values.whole_number(raw, 1, LARGEST_CLASS)
    except ValueError as error:
        problems.add("students", f"{show(raw)} {error}: {STUDENTS_RULE}")
        return []
    return _counted("s", number, "students")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _counted(prefix: str, number: int, key: str) -> list[Entry]:
    ids = [f"{prefix}{index:02d}" for index in range(1, number + 1)]
    return [Entry(place=Place(f"{key} ({one})"), id=one, name=one, given_id=False) for one in ids]


def _spares(raw: object, problems: Problems) -> list[Entry]:
    try:
        number = values.whole_number(0 if raw is None else raw, 0, MOST_SPARES)
    except ValueError as error:
        problems.add("spares", f"{show(raw)} {error}")
        return []
    return _counted("spare", number, "spares")


def _teachers(raw: object, problems: Problems) -> list[Entry]:
    if raw is None:
        raw = list(DEFAULT_TEACHERS)
    if not isinstance(raw, list | tuple):
        problems.add("teachers", f"{show(raw)} is not a list: `pulumi config set --path 'teachers[0]' anna` begins one")
        return []
    return _list("teachers", list(raw), MOST_TEACHERS, problems, TEACHER_COLUMNS)


def _list(
    key: str, raw: list[object], most: int, problems: Problems, columns: tuple[str, ...] = table.COLUMNS
) -> list[Entry]:
    if not raw:
        problems.add(key, "is an empty list: give at least one")
    if len(raw) > most:
        problems.add(key, f"has {len(raw)} entries: at most {most}")
        return []
    entries = (from_list(item, Place(f"{key}[{index}]"), problems, columns) for index, item in enumerate(raw))
    return [entry for entry in entries if entry is not None]


def _csv(name: str, root: Path, problems: Problems) -> list[Entry]:
    path = root / name
    if values.unseen(name) or not values.is_file(path):
        nearby = [str(found.relative_to(root)) for found in sorted([*root.glob("*.csv"), *root.glob("*/*.csv")])[:100]]
        near = meant(name, nearby)
        problems.add(
            "students", f"{show(name)} is neither a number nor a list nor a file in {root}: {STUDENTS_RULE}{near}"
        )
        return []
    try:
        rows = table.read(path)
    except table.TableError as error:
        for line in error.lines:
            problems.add("students", f"{name} {line}")
        return []
    if not 1 <= len(rows) <= LARGEST_CLASS:
        problems.add("students", f"{name} has {len(rows)} people: 1 to {LARGEST_CLASS}")
        return []
    entries = (from_row(row, Place("students", row.line, name), problems) for row in rows)
    return [entry for entry in entries if entry is not None]


def _say(entry: Entry, column: str, text: str, problems: Problems) -> None:
    key, lead = entry.place.at(column)
    problems.add(key, lead + text)


def _reserved(role: Role, entry: Entry, problems: Problems) -> bool:
    own = (role == "teacher" and entry.id == "teacher") or (role == "spare" and not entry.given_id)
    if own or not names.is_reserved(entry.id):
        return False
    way_out = f"{{name: {show(entry.name)}, id: p-{entry.id[:28]}}}"
    text = f"{show(entry.name)} is a reserved name (id {entry.id}): give another id, for example {way_out}"
    _say(entry, "id" if entry.given_id else "", text, problems)
    return True


def _different(roles: list[tuple[Role, Entry]], problems: Problems) -> list[Entry]:
    """Report whoever is there twice, or cannot be told apart; return one entry for each id."""
    by_id: dict[str, Entry] = {}
    by_look: dict[str, Entry] = {}
    by_email: dict[str, Entry] = {}
    for _, entry in roles:
        first = by_id.setdefault(entry.id, entry)
        if first is not entry:
            _say(entry, "", _same_id(first, entry), problems)
        alike = by_look.setdefault(names.looks(entry.name), entry)
        if alike is not entry and first is entry and not (entry.given_id or alike.given_id):
            _say(entry, "", f"{_both(entry, alike)} look the same: give one of them an id of its own", problems)
        if entry.email is not None:
            owner = by_email.setdefault(entry.email.casefold(), entry)
            if owner is not entry:
                _say(
                    entry,
                    "email",
                    f"{show(entry.email)} is the address of {owner.place} ({show(owner.name)}) too",
                    problems,
                )
    return list(by_id.values())


def _same_id(first: Entry, entry: Entry) -> str:
    if first.name == entry.name and not entry.given_id:
        return (
            f"{show(entry.name)} is a duplicate of {first.place}: remove one, or give one an id, "
            f"{{name: {show(entry.name)}, id: {entry.id[:28]}-2}}"
        )
    if entry.given_id and first.given_id:
        return f"the id {show(entry.id)} is the id of {first.place} ({show(first.name)}) too: choose another"
    return f"{_both(entry, first)} both become the id {show(entry.id)}: set id: on one of them"


def _both(entry: Entry, other: Entry) -> str:
    """Name two people; where their names could be mistaken for each other, with the letters spelled out."""
    if names.looks(entry.name) == names.looks(other.name):
        return f'"{code_points(entry.name)}" and {other.place} "{code_points(other.name)}"'
    return f"{show(entry.name)} and {other.place} {show(other.name)}"


def _pool_is_large_enough(pool: IPv4Network, people: int, problems: Problems) -> bool:
    needed = people + (seats_in(pool) // max(seats_in(pool, BACKPLANE_PREFIX), 1))
    if pool.prefixlen <= BACKPLANE_PREFIX and seats_in(pool) >= needed:
        return True
    problems.add(
        "network.pool",
        f"{show(str(pool))} holds {seats_in(pool) if pool.prefixlen <= BACKPLANE_PREFIX else 0} seats' networks (/28) "
        f"and {people} people plus the services need {needed}: choose a larger one, the default is 10.64.0.0/10",
    )
    return False


def _apart(
    entries: list[Entry], people: Mapping[str, Person], backplane: IPv4Network, pool: IPv4Network, problems: Problems
) -> None:
    """Report networks that meet by chance or by hand, each with a free one."""
    owners = dict.fromkeys(blocks(backplane), f"the services' network {backplane}")
    wanted = {block for person in people.values() for block in blocks(person.subnet)} | owners.keys()
    # Those that were given stand first, so that a derived one is what gives way.
    for entry in sorted(entries, key=lambda one: one.subnet is None):
        network = people[entry.id].subnet
        other = next((owners[block] for block in blocks(network) if block in owners), None)
        if other is None:
            owners |= dict.fromkeys(blocks(network), f"{network} of {entry.place} ({show(entry.name)})")
            continue
        free = free_network(pool, network, wanted)
        if free is not None:
            wanted |= {*blocks(free)}
        way_out = f"subnet: {free}" if free else "a subnet of its own"
        counted = " (that needs a list or a CSV file; before the first `up`, another network.pool does too)"
        _say(
            entry,
            "subnet" if entry.subnet else "",
            f"{show(entry.name)} has {network}, which meets {other}: give one of them {way_out}"
            f"{counted if ' (' in entry.place.key else ''}",
            problems,
        )
