"""What rules refuse, found by trying: a CHECK is told by what it does, however somebody writes it.

In: a catalogue with the contents of its database, and who tries. Out: for each CHECK of a table or domain that could be
told, statements. What must be refused is refused by it alone: with it there, and let through without it. What must work
is let through with it. All of it holds with all the rows and triggers, and with neither: in a course rules come first.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeAlias

from mentor.course.sqltext import quoted
from ops.drafting import asking, candidates, moving, statements
from ops.drafting.asking import Tried, attempt
from ops.drafting.candidates import Candidate, Row, distance
from ops.drafting.catalogue import Catalogue, Constraint, Table, Type
from ops.drafting.contents import Contents, Told
from ops.drafting.naming import Speech
from ops.drafting.settling import settled
from ops.drafting.standing_in import Types

MOST_RULES = 150
MOST_TRIED = 200
"""Statements for one rule."""
MOST_SECONDS = 240
"""Of trying all rules, on a machine that is too busy for it."""
MOST_FAILS, MOST_WORKS = 2, 4
"""Statements of one check: each is tried in every student's database, again and again."""
MOST_ALIKE = 2
"""Statements in which the same columns differ, as long as there are others."""
LONGEST = 1000
"""Characters of a statement."""
ROOM = 300_000
"""Characters of all statements: lab.yaml has to hold them."""
REFUSED, TAKEN = "23514", asking.DONE
VALUE = "VALUE"
"""What a domain's condition calls the value."""
LESS = "pg_temp.mentor_less"
"""A domain with one rule less."""


