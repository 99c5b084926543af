"""Destroying what two people approved: one transaction a record, and the certificate in the same transaction.

The record's rows go by Django's own description of the models (retention.reach), the lines of deliveries by the child's
numbers (retention.traces), the rows of the audit trail by a function of the database that runs as the tables' owner and
takes out nothing but rows of this child under an approved proposal (migration 0002, docs/adr/0012). Files go after the
commit; their names stay in the proposal until they are gone.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.feeds.store import path_of
from core.models import AuditDisposal, StoredFile
from pupils.models import Pupil
from retention import outside
from retention.certificates import next_number
from retention.models import DisposalCertificate, DisposalProposal
from retention.reach import Destroyed, destroy_rows, files_of
from retention.rules import RULES, ProposalState, RecordClass
from retention.services import NotPossible, check_due_now, still_missing
from retention.traces import destroy_delivery_lines, numbers_of

logger = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class _Gone:
    """What was destroyed, before it is put into the certificate."""

    rows: Sequence[Destroyed] = ()
    audit: dict[str, int] = field(default_factory=dict)
    audit_ids: Sequence[str] = ()
    files: Sequence[Path] = ()
    file_lines: Sequence[str] = ()

    @property
    def sha256(self) -> str:
        """Over every row and file with its own sha256, and the numbers of the audit's rows; in one order."""
        lines = [*(line for one in self.rows for line in one.lines), *self.audit_ids, *self.file_lines]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@transaction.atomic
def execute(*, proposal_id: int, today: date) -> DisposalCertificate | None:
    """Destroy what the proposal names, if it is approved, due and free of holds at this very moment.

    An approval of somebody who left, or may no longer dispose, does not count: then the proposal waits for another one.
    A record that is held or no longer due stays, and the proposal lapses. A second call finds the certificate.
    """
    subject = DisposalProposal.objects.values_list("kind", "subject_id").get(pk=proposal_id)
    if subject[0] == DisposalProposal.Kind.CHILD:
        list(Pupil.objects.select_for_update().filter(pk=subject[1]).values_list("pk"))
    row: DisposalProposal = DisposalProposal.objects.select_for_update().get(pk=proposal_id)
    if row.state == ProposalState.DONE:
        return row.certificate
    if row.state != ProposalState.APPROVED:
        return None
    if still_missing(row):
        _turn_back(row, ProposalState.PROPOSED, "an approval no longer counts")
        return None
    try:
        check_due_now(row, today=today)
    except NotPossible:
        _turn_back(row, ProposalState.LAPSED, "held or no longer due")
        return None
    return destroy(row, number=next_number(today.year), issued_at=timezone.now())


def _turn_back(row: DisposalProposal, state: ProposalState, why: str) -> None:
    row.state = state.value
    if state is ProposalState.LAPSED:
        row.closed_at = timezone.now()
    with acting_as(None, service="retention.execute"):
        row.save(update_fields=["state", "closed_at"])
    record_access(None, Access.DECIDED, subject=row, screen="disposal not carried out", detail={"why": why})


def destroy(row: DisposalProposal, *, number: str, issued_at: datetime) -> DisposalCertificate:
    """Destroy and certify, within the caller's transaction. The caller has checked that it may be done."""
    if row.proposed_by is None or row.proposed_at is None:
        raise ValueError("Nobody proposed this.")
    with acting_as(None, service="retention.execute"):
        child = row.kind == DisposalProposal.Kind.CHILD
        gone = _destroy_child(row, number) if child else _destroy_file(row)
        certificate: DisposalCertificate = DisposalCertificate.objects.create(
            number=number, proposal=row, kind=row.kind, subject_id=row.subject_id, subject_key=row.subject_key,
            record_class=row.record_class, basis=RULES[RecordClass(row.record_class)].basis,
            trigger_on=row.trigger_on, due_on=row.due_on, proposed_by=row.proposed_by, proposed_at=row.proposed_at,
            issued_at=issued_at, counts=_counts(gone.rows), audit_counts=gone.audit, files=len(gone.files),
            destroyed_sha256=gone.sha256,
        )  # fmt: skip
        row.state, row.closed_at = ProposalState.DONE.value, issued_at
        row.files_left = [str(path) for path in gone.files]
        row.save(update_fields=["state", "closed_at", "files_left"])
    record_access(
        None, Access.DECIDED, subject=certificate, screen="record destroyed",
        detail={"certificate": number, "rows": certificate.rows, "files": certificate.files},
    )  # fmt: skip
    logger.warning("record_disposed", certificate=number, rows=certificate.rows, sha256=certificate.destroyed_sha256)
    transaction.on_commit(lambda: delete_files(row.pk))
    transaction.on_commit(outside.bring_up_to_date)
    return certificate


def _destroy_child(row: DisposalProposal, number: str) -> _Gone:
    files, numbers = [], []
    pupil = Pupil.objects.filter(pk=row.subject_id).first()
    if pupil is not None:
        numbers = numbers_of(pupil)
        files = [path for path in dict.fromkeys(files_of(pupil.pk)) if path.is_file()]
    file_lines = [f"file {_sha256_of(path)}" for path in files]
    rows = [*destroy_delivery_lines(numbers), *destroy_rows(row.subject_id)]
    # Earlier proposals of the same record stay as numbers and days; what was written of them goes.
    DisposalProposal.objects.filter(kind=row.kind, subject_id=row.subject_id).update(closed_because="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_table, gone FROM retention_dispose_audit(%s, %s)", [row.pk, number])
        audit = dict(cursor.fetchall())
    listed = AuditDisposal.objects.filter(certificate=number).values_list("table", "ids")
    return _Gone(
        rows=rows, audit=audit, audit_ids=[f"{table} {ids}" for table, ids in listed], files=files,
        file_lines=file_lines,
    )  # fmt: skip


def _destroy_file(row: DisposalProposal) -> _Gone:
    """The file alone: its row stays, with sha256 and size, as the receipt of the delivery."""
    stored = StoredFile.objects.get(pk=row.subject_id)
    path = path_of(stored.sha256)
    return _Gone(files=[path] if path.is_file() else [], file_lines=[f"file {stored.sha256}"])


def _counts(rows: Iterable[Destroyed]) -> dict[str, int]:
    return {one.label: len(one.lines) for one in rows}


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def delete_files(proposal_id: int) -> int:
    """Delete the files of a record that was destroyed; again, those that are left. Returns how many are left."""
    row = DisposalProposal.objects.get(pk=proposal_id, state=ProposalState.DONE.value)
    left: list[str] = []
    for name in row.files_left:
        try:
            Path(name).unlink(missing_ok=True)
        except OSError:
            left.append(name)
    if left != row.files_left:
        DisposalProposal.objects.filter(pk=row.pk).update(files_left=left)
    if left:
        logger.error("disposed_files_left", proposal=row.pk, files=len(left))
    return len(left)


def unfinished() -> dict[str, Any]:
    """Numbers of proposals that a stopped worker left: approved and not carried out, or with files left."""
    states = DisposalProposal.objects
    return {
        "approved": list(states.filter(state=ProposalState.APPROVED.value).values_list("pk", flat=True)),
        "files": list(
            states.filter(state=ProposalState.DONE.value).exclude(files_left=[]).values_list("pk", flat=True)
        ),
    }
