"""Record what a review found of the Pledge."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from pledge import rules
from pledge.indicators import standings
from pledge.models import CommitmentRecord
from pledge.permissions import check_can_record_pledge
from pupils.models import Pupil


@transaction.atomic
def record_answers(*, pupil: Pupil, answers: Mapping[int, str], today: date, actor: Any) -> int:
    """Record the answers given today, {commitment pk: answer}; returns how many.

    A second answer to the same promise on the same day replaces the first. Promises that are not named keep what was
    recorded before. Raises PermissionDenied, or ValidationError when nothing is answered, the child is not looked
    after today, an answer is unknown, or a promise does not apply to the child.
    """
    check_can_record_pledge(actor, pupil, today=today)
    if not answers:
        raise ValidationError("Choose an answer for at least one promise.")
    Pupil.objects.select_for_update().get(pk=pupil.pk)
    standing = next(iter(standings([pupil], today=today)), None)
    if standing is None:
        raise ValidationError("The child is not looked after today: the Pledge is not recorded any more.")
    applicable = {c.pk for c in standing.applicable}
    if set(answers) - applicable:
        raise ValidationError("One of the promises does not apply to this child. Open the page again.")
    if set(answers.values()) - set(rules.Answer):
        raise ValidationError("One of the answers is not known. Open the page again.")
    rows = [
        CommitmentRecord(pupil=pupil, commitment_id=pk, answer=answer, recorded_on=today, recorded_by=actor)
        for pk, answer in answers.items()
    ]
    with acting_as(actor, service="pledge.record_answers"):
        CommitmentRecord.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["pupil", "commitment", "recorded_on"],
            update_fields=["answer", "recorded_by"],
        )
    return len(rows)
