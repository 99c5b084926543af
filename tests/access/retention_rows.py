"""Rows of retention for the world: a hold and a proposal of each child, and one certificate."""

from datetime import date, datetime

from core.models import User
from pupils.models import Pupil
from retention.models import DisposalCertificate, DisposalProposal, RetentionHold


def hold_of(pupil: Pupil, by: User, on: date, now: datetime) -> RetentionHold:
    """Placed by somebody, to be reviewed later."""
    found: RetentionHold = RetentionHold.objects.create(
        pupil=pupil, kind="claim", reason="A claim", from_on=on, review_on=on.replace(year=on.year + 1), placed_by=by,
        placed_at=now,
    )  # fmt: skip
    return found


def proposal_of(pupil: Pupil, by: User, now: datetime) -> DisposalProposal:
    """Proposed by somebody else than the people of the matrix, who may approve it."""
    found: DisposalProposal = DisposalProposal.objects.create(
        subject_id=pupil.pk, record_class="looked-after", trigger_on=date(1950, 1, 1), due_on=date(2025, 1, 2),
        state="proposed", opened_at=now, proposed_by=by, proposed_at=now,
    )  # fmt: skip
    return found


def certificate(by: User, now: datetime) -> DisposalCertificate:
    """Of a child whom nobody knows any more."""
    gone = DisposalProposal.objects.create(
        subject_id=0, record_class="looked-after", trigger_on=date(1940, 1, 1), due_on=date(2015, 1, 2), state="done",
        opened_at=now, proposed_by=by, proposed_at=now, closed_at=now,
    )  # fmt: skip
    found: DisposalCertificate = DisposalCertificate.objects.create(
        number="D-2026-0001", proposal=gone, kind="child", subject_id=0, subject_key="0" * 64,
        record_class="looked-after", basis="Test", trigger_on=gone.trigger_on, due_on=gone.due_on, proposed_by=by,
        proposed_at=now, issued_at=now, counts={"pupils.Pupil": 1}, audit_counts={"core_accessevent": 2},
        destroyed_sha256="0" * 64,
    )  # fmt: skip
    return found
