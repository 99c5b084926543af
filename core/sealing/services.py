"""Sealing what was written, and verifying what was sealed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from core.audit import Access, record_access
from core.models import AuditSeal
from core.sealing import disposals, outside, tables
from core.sealing.disposals import Disposals
from core.sealing.rules import (
    MOST_ROWS,
    Difference,
    Kind,
    Problem,
    compact,
    compare,
    digest_of_each,
    expand,
    gaps,
    judge,
    seal_hash,
    spans,
)
from core.sealing.tables import Moment, SealedTable

logger = structlog.get_logger(__name__)

LOCK = 4_016_005  # of this job alone: two that seal or verify at once wait for each other


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What verifying found. `sealed` and `unsealed` count rows, `seals` counts seals."""

    sealed: int
    unsealed: int
    seals: int
    problems: Sequence[Problem] = field(default_factory=tuple)
    disposed: Mapping[str, int] = field(default_factory=dict)
    """Sealed rows that are gone under a certificate that holds: {certificate: rows}."""

    @property
    def status(self) -> str:
        return "broken" if self.problems else "ok"

    def as_dict(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "sealed": self.sealed,
            "unsealed": self.unsealed,
            "seals": self.seals,
            "disposed": [{"certificate": number, "rows": rows} for number, rows in sorted(self.disposed.items())],
            "problems": [problem.as_dict() for problem in self.problems],
        }


def seal_audit(*, actor: Any, new_file: bool = False) -> list[AuditSeal]:
    """Seal every row whose transaction is over; returns the seals made. `actor` None is the schedule.

    Rows of transactions that are still open are left for the next time; a row that was put among sealed ones is never
    sealed, so that `verify_audit` goes on naming it. With `new_file` the file outside begins anew with all seals.
    """
    with transaction.atomic():
        _wait_for_the_others()
        moment, at = tables.now(), timezone.now()
        made = [seal for table in tables.sealed_tables() for seal in _seal_table(table, moment, at)]
        if new_file:
            _checked(actor, "seal file begun anew")
    if new_file:
        outside.begin_anew()
        outside.append(AuditSeal.objects.order_by("sealed_at", "table", "number").defer("digests").iterator())
    else:
        outside.append([*_late(made), *made])
    for seal in made:
        logger.warning("audit_sealed", table=seal.table, seal=seal.number, rows=seal.rows, hash=seal.hash)
    return made


