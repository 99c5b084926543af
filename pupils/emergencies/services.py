"""Open a record in an emergency, close it again, and review that somebody did. Telling the heads is pupils.tasks'."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from core.models import User
from core.roles import Permission
from pupils import tasks
from pupils.emergencies import SHORTEST_REASON
from pupils.models import EmergencyAccess, Pupil


def check_can_open(actor: Any) -> None:
    """Raises PermissionDenied with a reason."""
    if not actor.can(Permission.OPEN_IN_EMERGENCY):
        raise PermissionDenied("Your role does not open records in an emergency.")


def check_can_review(actor: Any) -> None:
    """Raises PermissionDenied with a reason."""
    if not actor.can(Permission.SEE_AUDIT):
        raise PermissionDenied("The Virtual School Head reviews emergency openings.")


@transaction.atomic
def open_in_emergency(
    *, pupil: Pupil, ground: EmergencyAccess.Ground, reason: str, now: datetime, actor: Any
) -> EmergencyAccess:
    """Open the child's record to the actor, to read, for settings.VS_EMERGENCY_HOURS; the heads are told.

    What is open already stays as it is: asking again makes it no longer. Raises PermissionDenied, and ValidationError
    for a reason that says nothing.
    """
    check_can_open(actor)
    reason = reason.strip()
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        raise ValidationError({"reason": f"Write at least {SHORTEST_REASON} characters"})
    User.objects.select_for_update().get(pk=actor.pk)  # so that two clicks open it once
    held: EmergencyAccess | None = actor.emergency_accesses.open_at(now).filter(pupil=pupil).first()
    if held is not None:
        return held
    expires_at = now + timedelta(hours=settings.VS_EMERGENCY_HOURS)
    with acting_as(actor, service="pupils.open_in_emergency"):
        access: EmergencyAccess = EmergencyAccess.objects.create(
            user=actor, pupil=pupil, ground=ground, reason=reason, opened_at=now, expires_at=expires_at
        )
    record_access(
        None,
        Access.EMERGENCY,
        user=actor,
        subject=pupil,
        screen="pupils:emergency_new",
        detail={"access": access.pk, "ground": str(ground), "until": expires_at.isoformat(timespec="minutes")},
    )
    tasks.tell_heads_of_emergency.delay_on_commit(access_id=access.pk)
    return access


@transaction.atomic
def close_emergency(*, access: EmergencyAccess, now: datetime, actor: Any) -> EmergencyAccess:
    """Done before the time is over. One that is over stays as it was. Raises PermissionDenied for another's."""
    if access.user_id != actor.pk:
        raise PermissionDenied("Only the person who opened the record closes it.")
    held: EmergencyAccess = EmergencyAccess.objects.select_for_update().select_related("pupil").get(pk=access.pk)
    if held.closed_at is not None or held.expires_at <= now:
        return held
    held.closed_at = now
    with acting_as(actor, service="pupils.close_emergency"):
        held.save(update_fields=["closed_at"])
    _decided(actor, held, "emergency closed", screen="pupils:emergency_close")
    return held


@transaction.atomic
def review_emergency(
    *, access: EmergencyAccess, outcome: EmergencyAccess.Outcome, note: str, now: datetime, actor: Any
) -> EmergencyAccess:
    """Say whether it was justified. A later review takes the place of an earlier one; the history keeps both.

    Raises PermissionDenied, and ValidationError where something is to be followed up and nothing says what.
    """
    check_can_review(actor)
    note = note.strip()
    if outcome == EmergencyAccess.Outcome.FOLLOW_UP and not note:
        raise ValidationError({"note": "Write what has to be followed up, and by whom"})
    held: EmergencyAccess = EmergencyAccess.objects.select_for_update().select_related("pupil").get(pk=access.pk)
    held.outcome, held.note, held.reviewed_by, held.reviewed_at = outcome, note, actor, now
    with acting_as(actor, service="pupils.review_emergency"):
        held.save(update_fields=["outcome", "note", "reviewed_by", "reviewed_at"])
    _decided(actor, held, "emergency reviewed", screen="pupils:emergency_review", outcome=str(outcome))
    return held


def _decided(actor: Any, access: EmergencyAccess, what: str, *, screen: str, **detail: Any) -> None:
    detail = {"decision": what, "access": access.pk, **detail}
    record_access(None, Access.DECIDED, user=actor, subject=access.pupil, screen=screen, detail=detail)
