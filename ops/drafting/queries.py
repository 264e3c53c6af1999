"""Checks that no kind says: queries of our own, each with a message in words.

In: parts of a catalogue. Out: checks of the kind `sql`. They find pg_catalog without its schema, as the grader's
sessions do, and compare with the words in which the server writes expressions and definitions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mentor.course.sqltext import literal, quoted
from mentor.course.sqltext import names as array
from ops.drafting import naming
from ops.drafting.catalogue import Column, Constraint, Function, Place, Policy, Sequence, Table, Trigger, Type, View
from ops.drafting.naming import Speech

ALWAYS = "a"
COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}


@dataclass(frozen=True)
class Check:
    """One check, and in words of the server's what it stands for: two that stand for the same are one."""

    values: Mapping[str, Any]
    about: str


def asked(sql: str, message: str) -> Check:
    """A query of our own."""
    return Check({"sql": sql, "message": naming.message(message)}, sql)


def filled(table: Table, speech: Speech) -> Iterator[Check]:
    """Defaults, identities and generated columns, each for itself."""
    for column in table.columns:
        name = f"column {speech.name(column.name)} of {speech.place(table)}"
        if column.identity:
            always = "always" if column.identity == ALWAYS else "by default"
            yield asked(
                f"SELECT attidentity = {literal(column.identity)} FROM pg_attribute\nWHERE {attribute(table, column)}",
                f"{name} is not generated {always} as identity",
            )
        elif column.serial:
            yield asked(
                "SELECT attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE 'nextval(%'\n" + _defaults(table, column),
                f"{name} does not number its rows by itself",
            )
        elif column.generated is not None:
            yield asked(
                f"SELECT attgenerated = 's' AND pg_get_expr(adbin, adrelid) = {literal(column.generated)}\n"
                + _defaults(table, column),
                f"{name} is not generated as {column.generated}",
            )
        elif column.default is not None:
            yield asked(
                f"SELECT attgenerated = '' AND pg_get_expr(adbin, adrelid) = {literal(column.default)}\n"
                + _defaults(table, column),
                f"{name} does not default to {column.default}",
            )


def lineage(table: Table, speech: Speech) -> Iterator[Check]:
    """How a table is partitioned, of which it is a partition, and whose columns it inherits."""
    name, found = speech.place(table), regclass(table)
    if table.partition_key:
        yield asked(
            f"SELECT pg_get_partkeydef({found}) = {literal(table.partition_key)}",
            f"{name} is not partitioned by {table.partition_key}",
        )
    for parent in table.parents:
        words = (
            f"a partition of {speech.place(parent)}" if table.bound else f"a table that inherits {speech.place(parent)}"
        )
        yield asked(
            f"SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = {found}\n  AND inhparent = {regclass(parent)})",
            f"{name} is not {words}",
        )
    if table.bound:
        yield asked(
            f"SELECT pg_get_expr(relpartbound, oid) = {literal(table.bound)}\nFROM pg_class WHERE oid = {found}",
            f"{name} is not the partition {table.bound}",
        )


def exactly(table: Table, constraint: Constraint, speech: Speech) -> Check:
    """A constraint as the server writes it; that it was not looked at in old rows is nothing to be asked for."""
    said = constraint.definition.removesuffix(" NOT VALID")
    return asked(
        f"SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = {regclass(table)}\n"
        f"  AND regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '')\n    = {literal(said)})",
        f"{speech.place(table)} has no {said}",
    )


def materialized(view: View, speech: Speech) -> Check:
    """That a view is a materialized one."""
    return asked(
        f"SELECT relkind = 'm' FROM pg_class WHERE oid = {regclass(view)}",
        f"there is no materialized view {speech.place(view)}",
    )


def function(one: Function, speech: Speech) -> Check:
    """A function that is called like this and gives this; or a procedure."""
    found = f"to_regprocedure({literal(one.signature)})"
    name = f"{speech.place(one)}({one.arguments})"
    if one.result is None:
        return asked(
            f"SELECT EXISTS (SELECT FROM pg_proc WHERE prokind = 'p'\n  AND oid = {found})",
            f"there is no procedure {name}",
        )
    return asked(
        f"SELECT pg_get_function_result({found}) = {literal(one.result)}",
        f"there is no function {name} that returns {one.result}",
    )


def trigger(owner: Place, one: Trigger, speech: Speech) -> Check:
    """A trigger by what it does, whatever its name."""
    enabled = "AND tgenabled <> 'D' " if one.enabled else ""
    return asked(
        f"SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = {regclass(owner)} AND NOT tgisinternal\n"
        f"  {enabled}AND strpos(pg_get_triggerdef(oid),\n    {literal(f' {one.doing}')}) > 0)",
        f"{speech.place(owner)} has no trigger {one.doing}",
    )


