"""How results follow when two records of a child become one; figures that count both are computed anew."""

from attainment.indicators import open_codes
from attainment.models import IndicatorPupil, Result, TermAssessment
from attainment.tasks import compute_year
from pupils.duplicates.handling import LATER_DELIVERY, Handling, Stays, always_kept, later_delivery, register


def compute_anew(kept: int) -> None:
    """After the commit, in the queue: a year's figures take seconds. Reports that were frozen stay as issued."""
    years = IndicatorPupil.objects.filter(pupil=kept).values_list("figure__assessment_year", flat=True)
    for year in sorted(set(years)):
        if open_codes(year):
            compute_year.delay_on_commit(year=year)


def recorded_last(kept: TermAssessment, other: TermAssessment) -> Stays:
    """Of two assessments of a subject and term the one that the school said last."""
    return Stays.OTHER if other.recorded_at > kept.recorded_at else Stays.KEPT


register(
    Handling(model=TermAssessment, stays=recorded_last, why="what was recorded last stays"),
    Handling(model=Result, stays=later_delivery, why=LATER_DELIVERY),
    Handling(
        model=IndicatorPupil,
        stays=always_kept,
        why="the figures are computed anew",
        after=compute_anew,
    ),
)
