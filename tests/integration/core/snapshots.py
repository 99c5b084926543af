"""What every table holds, to show that something changed nothing at all."""

from django.db import connection

OF_THE_ENGINE = {
    "core_feedrun", "core_feedrunevent", "core_feedrunfile", "core_feedproblem", "core_feedchange", "core_storedfile",
    "core_accessevent", "pghistory_context", "django_session",
}  # fmt: skip


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def snapshot() -> dict[str, tuple[int, str]]:
    """Number of rows and a digest of all their values, for every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{table}\" t"
            )
            found[table] = cursor.fetchone()
    return found


def facts() -> dict[str, tuple[int, str]]:
    """The same without the engine's own book-keeping: what the county knows, and its history."""
    return {table: held for table, held in snapshot().items() if table not in OF_THE_ENGINE}


def changed(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> set[str]:
    return {table for table in before if before[table] != after[table]}
