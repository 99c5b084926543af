"""The GCSE incentive scheme: whose summer it is, and its usual dates and money."""

from datetime import date
from decimal import Decimal

from core.rules import academic_year_of, assessment_year_of

YEAR_11 = 11
USUAL_BUDGET = Decimal(10_000)


def nc_year_now(assessment_year: int, on: date) -> int:
    """In which year group the young people of a summer's scheme are on a day: 11 in its year, 10 the year before."""
    return YEAR_11 - (assessment_year - 1 - academic_year_of(on))


def assessment_year_for(nc_year: int | None, on: date) -> int | None:
    """The summer whose scheme is meant for somebody in Year 10 or 11 on a day; None for every other year group."""
    if nc_year not in {YEAR_11 - 1, YEAR_11}:
        return None
    return assessment_year_of(on) + YEAR_11 - nc_year


def can_open_for(assessment_year: int, today: date) -> bool:
    """A scheme is opened for those who sit this summer (Year 11) or the next (Year 10)."""
    return assessment_year - assessment_year_of(today) in {0, 1}


def usual_letters_due_on(assessment_year: int) -> date:
    """Year 11 and their carers are told by the end of December."""
    return date(assessment_year - 1, 12, 31)


def usual_payments_due_on(assessment_year: int) -> date:
    """Paid by the end of September after the results."""
    return date(assessment_year, 9, 30)


def results_from(assessment_year: int) -> date:
    """GCSE results come out in August."""
    return date(assessment_year, 8, 1)


def counted_on(assessment_year: int, today: date) -> date:
    """The day on which the group is counted: today, at the latest 31 August of the summer."""
    return min(today, date(assessment_year, 8, 31))
