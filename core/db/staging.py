"""Many rows changed at once: staged by COPY into a temporary table, then one UPDATE or INSERT out of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from core.db.copy import copy_rows


def stage(name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Make the temporary table `name` ({column: SQL type}) with these rows; gone at commit. Returns their number."""
    quote = connection.ops.quote_name
    parts = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {quote(name)}")
        cursor.execute(f"CREATE TEMPORARY TABLE {quote(name)} ({parts}) ON COMMIT DROP")
    count = copy_rows(name, list(columns), rows)
    if count:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {quote(name)}")
    return count


def update_from_stage(table: str, stage_name: str, columns: Sequence[str], *, key: str = "id") -> None:
    """Set `columns` of `table` from the staged rows of the same key."""
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(c)} = s.{quote(c)}" for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(table)} t SET {sets} FROM {quote(stage_name)} s WHERE t.{quote(key)} = s.{quote(key)}"  # noqa: S608
        )
