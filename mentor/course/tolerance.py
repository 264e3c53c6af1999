"""What may differ between the rows that a student's objects give and those that are expected.

In: the author's choice. Out: SQL that writes a row's values, so that what may differ is the same on both sides.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What does not count. ``digits``: decimal digits that numbers are rounded to; None takes them as they are."""

    ignore_case: bool = False
    any_column_order: bool = False
    digits: int | None = None

    def cells(self, listed: str) -> str:
        """One row as a jsonb array, from an item for FROM that has a jsonb ``value`` and its number ``n``."""
        order = "written" if self.any_column_order else "n"
        return f"""COALESCE((SELECT pg_catalog.jsonb_agg(written ORDER BY {order})
  FROM (SELECT {self._written()} AS written, n FROM {listed}) AS cells), '[]')"""

    def _written(self) -> str:
        branches = ""
        if self.ignore_case:
            branches += " WHEN 'string' THEN pg_catalog.to_jsonb(pg_catalog.lower(value #>> '{}'))"
        if self.digits is not None:
            branches += (
                " WHEN 'number' THEN pg_catalog.to_jsonb("
                f"pg_catalog.round((value #>> '{{}}')::pg_catalog.numeric, {self.digits}))"
            )
        return f"CASE pg_catalog.jsonb_typeof(value){branches} ELSE value END" if branches else "value"


EXACT = Tolerance()
