"""Use cases: compute and keep a year's indicators, say what a qualification is worth."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from attainment.indicators import IndicatorComputation, cohort_of, compute, open_codes
from attainment.models import IndicatorFigure, IndicatorPupil, Qualification, Result
from attainment.permissions import check_can_compute_indicators, check_can_map_qualifications
from attainment.rules import GradeScheme, Stage
from core.actor import acting_as
from core.audit import Access, record_access
from core.models import User
from pupils.rules import Basis, CohortStatus, default_basis


def compute_and_store(
    *, year: int, actor: User | None, basis: Basis | None = None, today: date | None = None
) -> list[IndicatorFigure]:
    """Compute the year's indicators and keep them with every child; the figures before them are replaced.

    Raises ClosedSeries after the last year of all of them. `actor` None is the system (nightly job).
    """
    if actor is not None:
        check_can_compute_indicators(actor)
    with transaction.atomic(), acting_as(actor):
        computed = compute(year, basis=basis, today=today or timezone.localdate())
        cohort = cohort_of(computed[0].window)
        continuous = sum(decision.status is CohortStatus.IN for decision in cohort.values())
        figures = [_store(one, len(cohort), continuous) for one in computed]
        if actor is not None:
            record_access(None, Access.DECIDED, user=actor, screen="indicators computed", detail={"year": year})
    return figures


def _store(one: IndicatorComputation, looked_after: int, continuous: int) -> IndicatorFigure:
    figure, _ = IndicatorFigure.objects.update_or_create(
        code=one.code.value,
        assessment_year=one.assessment_year,
        basis=one.basis.value,
        defaults={
            "definition": one.definition,
            "as_at": one.window.as_at,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "review": one.review,
            "unmatched": one.unmatched,
            "looked_after": looked_after,
            "continuous": continuous,
            "computed_at": timezone.now(),
        },
    )
    figure.pupils.all().delete()
    IndicatorPupil.objects.bulk_create(
        IndicatorPupil(
            figure=figure,
            pupil_id=child.pupil_id,
            status=child.status.value,
            in_denominator=child.in_denominator,
            in_numerator=child.in_numerator,
            reason=child.reason,
            flags=list(child.flags),
        )
        for child in one.children
    )
    return figure


def figures_worth_computing(*, today: date) -> list[tuple[int, Basis]]:
    """(assessment year, basis) of open series: years with results on their own basis, and all computed before.

    A year without any result has a cohort but no outcome: it is computed when somebody asks. A year's own basis
    comes after others, so that it stays the one computed last.
    """
    known = IndicatorFigure.objects.order_by().values_list("assessment_year", "basis").distinct()
    with_results = Result.objects.order_by().values_list("assessment_year", flat=True).distinct()
    found = {(year, Basis(basis)) for year, basis in known} | {(year, default_basis(year)) for year in with_results}
    worth = [(year, basis) for year, basis in found if open_codes(year) and year <= today.year]
    return sorted(worth, key=lambda one: (one[0], one[1] is default_basis(one[0]), one[1].value))


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a qualification is worth. `size` in GCSEs; `level2_grades` are the grades that pass at level 2."""

    name: str
    stage: Stage
    scheme: GradeScheme
    size: Decimal
    level2_grades: frozenset[str]
    is_gcse: bool = False
    is_teacher_assessment: bool = False
    counts_from: int | None = None


def worth_of(qualification: Qualification) -> Worth:
    """What a mapped qualification is worth, for giving another one the same."""
    return Worth(
        name=qualification.name,
        stage=Stage(qualification.stage),
        scheme=GradeScheme(qualification.scheme),
        size=qualification.size or Decimal(0),
        level2_grades=frozenset(qualification.level2_grades.split()),
        is_gcse=qualification.is_gcse,
        is_teacher_assessment=qualification.is_teacher_assessment,
        counts_from=qualification.counts_from,
    )


def map_qualification(*, qualification: Qualification, worth: Worth, actor: User) -> Qualification:
    """Say what a qualification is worth; from the next computation on its results count so.

    Its key stays, so that files go on finding it under the name they brought.
    """
    check_can_map_qualifications(actor)
    with transaction.atomic(), acting_as(actor):
        row = Qualification.objects.select_for_update().get(pk=qualification.pk)
        values = {**asdict(worth), "level2_grades": " ".join(sorted(worth.level2_grades))}
        values["stage"], values["scheme"] = worth.stage.value, worth.scheme.value
        for field, value in values.items():
            setattr(row, field, value)
        row.mapped = True
        row.save()
        record_access(None, Access.DECIDED, user=actor, subject=row, screen="qualification mapped")
    return row


__all__ = [
    "Worth",
    "compute_and_store",
    "figures_worth_computing",
    "map_qualification",
    "worth_of",
]
