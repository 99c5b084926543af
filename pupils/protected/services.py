"""Record a protected note, and end it. A note is never changed, so that who said what when stays plain."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from pupils.models import ProtectedNote, Pupil
from pupils.protected.permissions import check_may_record


@transaction.atomic
def record_note(*, pupil: Pupil, kind: ProtectedNote.Kind, text: str, now: datetime, actor: Any) -> ProtectedNote:
    """Write a note about a child. Raises PermissionDenied, or ValidationError for one without words."""
    check_may_record(actor, pupil)
    if not text.strip():
        raise ValidationError({"note": "Enter what must be known"})
    with acting_as(actor, service="pupils.record_note"):
        note: ProtectedNote = ProtectedNote.objects.create(
            pupil=pupil, kind=kind, protected_text=text.strip(), recorded_by=actor, recorded_at=now
        )
    record_access(
        None,
        Access.DECIDED,
        user=actor,
        subject=pupil,
        screen="pupils:protected",
        detail={"note": note.pk, "kind": kind},
    )
    return note


@transaction.atomic
def end_note(*, note: ProtectedNote, now: datetime, actor: Any) -> ProtectedNote:
    """The note holds no more; it is kept. Raises PermissionDenied; a note that was ended before stays as it was."""
    check_may_record(actor, note.pupil)
    held: ProtectedNote = ProtectedNote.objects.select_for_update().get(pk=note.pk)
    if held.ended_at is not None:
        return held
    held.ended_by, held.ended_at = actor, now
    with acting_as(actor, service="pupils.end_note"):
        held.save(update_fields=["ended_by", "ended_at"])
    record_access(
        None, Access.DECIDED, user=actor, subject=held.pupil, screen="pupils:protected", detail={"ended": held.pk}
    )
    return held
