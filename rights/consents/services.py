"""Record an answer, withdraw a consent, record that a notice was given. Nothing is overwritten."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from pupils.models import Pupil
from rights.consents.permissions import check_may_record
from rights.consents.rules import Answer, Giver, How, stands
from rights.models import Consent, ConsentPurpose, NoticeGiven, PrivacyNotice
from rights.notices.rules import GivenHow

SCREEN = "rights:consents"


@dataclass(frozen=True, kw_only=True)
class Given:
    """Who answered, when and how, and the version of the notice they were shown (None: none was shown)."""

    by: Giver
    name: str = ""
    on: date
    how: How
    notice: PrivacyNotice | None = None


@transaction.atomic
def record_consent(
    *,
    pupil: Pupil,
    purpose: ConsentPurpose,
    detail: str,
    answer: Answer,
    given: Given,
    until: date | None,
    now: datetime,
    actor: Any,
) -> Consent:
    """Keep an answer: given or refused. Raises PermissionDenied, or ValidationError by field."""
    check_may_record(actor)
    detail = detail.strip() if purpose.needs_detail else ""
    if purpose.needs_detail and not detail:
        raise ValidationError({"detail": "Enter what exactly was asked: which partner, trip or project"})
    if answer is Answer.WITHDRAWN:
        raise ValidationError({"answer": "Withdraw the consent itself"})
    if until is not None and answer is not Answer.GIVEN:
        raise ValidationError({"until": "Only a consent that is given has an end"})
    if until is not None and until < given.on:
        raise ValidationError({"until": "The last day must not lie before the day of the answer"})
    row = Consent(pupil=pupil, purpose=purpose, detail=detail, answer=answer.value, until=until)
    return _store(row, given, now=now, actor=actor)


@transaction.atomic
def withdraw_consent(*, consent: Consent, given: Given, now: datetime, actor: Any) -> Consent:
    """A row that says the consent holds no more. Raises PermissionDenied, ValidationError when it holds none."""
    check_may_record(actor)
    # The child's row is the lock: two people who withdraw at once leave one withdrawal.
    Pupil.objects.select_for_update().get(pk=consent.pupil_id)
    rows = Consent.objects.filter(pupil=consent.pupil_id, purpose=consent.purpose_id, detail__iexact=consent.detail)
    if not stands(rows, today=given.on):
        raise ValidationError("There is no consent that holds on this day: it was withdrawn, refused or has ended.")
    row = Consent(pupil=consent.pupil, purpose=consent.purpose, detail=consent.detail, answer=Answer.WITHDRAWN.value)
    return _store(row, given, now=now, actor=actor)


def _store(row: Consent, given: Given, *, now: datetime, actor: Any) -> Consent:
    if given.on > now.date():
        raise ValidationError({"on": "The day of the answer must not lie in the future"})
    row.given_by, row.giver_name = given.by.value, given.name.strip()
    row.on, row.how, row.notice = given.on, given.how.value, given.notice
    row.recorded_by, row.recorded_at = actor, now
    with acting_as(actor, service="rights.record_consent"):
        row.save(force_insert=True)
    detail = {"consent": row.pk, "answer": row.answer}
    record_access(None, Access.DECIDED, user=actor, subject=row.pupil, screen=SCREEN, detail=detail)
    return row


@transaction.atomic
def record_notice_given(
    *, pupil: Pupil, notice: PrivacyNotice, on: date, how: GivenHow, now: datetime, actor: Any
) -> NoticeGiven:
    """A version was handed over, read together or sent. Raises PermissionDenied, ValidationError by field."""
    check_may_record(actor)
    if notice.in_force_from is None or on < notice.in_force_from:
        raise ValidationError({"on": "This version was not in force on that day"})
    if on > now.date():
        raise ValidationError({"on": "The day must not lie in the future"})
    with acting_as(actor, service="rights.record_notice_given"):
        row: NoticeGiven = NoticeGiven.objects.create(
            pupil=pupil, notice=notice, on=on, how=how.value, recorded_by=actor, recorded_at=now
        )
    record_access(None, Access.DECIDED, user=actor, subject=pupil, screen=SCREEN, detail={"notice_given": row.pk})
    return row


# ---------------------------------------------------------------- what may be asked


@transaction.atomic
def add_purpose(*, name: str, about: str, needs_detail: bool, actor: Any) -> ConsentPurpose:
    """One more thing that may be asked. The view asks KEEP_PROCESSING_RECORD. Raises ValidationError by field."""
    if ConsentPurpose.objects.filter(name__iexact=name.strip()).exists():
        raise ValidationError({"name": "There is a purpose of this name already"})
    with acting_as(actor, service="rights.add_purpose"):
        row: ConsentPurpose = ConsentPurpose.objects.create(
            name=name.strip(), about=about.strip(), needs_detail=needs_detail
        )
    record_access(None, Access.DECIDED, user=actor, subject=row, screen="rights:purposes")
    return row


@transaction.atomic
def switch_purpose(*, purpose: ConsentPurpose, actor: Any) -> ConsentPurpose:
    """No longer asked, or asked again; answers that were given stay."""
    row: ConsentPurpose = ConsentPurpose.objects.select_for_update().get(pk=purpose.pk)
    row.is_active = not row.is_active
    with acting_as(actor, service="rights.switch_purpose"):
        row.save(update_fields=["is_active"])
    record_access(None, Access.DECIDED, user=actor, subject=row, screen="rights:purposes")
    return row
