"""A made-up row that all conditions of its table take, where no row is known from which to begin.

In: the conditions, a row of stand-ins, who tries. Out: the row, as far as it can be had: condition by condition, with
the first of the values beside it that it takes. The server is asked, without the table: what is not false is taken.
"""

from collections.abc import Iterable, Mapping
from itertools import islice

from mentor.course.sqltext import quoted
from ops.drafting import asking, candidates, statements
from ops.drafting.asking import Tried
from ops.drafting.candidates import Row
from ops.drafting.catalogue import Constraint, Table
from ops.drafting.standing_in import Types

MOST = 100
"""Values for one condition."""


def settled(table: Table, rules: Iterable[Constraint], row: Row, types: Types, tried: Tried) -> Row:
    """The row with other values where a condition would refuse it."""
    kinds = {one.name: one.type for one in table.columns}
    for rule in rules:
        if not {*rule.columns} <= row.keys():
            continue
        bases = {name: types.base(kinds[name]) for name in rule.columns}
        labels = {name: types.labels(kinds[name]) for name in rule.columns}
        some = [one.row for one in islice(candidates.changed(rule.condition or "", row, bases, labels), MOST)]
        states = tried(_script([_asked(rule, table, one, kinds) for one in some]))
        row = next((one for one, state in zip(some, states, strict=False) if state == asking.DONE), row)
    return row


def _asked(rule: Constraint, table: Table, row: Row, kinds: Mapping[str, str]) -> str:
    """A statement that fails where the condition is false."""
    values = (f"CAST({statements.value('', row[name])} AS {kinds[name]}) AS {quoted(name)}" for name in rule.columns)
    one = f"(SELECT {', '.join(values)}) AS {quoted(table.name)}"
    return f"SELECT 1 / (CASE WHEN ({rule.condition}) IS FALSE THEN 0 ELSE 1 END) FROM {one}"


def _script(asked: Iterable[str]) -> str:
    opening = f"\\o /dev/null\nBEGIN READ ONLY;\nSET LOCAL statement_timeout = '{asking.SECONDS}s';"
    path = "SET LOCAL search_path = public, pg_temp;"
    return "\n".join([opening, path, *map(asking.attempt, asked), "ROLLBACK;"]) + "\n"
