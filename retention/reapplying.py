"""After a restore: destroy again what was destroyed since the backup was made, and hold again what was held since.

The file outside the database says it (retention.outside). Approvals are those of then: they are written down again as
they were, with the same people and moments, and the certificate keeps its number.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from core.models import StoredFile, User
from pupils.models import Pupil
from retention import outside
from retention.certificates import keys_of
from retention.execution import destroy
from retention.models import DisposalApproval, DisposalCertificate, DisposalProposal, RetentionHold
from retention.rules import ProposalState

NOT_KEPT = "The reason is not kept outside the database, from where the hold was restored."


@dataclass
class Reapplied:
    """What was done. `failed` names lines that could not be carried out, and why."""

    disposed: list[str] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    unsigned: int = 0


def reapply() -> Reapplied:
    """Walk the file from its first line. What is in order already stays; a second call finds nothing to do.

    Holds come first: a record that the file says is held now is not destroyed by an earlier line of it.
    """
    lines, unsigned = outside.read()
    done = Reapplied(unsigned=unsigned)
    for what, carry_out in ((outside.HELD, _hold), (outside.RELEASED, _release), (outside.DISPOSED, _dispose)):
        for line in lines:
            if line["what"] == what:
                _carry_out(line, carry_out, done)
    outside.bring_up_to_date()
    return done


def _carry_out(line: dict[str, Any], carry_out: Any, done: Reapplied) -> None:
    people = {line.get("by"), line.get("proposed_by"), *(a["approver"] for a in line.get("approvals", ()))} - {None}
    missing = people - set(User.objects.filter(pk__in=people).values_list("pk", flat=True))
    if missing:
        why = f"Account {min(missing)} is not in this database: restore a newer backup, or make the account first."
        done.failed.append({"what": line["what"], "key": line["key"], "why": why})
        return
    with transaction.atomic(), acting_as(None, service="retention.reapply"):
        carry_out(line, done)


def _hold(line: dict[str, Any], done: Reapplied) -> None:
    placed_at = datetime.fromisoformat(line["at"])
    pupil = Pupil.objects.filter(pk=line["subject_id"]).first()
    if pupil is None or RetentionHold.objects.filter(pupil=pupil, placed_at=placed_at).exists():
        return
    hold = RetentionHold.objects.create(
        pupil=pupil, kind=line["kind"], reason=NOT_KEPT, from_on=date.fromisoformat(line["from_on"]),
        review_on=date.fromisoformat(line["review_on"]), placed_by_id=line["by"], placed_at=placed_at,
    )  # fmt: skip
    done.held.append(hold.pk)


def _release(line: dict[str, Any], done: Reapplied) -> None:
    placed_at = datetime.fromisoformat(line["placed_at"])
    hold = RetentionHold.objects.filter(pupil=line["subject_id"], placed_at=placed_at, released_at=None).first()
    if hold is None:
        return
    hold.released_by_id, hold.released_at = line["by"], datetime.fromisoformat(line["at"])
    hold.released_because = NOT_KEPT
    hold.save(update_fields=["released_by", "released_at", "released_because"])
    done.released.append(hold.pk)


def _dispose(line: dict[str, Any], done: Reapplied) -> None:
    subject_id = _there(line)
    if DisposalCertificate.objects.filter(number=line["key"]).exists():
        if subject_id is not None:
            why = "The record is there although the database knows its certificate: ask before you go on."
            done.failed.append({"what": line["what"], "key": line["key"], "why": why})
        return
    if subject_id is None and line["kind"] == DisposalProposal.Kind.CHILD and _another_child(line):
        why = "Another child has this number here: the file belongs to another database."
        done.failed.append({"what": line["what"], "key": line["key"], "why": why})
        return
    if subject_id and RetentionHold.objects.in_force().filter(pupil=subject_id).exists():
        why = "The record is held in this database: release the hold first."
        done.failed.append({"what": line["what"], "key": line["key"], "why": why})
        return
    proposal = _proposal(line)
    certificate = destroy(proposal, number=line["key"], issued_at=datetime.fromisoformat(line["issued_at"]))
    record_access(
        None, Access.DECIDED, subject=certificate, screen="record destroyed again after a restore",
        detail={"certificate": certificate.number, "rows": certificate.rows, "first_sha256": line["destroyed_sha256"]},
    )  # fmt: skip
    done.disposed.append(certificate.number)


def _there(line: dict[str, Any]) -> int | None:
    """The number of the record when it is there: by its own number and, of a child, by the keyed hash as well."""
    subject_id: int = line["subject_id"]
    if line["kind"] == DisposalProposal.Kind.FILE:
        return subject_id if StoredFile.objects.filter(pk=subject_id).exists() else None
    child_id = Pupil.objects.filter(pk=subject_id).values_list("child_id", flat=True).first()
    return subject_id if child_id is not None and line["subject_key"] in keys_of(child_id) else None


def _another_child(line: dict[str, Any]) -> bool:
    return Pupil.objects.filter(pk=line["subject_id"]).exists()


def _proposal(line: dict[str, Any]) -> DisposalProposal:
    """The proposal as the backup has it, or made anew; with its approvals."""
    subject = {"kind": line["kind"], "subject_id": line["subject_id"]}
    row = DisposalProposal.objects.open().filter(**subject).first() or DisposalProposal(
        **subject, opened_at=datetime.fromisoformat(line["proposed_at"])
    )
    row.subject_key, row.record_class = line["subject_key"], line["record_class"]
    row.trigger_on, row.due_on = date.fromisoformat(line["trigger_on"]), date.fromisoformat(line["due_on"])
    row.proposed_by_id, row.proposed_at = line["proposed_by"], datetime.fromisoformat(line["proposed_at"])
    row.state = ProposalState.APPROVED.value
    row.save()
    for approval in line["approvals"]:
        DisposalApproval.objects.get_or_create(
            proposal=row, approver_id=approval["approver"],
            defaults={"role": approval["role"], "at": datetime.fromisoformat(approval["at"])},
        )  # fmt: skip
    return row
