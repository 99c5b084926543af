"""The number of the transaction that wrote a row, kept in the row (PostgreSQL's xid8, which never comes round)."""

from typing import Any

from django.db import models


class TransactionField(models.Field):
    """A whole number of the type xid8. Only the database fills it."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        return None if value is None else int(value)


class CurrentTransaction(models.Func):
    """`db_default` of such a field: the transaction that inserts the row, also below a savepoint."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionField()