def _wait_for_the_others() -> None:
    """Alone from here to the end of the transaction, in a session that writes moments as every other does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")  # moments are digested as JSON writes them


def _seal_table(table: SealedTable, moment: Moment, at: datetime) -> Iterator[AuditSeal]:
    earlier = list(AuditSeal.objects.filter(table=table.name).defer("digests", "columns").order_by("number"))
    last = earlier[-1] if earlier else None
    covered = [span for seal in earlier for span in spans(seal.ids)]
    columns = table.columns()
    while True:
        rows = table.unsealed(columns, gaps(covered), moment)
        good = [(pk, digest) for pk, digest, xid in rows if not _was_inserted(pk, xid, earlier, moment)]
        if good:
            last = _write_seal(table, columns, good, last=last, moment=moment, at=at)
            covered += spans(last.ids)
            yield last
        if len(rows) < MOST_ROWS or not good:
            return


def _was_inserted(pk: int, xid: int, seals: Sequence[AuditSeal], moment: Moment) -> bool:
    """A row that no seal covers although its own numbers say that one would have.

    Who came late to a seal was in an open transaction then: not over (below the horizon), and begun (below the next
    number). The numbers of another server, before a backup was restored, say nothing here.
    """
    here = [seal for seal in seals if seal.cluster == moment.cluster]
    if not here:
        return False
    passed = next((seal for seal in here if seal.last_id > pk), None)
    return xid < here[-1].horizon or (passed is not None and xid >= passed.next_xid)


def _write_seal(
    table: SealedTable,
    columns: Sequence[str],
    rows: Sequence[tuple[int, bytes]],
    *,
    last: AuditSeal | None,
    moment: Moment,
    at: datetime,
) -> AuditSeal:
    ids = [pk for pk, _ in rows]
    seal = AuditSeal(
        table=table.name,
        number=last.number + 1 if last else 1,
        sealed_at=at,
        first_id=ids[0],
        last_id=ids[-1],
        rows=len(ids),
        ids=compact(ids),
        columns=list(columns),
        digests=b"".join(digest for _, digest in rows),
        horizon=moment.horizon,
        next_xid=moment.next_xid,
        cluster=moment.cluster,
        previous=last.hash if last else "",
    )
    seal.hash = _hash_of(seal)
    seal.save(force_insert=True)
    return seal


def _hash_of(seal: AuditSeal) -> str:
    said = {
        "table": seal.table,
        "number": seal.number,
        "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(),
        "ids": seal.ids,
        "rows": seal.rows,
        "columns": seal.columns,
        "horizon": seal.horizon,
        "next_xid": seal.next_xid,
        "cluster": seal.cluster,
        "previous": seal.previous,
    }
    return seal_hash(said, bytes(seal.digests))


def _late(made: Iterable[AuditSeal]) -> list[AuditSeal]:
    """Seals that were committed when the machine stopped before their line was written.

    Only where the file's last line of the table fits: a file that was cut or changed is not mended here.
    """
    in_file, fresh = outside.last_numbers(), {seal.pk for seal in made}
    found: list[AuditSeal] = []
    for table, (number, known_hash) in in_file.items():
        chain = AuditSeal.objects.filter(table=table, number__gte=number).order_by("number").defer("digests")
        seals = list(chain)
        if seals and seals[0].number == number and seals[0].hash == known_hash:
            found += [seal for seal in seals[1:] if seal.pk not in fresh]
    return found


# Verifying


@transaction.atomic
def verify_audit(*, actor: Any) -> Verdict:
    """Walk every chain against the rows that are there and against the file; leaves an audit row with the outcome.

    `actor` None is the schedule or the command line.
    """
    _wait_for_the_others()
    moment = tables.now()
    problems: list[Problem] = []
    sealed = unsealed = seals = 0
    disposed: Counter[str] = Counter()
    lines = outside.read()
    lawful = disposals.read()
    for table in tables.sealed_tables():
        known = list(AuditSeal.objects.filter(table=table.name).defer("digests").order_by("number"))
        problems += _chain_problems(table.name, known)
        problems += _row_problems(table, lawful, disposed)
        problems += _file_problems(table.name, known, lines)
        rest = table.outside_seals(gaps([span for seal in known for span in spans(seal.ids)]), moment)
        inserted = [pk for pk, xid in rest if _was_inserted(pk, xid, known, moment)]
        if inserted:
            problems.append(Problem(table=table.name, seal=None, kind=Kind.INSERTED, ids=inserted))
        sealed, unsealed, seals = sealed + sum(s.rows for s in known), unsealed + len(rest), seals + len(known)
    verdict = Verdict(sealed=sealed, unsealed=unsealed, seals=seals, problems=problems, disposed=disposed)
    kinds = dict(Counter(problem.kind.value for problem in problems))
    _checked(
        actor, "audit trail verified", status=verdict.status, sealed=sealed, seals=seals, problems=kinds,
        disposed=disposed.total(),
    )  # fmt: skip
    if problems:
        logger.error("audit_broken", problems=kinds)
    return verdict


def _chain_problems(table: str, seals: Sequence[AuditSeal]) -> Iterator[Problem]:
    """Each seal follows the one before: number after number, hash after hash."""
    before: AuditSeal | None = None
    for seal in seals:
        number, previous = (before.number + 1, before.hash) if before else (1, "")
        if (seal.number, seal.previous) != (number, previous):
            yield Problem(table=table, seal=seal.number, kind=Kind.CHAIN_BROKEN)
        before = seal


def _row_problems(table: SealedTable, lawful: Disposals, disposed: Counter[str]) -> Iterator[Problem]:
    """The rows of each seal as they are now, and the seal's own hash. Counts what is gone lawfully in `disposed`."""
    differences: list[Difference] = []
    for seal in AuditSeal.objects.filter(table=table.name).order_by("number").iterator(chunk_size=20):
        digests = bytes(seal.digests)
        if seal.hash != _hash_of(seal):
            yield Problem(table=table.name, seal=seal.number, kind=Kind.SEAL_CHANGED)
        if table.missing(seal.columns):
            yield Problem(table=table.name, seal=seal.number, kind=Kind.COLUMN_MISSING)
            continue
        found = table.digests(seal.columns, seal.first_id, seal.last_id)
        gone, changed = compare(seal.number, digest_of_each(expand(seal.ids), digests), found)
        for kind, ids in lawful.sort_out(table.name, gone, found, disposed):
            yield Problem(table=table.name, seal=seal.number, kind=kind, ids=ids)
        differences += changed
    yield from judge(table.name, differences)


def _file_problems(table: str, seals: Sequence[AuditSeal], lines: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    """The file knows each seal, and no other."""
    in_file = {line.get("number"): line.get("hash") for line in lines if line.get("table") == table}
    in_database = {seal.number: seal.hash for seal in seals}
    for number in sorted(set(in_database) | set(in_file), key=str):
        if number not in in_database:
            yield Problem(table=table, seal=number, kind=Kind.SEAL_MISSING)
        elif number not in in_file:
            yield Problem(table=table, seal=number, kind=Kind.FILE_LACKS)
        elif in_file[number] != in_database[number]:
            yield Problem(table=table, seal=number, kind=Kind.FILE_DIFFERS)


def _checked(actor: Any, what: str, **detail: Any) -> None:
    record_access(
        None,
        Access.CHECKED,
        user=actor,
        subject=AuditSeal(pk=0),
        screen="audit trail",
        detail={"what": what, **detail},
    )


def last_check() -> Any:
    """The audit row of the last verification, None before the first. Asks the database once."""
    from core.models import AccessEvent

    rows = AccessEvent.objects.filter(subject_type="core.auditseal", subject_id=0, detail__has_key="status")
    return rows.order_by("-at").first()
