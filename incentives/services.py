"""Open a summer's scheme, and record who was told of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.actor import acting_as
from incentives import rules
from incentives.indicators import cohort_ids
from incentives.models import GcseScheme, SchemeLetter
from incentives.permissions import check_can_open_scheme, check_can_record_letters
from pupils.models import Pupil


@transaction.atomic
def open_scheme(
    *,
    assessment_year: int,
    budget: Decimal,
    letters_due_on: date,
    payments_due_on: date,
    today: date,
    actor: Any,
) -> GcseScheme:
    """Open the scheme of a summer. Raises PermissionDenied, or ValidationError by field."""
    check_can_open_scheme(actor)
    errors: dict[str, str] = {}
    if not rules.can_open_for(assessment_year, today):
        errors["assessment_year"] = "A scheme is opened for this summer or the next"
    elif GcseScheme.objects.filter(assessment_year=assessment_year).exists():
        errors["assessment_year"] = f"The scheme of summer {assessment_year} is open already"
    if budget <= 0:
        errors["budget"] = "The money set aside must be more than nothing"
    if payments_due_on <= letters_due_on:
        errors["payments_due_on"] = "Payments come after the letters: give a later day"
    elif payments_due_on < rules.results_from(assessment_year):
        errors["payments_due_on"] = f"Results come in August {assessment_year}: nothing can be paid before"
    if errors:
        raise ValidationError(errors)
    with acting_as(actor, service="incentives.open_scheme"):
        return GcseScheme.objects.create(
            assessment_year=assessment_year,
            budget=budget,
            letters_due_on=letters_due_on,
            payments_due_on=payments_due_on,
        )


@transaction.atomic
def record_letters(*, scheme: GcseScheme, pupils: Sequence[Pupil], sent_on: date, today: date, actor: Any) -> int:
    """Record that these young people and their carers were written to on a day; returns how many were new.

    Who was told before keeps the earlier day. Raises PermissionDenied, or ValidationError for nobody chosen, a day in
    the future, and somebody whom the scheme is not meant for.
    """
    check_can_record_letters(actor)
    if not pupils:
        raise ValidationError({"pupils": "Choose at least one young person"})
    if sent_on > today:
        raise ValidationError({"sent_on": "The letter must have been sent: give today or an earlier day"})
    scheme = GcseScheme.objects.select_for_update().get(pk=scheme.pk)
    ids = {p.pk for p in pupils}
    seen = set(Pupil.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    meant = set(cohort_ids(scheme.assessment_year, on=rules.counted_on(scheme.assessment_year, today)))
    if ids - seen or ids - meant:
        raise ValidationError(
            {"pupils": f"One of them is not in the year group of summer {scheme.assessment_year} any more"}
        )
    told = set(scheme.letters.filter(pupil__in=ids).values_list("pupil_id", flat=True))
    new = [SchemeLetter(scheme=scheme, pupil_id=pk, sent_on=sent_on) for pk in sorted(ids - told)]
    with acting_as(actor, service="incentives.record_letters"):
        SchemeLetter.objects.bulk_create(new)
    return len(new)


def record_letter(*, scheme: GcseScheme, pupil: Pupil, sent_on: date, today: date, actor: Any) -> int:
    """`record_letters` for one young person."""
    return record_letters(scheme=scheme, pupils=[pupil], sent_on=sent_on, today=today, actor=actor)
