"""The application's role in the database: it reads and writes rows, and owns nothing.

A table's owner can switch its triggers off. So migrations run as the owner, and the application as a role that cannot
alter, truncate or attach triggers anywhere, and cannot change or remove a row of the audit tables.
"""

from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from core.models import AuditDisposal, AuditSeal
from core.sealing.tables import sealed_tables

CONTEXT = "pghistory_context"  # who made a change: grows while its transaction runs, so it may be updated
NO_APPLICATION_ROLE = ("rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls")


class CannotGrant(Exception):
    """The role is not fit to be the application's; the text says why."""


@transaction.atomic
def grant(*, role: str, password: str | None = None) -> dict[str, Any]:
    """Give `role` exactly the application's rights on all tables; with a password the role is made first.

    Idempotent; run after each migration, because new tables may be audit tables. Raises CannotGrant for a role that is
    not there, that owns tables, or that may do more than an application should.
    """
    with connection.cursor() as cursor:
        if password is not None:
            _create(cursor, role, password)
        _check(cursor, role)
        audit = [*(table.name for table in sealed_tables()), AuditSeal._meta.db_table]
        for statement in _statements(cursor, role, audit):
            cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        tables = cursor.fetchone()[0]
    return {"status": "done", "role": role, "tables": tables, "append_only": audit}


def _create(cursor: Any, role: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone():
        raise CannotGrant(f"There is a role {role} already. Leave --create away.")
    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))


def _check(cursor: Any, role: str) -> None:
    # Fixed column names of pg_roles.
    cursor.execute(f"SELECT {', '.join(NO_APPLICATION_ROLE)} FROM pg_roles WHERE rolname = %s", [role])  # noqa: S608
    found = cursor.fetchone()
    if found is None:
        raise CannotGrant(f"There is no role {role}. Make it with --create.")
    if any(found):
        raise CannotGrant(f"The role {role} has rights over the whole server: the application needs a plain one.")
    cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = %s", [role])
    if cursor.fetchone()[0]:
        raise CannotGrant(f"The role {role} owns tables: it could switch their protection off.")


def _statements(cursor: Any, role: str, audit: list[str]) -> list[sql.Composed]:
    cursor.execute("SELECT current_schema(), current_database(), current_user")
    schema, database, owner = (sql.Identifier(name) for name in cursor.fetchone())
    named = sql.Identifier(role)
    every = sql.SQL("ALL TABLES IN SCHEMA {}").format(schema)
    disposed = sql.Identifier(AuditDisposal._meta.db_table)
    grown = sql.SQL(", ").join(sql.Identifier(name) for name in audit)
    rows = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
    default = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} ").format(owner, schema)
    return [
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, named),
        sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {}").format(schema, named),
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, named),
        sql.SQL("REVOKE ALL ON {} FROM {}").format(every, named),
        sql.SQL("GRANT {} ON {} TO {}").format(rows, every, named),
        sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(grown, named),
        sql.SQL("REVOKE INSERT ON {} FROM {}").format(disposed, named),  # its function writes it
        *_functions(cursor, named),
        sql.SQL("REVOKE DELETE ON {} FROM {}").format(sql.Identifier(CONTEXT), named),
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier("django_migrations"), named),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, named),
        default + sql.SQL("GRANT {} ON TABLES TO {}").format(rows, named),
        default + sql.SQL("GRANT USAGE, SELECT ON SEQUENCES TO {}").format(named),
    ]


def _functions(cursor: Any, named: sql.Identifier) -> list[sql.Composed]:
    """What the role may ask the owner to do for it: our own functions that run with the owner's rights."""
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace"
    )
    # The catalogue's own spelling of a function with its arguments, quoted where need be.
    return [sql.SQL(f"GRANT EXECUTE ON FUNCTION {name} TO {{}}").format(named) for (name,) in cursor.fetchall()]
