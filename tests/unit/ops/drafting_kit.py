"""Catalogues made by hand."""

import itertools
from typing import Any

from mentor.course import sqltext
from ops.drafting.catalogue import Catalogue

KEYS = itertools.count()
EMPTY = dict.fromkeys(
    ("extensions", "schemas", "types", "sequences", "tables", "constraints", "indexes", "views", "functions",
     "triggers", "policies", "others", "dependencies"),
)  # fmt: skip


def sql(name: str, namespace: str = "public") -> str:
    return f"{sqltext.quoted(namespace)}.{sqltext.quoted(name)}"


def column(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    plain = {"not_null": False, "default": None, "generated": None, "identity": "", "serial": False, "comment": None}
    return {"name": name, "type": kind, **plain, **more}


def table(name: str, *columns: dict[str, Any], namespace: str = "public", **more: Any) -> dict[str, Any]:
    plain = {"comment": None, "partition_key": None, "bound": None, "parents": None, "row_security": False,
             "forced": False}  # fmt: skip
    named = {"key": f"table {namespace}.{name}", "namespace": namespace, "name": name, "sql": sql(name, namespace)}
    return {**named, **plain, "columns": list(columns or [column("id")]), **more}


def constraint(owner: dict[str, Any], kind: str, *columns: str, **more: Any) -> dict[str, Any]:
    plain = {
        "index": None, "comment": None, "target": None, "target_columns": None, "condition": None, "definition": "X",
        "on_update": None, "on_delete": None, "deferrable": False, "full": False, "nulls_alike": False,
    }  # fmt: skip
    key = f"constraint {next(KEYS)}"
    return {"key": key, "table": owner["key"], "name": key, "kind": kind, "columns": list(columns), **plain, **more}


def refers(one: dict[str, Any], other: dict[str, Any], key: str = "id") -> dict[str, Any]:
    target = {name: other[name] for name in ("namespace", "name", "sql")}
    return constraint(one, "f", key, target=target, target_columns=["id"], on_update="a", on_delete="a")


def found(**parts: Any) -> Catalogue:
    """A catalogue; what hangs on a table needs that."""
    hung = [[one["key"], one["table"]] for one in parts.get("constraints", ())]
    needs = [*hung, *parts.pop("dependencies", ())]
    return Catalogue.model_validate({"keywords": ["order"], **EMPTY, **parts, "dependencies": needs})
