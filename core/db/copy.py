"""COPY behind one adapter, so that another driver stays possible. The acting user reaches the history triggers."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction

NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _cell(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        if _SPECIAL.search(value):
            for character, escape in _ESCAPES.items():
                value = value.replace(character, escape)
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def copy_text(*, table: str, columns: Sequence[str], buffer: io.StringIO | io.BytesIO) -> None:
    """COPY tab-separated text (PostgreSQL's own escapes) into `table`; must run inside a transaction.

    The empty UPDATE goes first: pghistory puts its context into the statement that Django sends, and COPY,
    which bypasses Django, then runs in the same transaction with the context already set (stack.md D.3).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("COPY must run inside a transaction.")
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quote(table)} SET {quote(columns[0])} = {quote(columns[0])} WHERE false")  # noqa: S608 - names are quoted, from models
        buffer.seek(0)
        # Django wraps the driver's errors for its own calls only; who asks for a retry looks for Django's.
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", buffer)


def copy_rows(model: type[models.Model] | str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY Python rows into a model's table (column names as in the database) or a named (staging) table.

    Returns the number of rows. None becomes NULL. Must run inside a transaction.
    """
    table = model if isinstance(model, str) else model._meta.db_table
    buffer = io.StringIO()
    count = 0
    for row in rows:
        buffer.write("\t".join(map(_cell, row)))
        buffer.write("\n")
        count += 1
    if count:
        copy_text(table=table, columns=columns, buffer=buffer)
    return count
