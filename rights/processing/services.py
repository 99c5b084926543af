"""Keep the record of processing: a line added or changed, or our starter taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from rights.models import ProcessingActivity
from rights.notices.services import check_may_keep
from rights.processing.starters import STARTERS

FIELDS = (
    "name",
    "purpose",
    "lawful_basis",
    "special_condition",
    "whose",
    "data",
    "classes",
    "recipients",
    "transfers",
    "retention",
    "security",
    "is_current",
)


@transaction.atomic
def save_activity(
    *, activity: ProcessingActivity | None, values: Mapping[str, Any], now: datetime, actor: Any
) -> ProcessingActivity:
    """A new line (None) or new words of one. Raises PermissionDenied, ValidationError by field."""
    check_may_keep(actor)
    row = (
        ProcessingActivity() if activity is None else ProcessingActivity.objects.select_for_update().get(pk=activity.pk)
    )
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if ProcessingActivity.objects.filter(name__iexact=row.name).exclude(pk=row.pk).exists():
        raise ValidationError({"name": "There is an activity of this name already"})
    row.changed_by, row.changed_at = actor, now
    with acting_as(actor, service="rights.save_activity"):
        row.save()
    record_access(None, Access.DECIDED, user=actor, subject=row, screen="rights:processing")
    return row


@transaction.atomic
def take_starters(*, now: datetime, actor: Any) -> int:
    """Our own processing as a first record. Only into an empty one; returns how many lines were made."""
    check_may_keep(actor)
    if ProcessingActivity.objects.exists():
        return 0
    for values in STARTERS:
        save_activity(activity=None, values=values, now=now, actor=actor)
    return len(STARTERS)
