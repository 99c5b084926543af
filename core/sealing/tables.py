"""The tables that are sealed, and how their rows are read: ids with the digest of each row's content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from pghistory.models import Event

from core.models import AccessEvent, AuditDisposal
from core.sealing.rules import MOST_ROWS

WHO_CHANGED = "pgh_context.user"
"""Beside the columns of a change: the person that its context names. The context's other words may still grow."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where the transactions stand: the oldest that is open in this database, the next one, our own; which server."""

    horizon: int
    next_xid: int
    own: int | None
    cluster: str


def now() -> Moment:
    """Read once, before any row is written.

    The horizon is that of this database: pg_snapshot_xmin would also wait for transactions of other databases on the
    server, which cannot write here. It holds because a transaction has its number in pg_stat_activity before the next
    number can be read, and leaves it there until its rows are seen. (The end of a snapshot is not the next number: one
    that is open may lie beyond it. age() counts from the next one.)
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xmin::text::bigint + age(xmin::xid), pg_current_xact_id_if_assigned()::text::bigint,"
            " (SELECT system_identifier FROM pg_control_system())"
            " FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) AS moment"
        )
        next_xid, own, cluster = cursor.fetchone()
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT LEAST(%(next)s, min(%(next)s - age(backend_xid))) FROM pg_stat_activity"
            " WHERE backend_xid IS NOT NULL"
            " AND datid = (SELECT oid FROM pg_database WHERE datname = current_database())",
            {"next": next_xid},
        )
        horizon = cursor.fetchone()[0]
    return Moment(horizon=horizon, next_xid=next_xid, own=own, cluster=str(cluster))


@dataclass(frozen=True)
class SealedTable:
    """A table with its key. Changes have no column of their own for the transaction: PostgreSQL's xmin tells it."""

    name: str
    key: str
    history: bool

    @property
    def settled(self) -> str:
        """The row's transaction is over, and so is each that began before it. Takes the moment's values.

        A number from the future was written by another server, from which a backup was restored here.
        """
        if self.history:
            return "age(t.xmin) > age((%(horizon)s::text::xid8)::xid)"
        return (
            "(t.xid < %(horizon)s::text::xid8 OR t.xid >= %(next_xid)s::text::xid8"
            " AND t.xid IS DISTINCT FROM %(own)s::text::xid8)"
        )

    @property
    def transaction(self) -> str:
        """The number of the row's transaction, on the scale of the horizons."""
        if self.history:
            return "%(next_xid)s::bigint - (age(t.xmin)::bigint - age((%(next_xid)s::text::xid8)::xid)::bigint)"
        return "t.xid::text::bigint"

    def columns(self) -> list[str]:
        """What of a row is sealed, in the order in which it is digested. The key tells the row's place."""
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_description(cursor, self.name)
        names = sorted(column.name for column in found if column.name != self.key)
        return [*names, WHO_CHANGED] if self.history else names

    def missing(self, columns: Sequence[str]) -> list[str]:
        """Sealed columns that the table has no longer."""
        return sorted(set(columns) - set(self.columns()))

    def unsealed(
        self, columns: Sequence[str], gaps: Sequence[tuple[int, int | None]], moment: Moment
    ) -> list[tuple[int, bytes, int]]:
        """(id, digest, transaction) of settled rows in the gaps between sealed ids; at most MOST_ROWS, by id."""
        sql = (
            f"SELECT t.{_q(self.key)}, {self._digest(columns)}, {self.transaction} {self._from()}"
            " JOIN unnest(%(first)s::bigint[], %(last)s::bigint[]) AS g(first, last)"
            f" ON t.{_q(self.key)} BETWEEN g.first AND g.last"
            f" WHERE {self.settled} ORDER BY 1 LIMIT {MOST_ROWS}"
        )
        return [(row[0], bytes(row[1]), row[2]) for row in self._fetch(sql, _arguments(gaps, moment))]

    def outside_seals(self, gaps: Sequence[tuple[int, int | None]], moment: Moment) -> list[tuple[int, int]]:
        """(id, transaction) of every row that no seal covers, settled or not."""
        sql = (
            f"SELECT t.{_q(self.key)}, {self.transaction} FROM {_q(self.name)} AS t"  # noqa: S608
            " JOIN unnest(%(first)s::bigint[], %(last)s::bigint[]) AS g(first, last)"
            f" ON t.{_q(self.key)} BETWEEN g.first AND g.last ORDER BY 1"
        )
        return [(row[0], row[1]) for row in self._fetch(sql, _arguments(gaps, moment))]

    def digests(self, columns: Sequence[str], first: int, last: int) -> dict[int, bytes]:
        """{id: digest} of the rows from the first to the last id."""
        sql = (
            f"SELECT t.{_q(self.key)}, {self._digest(columns)} {self._from()}"
            f" WHERE t.{_q(self.key)} BETWEEN %(first)s AND %(last)s"
        )
        return {row[0]: bytes(row[1]) for row in self._fetch(sql, {"first": first, "last": last})}

    def _from(self) -> str:
        context = " LEFT JOIN pghistory_context AS c ON c.id = t.pgh_context_id" if self.history else ""
        return f"FROM {_q(self.name)} AS t{context}"

    def _digest(self, columns: Sequence[str]) -> str:
        """sha256 of the values as one JSON text: the same under every version of the server, in every session."""
        values = ", ".join("c.metadata -> 'user'" if c == WHO_CHANGED else f"t.{_q(c)}" for c in columns)
        return f"sha256(convert_to(jsonb_build_array({values})::text, 'UTF8'))"

    def _fetch(self, sql: str, arguments: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchall()


def _q(name: str) -> str:
    return connection.ops.quote_name(name)


def _arguments(gaps: Sequence[tuple[int, int | None]], moment: Moment) -> dict[str, Any]:
    return {
        "first": [first for first, _ in gaps],
        "last": [2**63 - 1 if last is None else last for _, last in gaps],
        "horizon": str(moment.horizon),
        "next_xid": str(moment.next_xid),
        "own": None if moment.own is None else str(moment.own),
    }


def history_models() -> list[type[models.Model]]:
    """The tables of changes of everything that is tracked (core.audit)."""
    return [m for m in apps.get_models() if issubclass(m, Event) and m._meta.managed and not m._meta.proxy]


def sealed_tables() -> list[SealedTable]:
    """The access log, what was disposed of, then every table of changes, by name."""
    history = sorted(m._meta.db_table for m in history_models())
    return [
        SealedTable(AccessEvent._meta.db_table, "id", history=False),
        SealedTable(AuditDisposal._meta.db_table, "id", history=False),
        *(SealedTable(name, "pgh_id", history=True) for name in history),
    ]
