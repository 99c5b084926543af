"""What is held of a child's results, and of being counted in an indicator, in words (core.subject_access)."""

from datetime import date
from typing import Any

from django.utils import timezone

from attainment.models import IndicatorPupil, Result, TermAssessment
from core.recipients import CARE_CIRCLE, EVERYBODY
from core.roles import Permission
from core.subject_access import RecordPart, Words, register

P = Permission
SUMMER = (8, 31)
"""A summer's results stand at the end of the school year that they close."""


def _summer(year: int) -> date:
    return date(year, *SUMMER)


def _counted(row: Any) -> str:
    if row.in_denominator:
        return "Counted, and reached it" if row.in_numerator else "Counted, and did not reach it"
    return "To be looked at" if row.status == "review" else "Not counted"


register(
    RecordPart(
        key="result",
        label="Result",
        model=Result,
        order=50,
        permission=P.SEE_ATTAINMENT,
        related=("qualification",),
        to=EVERYBODY,
        on=lambda row: row.sat_on or _summer(row.assessment_year),
        fields=(
            Words(name="assessment_year", label="Summer"),
            Words(name="stage", label="Stage"),
            Words(name="subject", label="Subject"),
            Words(name="qualification", label="Qualification"),
            Words(name="grade", label="Grade"),
            Words(name="level2_pass", label="Passes level 2"),
            Words(name="sat_on", label="Taken on"),
        ),
    ),
    RecordPart(
        key="term_assessment",
        label="How the child stood at the end of a term",
        model=TermAssessment,
        order=52,
        permission=P.SEE_ATTAINMENT,
        related=("recorded_by",),
        to=EVERYBODY,
        on=lambda row: timezone.localtime(row.recorded_at).date(),
        fields=(
            Words(name="season", label="Term", words=lambda row: row.term_label),
            Words(name="subject", label="Subject"),
            Words(name="working_at", label="Works at"),
            Words(name="target", label="Target for the end of the stage"),
            Words(name="standing", label="Stands"),
            Words(name="recorded_by", label="Recorded by"),
        ),
        left_out={"academic_year": "part of the term", "recorded_at": "the day of the entry"},
    ),
    RecordPart(
        key="indicator",
        label="Counted in a national figure",
        model=IndicatorPupil,
        order=55,
        permission=P.SEE_INDICATORS,
        related=("figure",),
        to=CARE_CIRCLE,
        on=lambda row: row.figure.as_at,
        fields=(
            Words(
                name="figure",
                label="Figure",
                words=lambda row: f"{row.figure.code}, summer {row.figure.assessment_year}",
            ),
            Words(name="status", label="Counted", words=_counted),
            Words(name="reason", label="Why"),
        ),
        left_out={
            "in_denominator": "said in words under “Counted”",
            "in_numerator": "said in words under “Counted”",
            "flags": "codes of what to look at, which the reason says in words",
        },
    ),
)