Begun: TypeAlias = Callable[[Table, Sequence[Constraint]], Row]
"""A row of a table from which to begin."""
Openings: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Rule:
    """One rule: rows that may be on either side of it, statements that try them, and what takes it away.

    ``fails`` and ``works`` are statements for each of the rows, and may be the same; ``fails_without`` what becomes of
    the first when the rule is taken away by ``without``. ``openings`` are statements that come before all of it, once
    for each.
    """

    key: str
    candidates: Sequence[Candidate]
    fails: tuple[str, ...]
    works: tuple[str, ...]
    without: tuple[str, ...]
    fails_without: tuple[str, ...]
    openings: Openings = ((),)

    @property
    def turns(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is tried with the rule and without it."""
        return (self.fails if self.works == self.fails else self.fails + self.works), self.fails_without


def told(found: Catalogue, contents: Contents, tried: Tried) -> dict[str, Told]:
    """Try all rules; those that could be told, by their keys."""
    found = moving.told(found)
    types, chosen_ones, room, end = Types(found.types), dict[str, Told](), ROOM, time.monotonic() + MOST_SECONDS
    rows = {table.key: types.row(table, contents) for table in found.tables}

    def begun(table: Table, rules: Sequence[Constraint]) -> Row:
        """A row from which to begin; where none is known, one that the table's own conditions take."""
        row = rows[table.key]
        return row if contents.cells.get(table.key) else settled(table, rules, row, types, tried)

    openings = ((), _emptied(found))
    every = chain(_of_tables(found, begun, types, openings), _of_domains(found, rows, types, openings))
    for rule in islice(every, MOST_RULES):
        if time.monotonic() > end:
            break
        one = chosen(rule, tried(script(rule)))
        room -= sum(map(len, (*one.fails, *one.works)))
        if one.fails and room > 0:
            chosen_ones[rule.key] = one
    return chosen_ones


def script(rule: Rule) -> str:
    """Write it for psql: with the rule and without it, behind each of its openings."""
    return "\n".join(["\\o /dev/null", *(_transaction(rule, opening) for opening in rule.openings)]) + "\n"


def _transaction(rule: Rule, opening: Sequence[str]) -> str:
    with_it, without_it = rule.turns
    patient = f"SET LOCAL statement_timeout = '{asking.OPENING_SECONDS}s';"
    soon = f"SET LOCAL statement_timeout = '{asking.SECONDS}s';"
    lines = [
        "BEGIN READ WRITE;", "SET LOCAL search_path = public, pg_temp;",
        patient, *(f"{one};" for one in opening), "SET CONSTRAINTS ALL IMMEDIATE;",
        soon, *map(attempt, with_it), patient, *(f"{one};" for one in rule.without), soon, *map(attempt, without_it),
        "ROLLBACK;",
    ]  # fmt: skip
    return "\n".join(lines)


def chosen(rule: Rule, states: Sequence[str]) -> Told:
    """Choose what tells, of a whole answer; of a part nobody knows what belongs to what."""
    number, each = len(rule.candidates), sum(map(len, rule.turns))
    if not number or len(states) != each * len(rule.openings):
        return Told((), ())
    # For each row, behind each opening: refused, let through (if that is another statement), without the rule.
    step = each // number
    by_row = list(zip(*(states[start : start + number] for start in range(0, len(states), number)), strict=True))
    rows = [one.row for one in rule.candidates]
    fails = [
        n for n, one in enumerate(by_row) if set(one[::step]) == {REFUSED} and set(one[step - 1 :: step]) == {TAKEN}
    ]
    works = [n for n, one in enumerate(by_row) if set(one[step - 2 :: step]) == {TAKEN}]

    def changed(n: int) -> tuple[str, ...]:
        return tuple(name for name, text in rows[n].items() if text != rows[0][name])

    def nearest(these: Iterable[int], those: Iterable[int], texts: Sequence[str], most: int) -> tuple[str, ...]:
        """Those first that are beside what is on the other side: there a rule that is nearly right differs."""
        other, seen = [rows[n] for n in those], Counter[tuple[str, ...]]()
        some, late = list[int](), list[int]()
        for n in sorted(these, key=lambda n: min((distance(rows[n], row) for row in other), default=0)):
            if len(texts[n]) > LONGEST or not all(distance(rows[n], rows[kept]) for kept in (*some, *late)):
                continue
            seen[changed(n)] += 1
            (late if seen[changed(n)] > MOST_ALIKE else some).append(n)
        return tuple(texts[n] for n in [*some, *late][:most])

    telling = [n for n in works if rule.candidates[n].telling]
    return Told(nearest(fails, works, rule.fails, MOST_FAILS), nearest(telling, fails, rule.works, MOST_WORKS))


def _of_tables(found: Catalogue, begun: Begun, types: Types, openings: Openings) -> Iterator[Rule]:
    for table in found.tables:
        # Of a partition its table speaks; of a table with partitions the same error may be that there is none.
        if table.bound or table.partition_key:
            continue
        own = [one for one in found.constraints if (one.table, one.kind) == (table.key, "c")]
        spoken_of = {name for one in own for name in one.columns}
        named = [
            one.name for one in table.columns if one.generated is None and (types.wanted(one) or one.name in spoken_of)
        ]
        # A generated column takes no value.
        own = [one for one in own if not one.moving and {*one.columns} <= {*named}]
        whole = begun(table, own) if own else {}
        yield from (_of_table(found, table, one, {name: whole[name] for name in named}, types, openings) for one in own)


def _of_table(found: Catalogue, table: Table, rule: Constraint, row: Row, types: Types, openings: Openings) -> Rule:
    columns = [one for one in table.columns if one.name in row]
    bases = {one.name: types.base(one.type) for one in columns}
    labels = {one.name: types.labels(one.type) for one in columns if one.name in rule.columns}
    changes = _some(rule.condition or "", row, {name: bases[name] for name in rule.columns}, labels)
    values = [[statements.value(bases[name], text) for name, text in one.row.items()] for one in changes]
    foreign = [one for one in found.constraints if (one.table, one.kind) == (table.key, "f")]
    # Of a key with a column that is left out, and so NULL, nothing is looked for.
    goals = [
        one for one in foreign if {*one.columns} <= row.keys() and all(row[name] is not None for name in one.columns)
    ]
    speech = Speech(found.keywords)
    fails = tuple(statements.inserted(table, columns, some, speech) for some in values)
    works = tuple(statements.inserted(table, columns, some, speech, goals) for some in values)
    gone = [rule.name, *(one.name for one in foreign)]
    without = tuple(f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(name)}" for name in gone)
    return Rule(rule.key, changes, fails, works, without, fails, openings)


def _some(condition: str, row: Row, kinds: Mapping[str, str], labels: Mapping[str, Sequence[str]]) -> list[Candidate]:
    return list(islice(candidates.changed(condition, row, kinds, labels), MOST_TRIED))


def _emptied(found: Catalogue) -> tuple[str, ...]:
    """Statements after which there are no rows and no triggers, as where students begin."""
    tables = [table.sql for table in found.tables]
    whole = [table.sql for table in found.tables if not table.bound]
    if not whole:
        return ()
    return (*(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in tables), f"TRUNCATE {', '.join(whole)}")


def _of_domains(found: Catalogue, rows: Mapping[str, Row], types: Types, openings: Openings) -> Iterator[Rule]:
    for one in found.types:
        if one.kind != "d" or one.base is None:
            continue
        kind, known = types.base(one.sql), _known(one, found, rows)
        for condition in one.conditions:
            if condition in one.moving:
                continue
            # What one condition takes may come from what another one says.
            rest = [other for other in one.conditions if other != condition]
            changes = _some(" ".join([condition, *rest]), {VALUE: known}, {VALUE: kind}, {VALUE: types.labels(one.sql)})
            texts = [statements.value(kind, change.row[VALUE]) for change in changes]
            others = "".join(f" CHECK ({other})" for other in rest)
            casts = tuple(f"SELECT CAST({text} AS {one.sql})" for text in texts)
            yield Rule(
                f"{one.key} {condition}", changes, casts, casts, (f"CREATE DOMAIN {LESS} AS {one.base}{others}",),
                tuple(f"SELECT CAST({text} AS {LESS})" for text in texts), openings,
            )  # fmt: skip


def _known(domain: Type, found: Catalogue, rows: Mapping[str, Row]) -> str | None:
    """A value that a column of this domain has."""
    return next(
        (text for table in found.tables for column in table.columns
         if column.type == domain.sql and (text := rows.get(table.key, {}).get(column.name)) is not None), None
    )  # fmt: skip
