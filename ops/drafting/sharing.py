"""What everybody's rows can have in common: which columns, and which tables' rows can be given at all.

In: a catalogue, and which columns of moments were not filled while the sample was loaded. Out: columns; and `Contents`
without the rows that would not load, or of which nobody could have them all.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from ops.drafting import families
from ops.drafting.catalogue import Catalogue, Column, Table
from ops.drafting.contents import Contents
from ops.drafting.naming import Speech


def kept(
    found: Catalogue, heirs: Mapping[str, Collection[str]], table: Table, old: Collection[str]
) -> Iterator[Column]:
    """The columns that are compared and given: all but those that fill themselves and that nothing hangs on.

    What a table keeps, those that inherit from it keep too, for it shows their values.
    """
    above = {key for key, below in heirs.items() if table.key in below}
    line = [one for one in found.tables if one.key in above | {table.key}]
    hung = {name for one in line for name in _hung_on(found, one)}
    for column in table.columns:
        if column.generated is None and (not column.moving or column.name in hung or column.name in old):
            yield column


def _hung_on(found: Catalogue, table: Table) -> Iterator[str]:
    """The columns by which rows are found or refused, where their own values would not do."""
    numbered = {one.name for one in table.columns if one.numbers}
    for one in found.constraints:
        if one.kind == "f" and one.target and one.target.sql == table.sql:
            yield from one.target_columns
        if one.table == table.key:
            yield from one.columns if one.kind == "f" else set(one.columns) - numbered
    for index in found.indexes:
        if index.table == table.key and index.unique:
            yield from set(index.columns) - numbered
    for column in table.columns:
        if table.partition_key and re.search(rf"(?<!\w){re.escape(column.name)}(?!\w)", table.partition_key):
            yield column.name


def without_loose_ends(found: Catalogue, contents: Contents) -> None:
    """Take out rows that would not load: those that a rule refuses, and those that refer to rows which nobody is given.

    Then take out what nobody could have: the hash of a table that shows rows of another one which are not given.
    """
    whole = families.wholes(found)
    for one in found.constraints:
        if one.kind in "cf" and one.definition.endswith(" NOT VALID"):
            _take_out(contents, whole[one.table].key, "a constraint that is NOT VALID may refuse them")
    references, speech = families.references(found), Speech(found.keywords)
    while loose := [one for one in references if _is_loose(one, contents)]:
        for reference in loose:
            goal = speech.place(reference.goal)
            _take_out(contents, reference.table.key, f"they refer to rows of {goal}, which nobody is given")
    tables = {table.key: table for table in found.tables}
    for key, heirs in families.heirs(found).items():
        names = {one.name for one in contents.columns.get(key, ())}
        for heir in sorted(heirs, key=lambda one: tables[one].sql):
            given = {one.name for one in contents.columns[heir]} if heir in contents.cells else set()
            if contents.counts.get(heir) != 0 and key in contents.hashes and not names <= given:
                del contents.hashes[key]
                contents.left[key] = f"rows of {speech.place(tables[heir])} are among them, which nobody is given"


def _take_out(contents: Contents, key: str, why: str) -> None:
    if contents.cells.pop(key, None) is not None:
        del contents.hashes[key]
        contents.left[key] = why


def _is_loose(one: families.Reference, contents: Contents) -> bool:
    """Whether a row that is given refers to one that is not: with a NULL in its key, it refers to none."""
    if one.table.key not in contents.cells or one.goal.key in contents.cells:
        return False
    names = [column.name for column in contents.columns[one.table.key]]
    places = [names.index(name) for name in one.key.columns if name in names]
    return any(all(row[place] is not None for place in places) for row in contents.cells[one.table.key])
