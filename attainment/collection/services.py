"""Use case: the school says how a child stands at the end of a term."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from attainment.models import TermAssessment
from attainment.permissions import check_can_record
from attainment.rules import subject_key
from attainment.rules.collection import Standing, Window
from core.actor import acting_as
from core.audit import Access, record_access
from pupils.models import Pupil


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One subject as it was said: what the child works at, the target for the end of the stage, how it stands."""

    subject: str
    working_at: str
    target: str
    standing: Standing


@transaction.atomic
def record_term(*, pupil: Pupil, window: Window, said: Sequence[Said], now: datetime, actor: Any) -> int:
    """Record a term's assessments; a subject said before is corrected, one that is said no more is taken away.

    Returns how many rows were new or changed. Raises PermissionDenied.
    """
    check_can_record(actor, pupil)
    term = {"academic_year": window.academic_year, "season": window.season.value}
    Pupil.objects.select_for_update().get(pk=pupil.pk)  # two people, or one who presses twice, one after the other
    with acting_as(actor, service="attainment.record_term"):
        standing = {
            row.subject_key: row for row in TermAssessment.objects.select_for_update().filter(pupil=pupil, **term)
        }
        changed = 0
        keys = set()
        for one in said:
            key = subject_key(one.subject)
            keys.add(key)
            row = standing.get(key) or TermAssessment(pupil=pupil, subject_key=key, **term)
            values = {
                "subject": one.subject, "working_at": one.working_at, "target": one.target,
                "standing": one.standing.value,
            }  # fmt: skip
            if row.pk and all(getattr(row, name) == value for name, value in values.items()):
                continue
            for name, value in values.items():
                setattr(row, name, value)
            row.recorded_by, row.recorded_at = actor, now
            row.save()
            changed += 1
        gone = [row.pk for key, row in standing.items() if key not in keys]
        TermAssessment.objects.filter(pk__in=gone).delete()
        changed += len(gone)
        if changed:
            record_access(None, Access.DECIDED, user=actor, subject=pupil, detail={"assessments": changed, **term})
    return changed