def row_security(table: Table, speech: Speech) -> Check:
    """That row-level security is on."""
    forced = " AND relforcerowsecurity" if table.forced else ""
    return asked(
        f"SELECT relrowsecurity{forced} FROM pg_class WHERE oid = {regclass(table)}",
        f"row-level security of {speech.place(table)} is off" + (", or not for its owner" if table.forced else ""),
    )


def policy(table: Table, one: Policy, speech: Speech) -> Check:
    """A policy of row-level security by what it allows."""
    return asked(
        f"SELECT EXISTS (SELECT FROM pg_policy WHERE polrelid = {regclass(table)}\n"
        f"  AND polcmd = {literal(one.command)} AND {'' if one.permissive else 'NOT '}polpermissive\n"
        f"  AND {_same('pg_get_expr(polqual, polrelid)', one.using)}\n"
        f"  AND {_same('pg_get_expr(polwithcheck, polrelid)', one.check)})",
        f"{speech.place(table)} has no policy {allowed(one)}",
    )


def allowed(one: Policy) -> str:
    """What a policy says, as SQL has it."""
    said = [f"{word} {text}" for word, text in (("USING", one.using), ("WITH CHECK", one.check)) if text]
    return f"{'' if one.permissive else 'AS RESTRICTIVE '}FOR {COMMANDS[one.command]} {' '.join(said)}"


def schema(name: str, speech: Speech) -> Check:
    """A schema."""
    return asked(
        f"SELECT to_regnamespace({literal(quoted(name))}) IS NOT NULL", f"there is no schema {speech.name(name)}"
    )


def extension(name: str) -> Check:
    """An extension."""
    return asked(
        f"SELECT EXISTS (SELECT FROM pg_extension WHERE extname = {literal(name)})",
        f"the extension {name} is not there",
    )


def sequence(one: Sequence, speech: Speech) -> Check:
    """A sequence, and how it counts."""
    return asked(
        "SELECT (seqstart, seqincrement, seqmin, seqmax, seqcycle)\n"
        f"  = ({one.start}, {one.step}, {one.least}, {one.most}, {str(one.cycles).lower()})\n"
        f"FROM pg_sequence WHERE seqrelid = {regclass(one)}",
        f"there is no sequence {speech.place(one)} that starts at {one.start} and goes on by {one.step}"
        f"{', in a circle' * one.cycles}",
    )


def kind_of_type(one: Type, speech: Speech) -> Iterator[Check]:
    """An enum with its values in their order, a composite type with its columns, a domain but for its conditions."""
    found, name = f"to_regtype({literal(one.sql)})", speech.place(one)
    if one.kind == "e":
        yield asked(
            f"SELECT ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = pg_type.oid ORDER BY enumsortorder)\n"
            f"  = {array(one.labels)}\nFROM pg_type WHERE typtype = 'e' AND oid = {found}",
            f"there is no enum type {name} with the values {', '.join(map(literal, one.labels))}",
        )
    elif one.kind == "c":
        parts = [f"{column.name} {column.type}" for column in one.columns]
        yield asked(
            "SELECT ARRAY(SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute\n"
            "    WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)\n"
            f"  = {array(parts)}\nFROM pg_type WHERE typtype = 'c' AND oid = {found}",
            f"there is no composite type {name} ({', '.join(parts)})",
        )
    else:
        null = "" if one.not_null else "NOT "
        yield asked(
            f"SELECT format_type(typbasetype, typtypmod) = {literal(one.base or '')} AND {null}typnotnull\n"
            f"  AND {_same('pg_get_expr(typdefaultbin, 0)', one.default)}\n"
            f"FROM pg_type WHERE typtype = 'd' AND oid = {found}",
            f"there is no domain {name} on {one.base}{' NOT NULL' * one.not_null}"
            + (f" with the default {one.default}" if one.default is not None else ""),
        )


def condition(domain: Type, one: str, speech: Speech) -> Check:
    """A CHECK of a domain, as it is written."""
    return asked(
        f"SELECT EXISTS (SELECT FROM pg_constraint WHERE contypid = to_regtype({literal(domain.sql)})\n"
        f"  AND pg_get_expr(conbin, 0) = {literal(one)})",
        f"the domain {speech.place(domain)} has no CHECK {one}",
    )


def regclass(place: Place) -> str:
    """What the server knows of a table, NULL where there is none of this name."""
    return f"to_regclass({literal(place.sql)})"


def attribute(place: Place, column: Column) -> str:
    """Which column of which table, as a condition on pg_attribute."""
    return f"attrelid = {regclass(place)} AND attname = {literal(column.name)}"


def _defaults(place: Place, column: Column) -> str:
    return (
        "FROM pg_attribute LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)\n"
        f"WHERE {attribute(place, column)}"
    )


def _same(found: str, wanted: str | None) -> str:
    return f"{found} IS NULL" if wanted is None else f"{found} = {literal(wanted)}"
