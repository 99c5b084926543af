"""NI 99, NI 100 and NI 101: one child under one indicator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from attainment.rules.ks2 import best_ks2_outcome
from attainment.rules.ks4 import Entry, Ks4Decision, achieves_5ac_em
from attainment.rules.qualifications import ENGLISH, MATHEMATICS
from attainment.rules.stages import ResultFlag, Stage
from core.rules import academic_year_label, year_group_label
from pupils.rules import CohortDecision, CohortStatus, YearGroup


class NiCode(StrEnum):
    """The National Indicators of the founding plan."""

    NI_99 = "NI 99"
    NI_100 = "NI 100"
    NI_101 = "NI 101"


@dataclass(frozen=True, slots=True)
class NiSpec:
    """One indicator: the year group and stage it looks at, and the last year of its series."""

    code: NiCode
    title: str
    short_title: str
    nc_year: int
    stage: Stage
    subject: str | None
    last_assessment_year: int
    definition_version: str


NI_SPECS: Mapping[NiCode, NiSpec] = MappingProxyType(
    {
        NiCode.NI_99: NiSpec(
            NiCode.NI_99, "Children in care reaching level 4 in English at Key Stage 2",
            "Level 4 English, Key Stage 2", 6, Stage.KS2, ENGLISH, 2015, "NI 99 (2008)",
        ),
        NiCode.NI_100: NiSpec(
            NiCode.NI_100, "Children in care reaching level 4 in mathematics at Key Stage 2",
            "Level 4 mathematics, Key Stage 2", 6, Stage.KS2, MATHEMATICS, 2015, "NI 100 (2008)",
        ),
        NiCode.NI_101: NiSpec(
            NiCode.NI_101,
            "Children in care achieving 5 A*-C GCSEs or equivalent at Key Stage 4 "
            "including English and mathematics",
            "5 A*-C with English and mathematics, Key Stage 4", 11, Stage.KS4, None, 2016, "NI 101 (2008)",
        ),
    }
)  # fmt: skip


class ClosedSeries(ValueError):
    """The indicator is not defined for the year asked for."""


def check_series_open(code: NiCode, assessment_year: int) -> None:
    """ClosedSeries after the last year of the series: levels ended with 2015, A*-C with 2016 (1.6, 1.7)."""
    last = NI_SPECS[code].last_assessment_year
    if assessment_year > last:
        raise ClosedSeries(f"{code} is a closed series: its last year is {last}, not {assessment_year}.")


@dataclass(frozen=True, slots=True)
class NiStatus:
    """One child under one indicator. `status` is that of the 12-month cohort; the reason names nobody."""

    status: CohortStatus
    in_denominator: bool
    in_numerator: bool
    reason: str
    flags: tuple[str, ...] = ()
    ks4: Ks4Decision | None = None


def ni_status(
    code: NiCode,
    *,
    assessment_year: int,
    cohort: CohortDecision,
    year_group: YearGroup,
    ks2_tests: Sequence[str] = (),
    ks2_assessments: Sequence[str] = (),
    ks4_entries: Sequence[Entry] = (),
    is_matched: bool = True,
    matched_only: bool = False,
    teacher_assessment_counts: bool = False,
) -> NiStatus:
    """Whether a child counts under NI 99, 100 or 101, and why (1.1 to 1.7).

    `cohort` is the decision of the 12-month rule for the basis and year, `year_group` that of the academic
    year of the assessment. `ks2_tests` and `ks2_assessments` are the outcomes of the indicator's own subject
    and year; `ks4_entries` are all the child's KS4 results. `is_matched` says that the child has a result row
    of that stage and year: with `matched_only` the others leave the denominator (R-DEN-2).
    Raises ClosedSeries after the last year of the series.
    """
    check_series_open(code, assessment_year)
    spec = NI_SPECS[code]
    flags: tuple[str, ...] = (*cohort.flags, *year_group.flags)
    if not is_matched:
        flags += (ResultFlag.NOT_MATCHED,)
    if cohort.status is not CohortStatus.IN:
        return NiStatus(cohort.status, False, False, cohort.reason, flags)
    if year_group.nc_year != spec.nc_year:
        year = academic_year_label(assessment_year - 1)
        reason = f"{year_group_label(year_group.nc_year)} in {year}, not {year_group_label(spec.nc_year)}."
        return NiStatus(cohort.status, False, False, reason, flags)
    if matched_only and not is_matched:
        reason = f"No {spec.stage} result of {assessment_year} is matched to the child."
        return NiStatus(cohort.status, False, False, reason, flags)
    if spec.stage is Stage.KS4:
        ks4 = achieves_5ac_em(ks4_entries, assessment_year=assessment_year)
        return NiStatus(cohort.status, True, ks4.achieved, ks4.reason, (*flags, *ks4.flags), ks4)
    outcome = best_ks2_outcome(ks2_tests, ks2_assessments, teacher_assessment_counts=teacher_assessment_counts)
    return NiStatus(
        cohort.status,
        outcome.in_denominator,
        outcome.in_numerator,
        f"{outcome.words}.",
        (*flags, *outcome.flags),
    )
