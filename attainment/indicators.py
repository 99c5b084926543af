"""NI 99, NI 100 and NI 101 of a year from the facts: every child of the year group with the reason.

The rules decide (attainment.rules, pupils.rules); this module reads the rows, in as few queries for
many children as for one, and counts.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, FilteredRelation, OuterRef, Q

from attainment.models import Qualification, Result
from attainment.rules import (
    NI_SPECS,
    ClosedSeries,
    Entry,
    NiCode,
    NiSpec,
    QualificationSpec,
    ResultFlag,
    Stage,
    achieves_5ac_em,
    best_ks2_outcome,
    check_series_open,
    ni_status,
)
from core.figures import Figure
from core.rules import birth_period_for
from pupils.models import CareEpisode, Pupil
from pupils.rules import (
    Basis,
    CohortDecision,
    CohortStatus,
    Window,
    YearGroup,
    continuously_looked_after,
    default_basis,
    looked_after_between,
    window_for,
    year_group_in,
)

EARLIEST_YEAR = 1998
"""The first SSDA903 of every child covers 1997/98; earlier years are typing errors."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What an authority decides for itself (indicators.md section 9); the defaults are the cautious ones."""

    ceased_on_snapshot_counts: bool = False
    recorded_year_wins: bool = True
    teacher_assessment_counts: bool = False

    @classmethod
    def of_installation(cls) -> "Choices":
        """As set for this installation (settings.INDICATOR_CHOICES)."""
        return cls(**settings.INDICATOR_CHOICES)

    @property
    def marks(self) -> str:
        """A letter for each choice that differs from the default, kept with the definition of every figure."""
        return "".join(
            letter
            for letter, differs in (
                ("c", self.ceased_on_snapshot_counts),
                ("a", not self.recorded_year_wins),
                ("t", self.teacher_assessment_counts),
            )
            if differs
        )


class Span(NamedTuple):
    """A care episode as the 12-month rule reads it."""

    decom: dt.date
    dec: dt.date | None
    rne: str
    ls: str
    rec: str


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One child under one indicator: in, out or review, above and below the line or not, and why."""

    pupil_id: int
    child_id: str
    upn: str
    status: CohortStatus
    in_denominator: bool
    in_numerator: bool
    reason: str
    flags: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "child_id": self.child_id,
            "upn": self.upn,
            "status": self.status.value,
            "in_denominator": self.in_denominator,
            "in_numerator": self.in_numerator,
            "reason": self.reason,
            "flags": list(self.flags),
        }


@dataclass(frozen=True)
class IndicatorComputation:
    """One indicator of one year: the figure, and each child of the year group looked after in the window.

    `provisional`: the snapshot day has not come yet, so children may still leave care before it.
    """

    spec: NiSpec
    assessment_year: int
    basis: Basis
    window: Window
    children: tuple[ChildLine, ...] = field(repr=False)
    matched_only: bool = False
    provisional: bool = False
    choices: Choices = field(default_factory=Choices)

    @property
    def code(self) -> NiCode:
        return self.spec.code

    @property
    def definition(self) -> str:
        """Version of the definition, kept with every figure: "NI 99 (2008)", with the authority's choices."""
        return f"{self.spec.definition_version} {self.choices.marks}".strip()

    @property
    def numerator(self) -> int:
        return sum(child.in_numerator for child in self.children)

    @property
    def denominator(self) -> int:
        return sum(child.in_denominator for child in self.children)

    @property
    def figure(self) -> Figure:
        return Figure(self.numerator, self.denominator)

    @property
    def review(self) -> int:
        """Children whose twelve months a person must look at; not counted."""
        return sum(child.status is CohortStatus.REVIEW for child in self.children)

    @property
    def unmatched(self) -> int:
        """Children of the 12-month cohort without any result of the stage and year (R-DEN-2)."""
        return sum(child.status is CohortStatus.IN and ResultFlag.NOT_MATCHED in child.flags for child in self.children)

    def as_dict(self, *, pupils: bool = False) -> dict[str, Any]:
        """As the command line prints it; `percent` is null for 0 of 0."""
        document: dict[str, Any] = {
            "code": self.code.value,
            "basis": self.basis.value,
            "as_at": self.window.as_at.isoformat(),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "percent": self.figure.percent(),
            "review": self.review,
            "unmatched": self.unmatched,
        }
        if pupils:
            document["pupils"] = [child.as_dict() for child in self.children]
        return document


@dataclass(frozen=True, slots=True)
class _Child:
    pupil_id: int
    child_id: str
    upn: str
    cohort: CohortDecision
    year_group: YearGroup


@dataclass
class _Results:
    """What one child's result rows say: outcomes by subject, KS4 entries, stages with any row."""

    tests: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    assessments: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    entries: list[Entry] = field(default_factory=list)
    matched: set[str] = field(default_factory=set)


def open_codes(assessment_year: int) -> list[NiCode]:
    """The indicators whose series has not closed by the year."""
    return [code for code, spec in NI_SPECS.items() if assessment_year <= spec.last_assessment_year]


def compute(
    assessment_year: int,
    *,
    basis: Basis | None = None,
    matched_only: bool = False,
    codes: Sequence[NiCode] | None = None,
    today: dt.date | None = None,
    choices: Choices | None = None,
) -> list[IndicatorComputation]:
    """NI 99, 100 and 101 of a year (1.1 to 1.7), or those of `codes`.

    `basis` is that of the year unless given (R-BASIS); `matched_only` counts only children with a result row
    (R-DEN-2). Listed are the children of the indicator's year group who were looked after at any time in the
    window. Raises ClosedSeries when a wanted series, or every one, has ended; ValueError for a wrong year.
    """
    if not EARLIEST_YEAR <= assessment_year <= 9998:
        raise ValueError(f"{assessment_year} is not an assessment year: write the year of the summer, 2009.")
    wanted = list(codes) if codes is not None else open_codes(assessment_year)
    for code in wanted or list(NI_SPECS):
        check_series_open(code, assessment_year)
    basis = basis or default_basis(assessment_year)
    choices = choices or Choices.of_installation()
    window = window_for(basis, assessment_year)
    years = {NI_SPECS[code].nc_year for code in wanted}
    children = _children_of_year_groups(assessment_year, years, window, choices)
    results = _results_of([child.pupil_id for child in children], assessment_year)
    return [
        IndicatorComputation(
            spec=NI_SPECS[code],
            assessment_year=assessment_year,
            basis=basis,
            window=window,
            children=tuple(
                _line(
                    NI_SPECS[code],
                    child,
                    results[child.pupil_id],
                    year=assessment_year,
                    matched_only=matched_only,
                    choices=choices,
                )
                for child in children
                if child.year_group.nc_year == NI_SPECS[code].nc_year
            ),
            matched_only=matched_only,
            provisional=today is not None and today < window.as_at,
            choices=choices,
        )
        for code in wanted
    ]


def _line(
    spec: NiSpec, child: _Child, results: _Results, *, year: int, matched_only: bool, choices: Choices
) -> ChildLine:
    status = ni_status(
        spec.code,
        assessment_year=year,
        cohort=child.cohort,
        year_group=child.year_group,
        ks2_tests=results.tests[spec.subject] if spec.subject else (),
        ks2_assessments=results.assessments[spec.subject] if spec.subject else (),
        ks4_entries=results.entries,
        is_matched=spec.stage.value in results.matched,
        matched_only=matched_only,
        teacher_assessment_counts=choices.teacher_assessment_counts,
    )
    return ChildLine(
        pupil_id=child.pupil_id,
        child_id=child.child_id,
        upn=child.upn,
        status=status.status,
        in_denominator=status.in_denominator,
        in_numerator=status.in_numerator,
        reason=status.reason,
        flags=tuple(str(flag) for flag in status.flags),
    )


# ---------------------------------------------------------------- the cohort


def _children_of_year_groups(
    assessment_year: int, nc_years: Iterable[int], window: Window, choices: Choices
) -> list[_Child]:
    """Children looked after in the window of the year groups by age or as recorded (R-YG-1, R-YG-2)."""
    academic_year = assessment_year - 1
    by_age = Q()
    for nc_year in nc_years:
        born = birth_period_for(nc_year, academic_year)
        by_age |= Q(dob__gte=born.from_on, dob__lt=born.to_on)
    rows = list(
        Pupil.objects.annotate(
            recorded=FilteredRelation("year_groups", condition=Q(year_groups__academic_year=academic_year))
        )
        .filter(by_age | Q(recorded__nc_year__in=list(nc_years)), _touched(window))
        .order_by("child_id")
        .values_list("pk", "child_id", "upn", "dob", "recorded__nc_year")
    )
    histories = episode_histories([row[0] for row in rows])
    found = []
    for pupil_id, child_id, upn, dob, recorded in rows:
        group = year_group_in(academic_year, dob=dob, recorded=recorded, recorded_wins=choices.recorded_year_wins)
        spans = histories[pupil_id]
        if looked_after_between(spans, window.start_on, window.as_at):
            found.append(_Child(pupil_id, child_id, upn, _decide(spans, window, choices), group))
    return found


def _touched(window: Window) -> Exists:
    touching = CareEpisode.objects.touching(window.start_on, window.as_at)
    return Exists(touching.filter(pupil=OuterRef("pk")))


def _decide(spans: Sequence[Span], window: Window, choices: Choices) -> CohortDecision:
    return continuously_looked_after(
        spans, as_at=window.as_at, ceased_on_snapshot_counts=choices.ceased_on_snapshot_counts
    )


def episode_histories(pupil_ids: Sequence[int]) -> dict[int, list[Span]]:
    """Each child's whole history in order: a successor may lie after any window."""
    histories: dict[int, list[Span]] = defaultdict(list)
    rows = (
        CareEpisode.objects.filter(pupil_id__in=pupil_ids)
        .order_by("pupil_id", "decom")
        .values_list("pupil_id", "decom", "dec", "rne", "ls", "rec")
    )
    for pupil_id, *span in rows.iterator(chunk_size=5000):
        histories[pupil_id].append(Span(*span))
    return histories


def cohort_of(
    window: Window, *, pupil_ids: Sequence[int] | None = None, choices: Choices | None = None
) -> dict[int, CohortDecision]:
    """Every child looked after at any time in the window, of any age, with the 12-month decision (1.3).

    `pupil_ids` asks about these children only.
    """
    choices = choices or Choices.of_installation()
    if pupil_ids is None:
        pupil_ids = list(Pupil.objects.filter(_touched(window)).order_by().values_list("pk", flat=True))
    return {
        pupil_id: _decide(spans, window, choices)
        for pupil_id, spans in episode_histories(pupil_ids).items()
        if looked_after_between(spans, window.start_on, window.as_at)
    }


def children_without_year_group(assessment_year: int, window: Window) -> list[int]:
    """Children of the window whose year group nobody knows: no date of birth and none recorded."""
    unknown = (
        Pupil.objects.annotate(
            recorded=FilteredRelation("year_groups", condition=Q(year_groups__academic_year=assessment_year - 1))
        )
        .filter(_touched(window), dob__isnull=True, recorded__nc_year__isnull=True)
        .order_by("child_id")
    )
    return list(unknown.values_list("pk", flat=True))


# ---------------------------------------------------------------- the results


def could_achieve(
    code: NiCode, assessment_year: int, pupil_ids: Sequence[int], *, choices: Choices | None = None
) -> set[int]:
    """Of these children, whatever their months in care: whose known results reach the indicator, or who have none."""
    choices = choices or Choices.of_installation()
    spec = NI_SPECS[code]
    found = _results_of(pupil_ids, assessment_year)

    def may(results: _Results) -> bool:
        if spec.stage.value not in results.matched:
            return True
        if spec.stage is Stage.KS4:
            return achieves_5ac_em(results.entries, assessment_year=assessment_year).achieved
        subject = spec.subject or ""
        tests, assessments = results.tests[subject], results.assessments[subject]
        return best_ks2_outcome(
            tests, assessments, teacher_assessment_counts=choices.teacher_assessment_counts
        ).in_numerator

    return {pupil_id for pupil_id in pupil_ids if may(found[pupil_id])}


def loaded_stages() -> set[tuple[str, int]]:
    """(stage, assessment year) of which any child has a result. One query."""
    return set(Result.objects.order_by().values_list("stage", "assessment_year").distinct())


def qualification_specs() -> dict[int, tuple[Qualification, QualificationSpec | None]]:
    """All qualifications as the rules read them; they are few."""
    return {row.pk: (row, row.spec) for row in Qualification.objects.all()}


def _results_of(pupil_ids: Sequence[int], assessment_year: int) -> dict[int, _Results]:
    """KS2 results of the year, and all KS4 results up to it (R-NUM-KS4-4: early entries count)."""
    found: dict[int, _Results] = defaultdict(_Results)
    known = qualification_specs()
    rows = (
        Result.objects.filter(pupil_id__in=pupil_ids)
        .filter(
            Q(stage=Stage.KS2, assessment_year=assessment_year)
            | Q(stage=Stage.KS4, assessment_year__lte=assessment_year)
        )
        .order_by("pk")
        .values_list(
            "pupil_id",
            "assessment_year",
            "stage",
            "subject",
            "subject_key",
            "qualification_id",
            "grade",
            "size",
            "level2_pass",
            "sat_on",
        )
    )
    for pupil_id, year, stage, subject, subject_key, qualification_id, grade, *rest in rows:
        mine = found[pupil_id]
        if year == assessment_year:
            mine.matched.add(stage)
        qualification, spec = known[qualification_id]
        if stage == Stage.KS4:
            mine.entries.append(Entry(subject, spec, grade, year, *rest))
        elif spec is not None:
            kept = mine.assessments if qualification.is_teacher_assessment else mine.tests
            kept[subject_key].append(grade)
    return found


__all__ = [
    "ChildLine",
    "Choices",
    "ClosedSeries",
    "IndicatorComputation",
    "Span",
    "children_without_year_group",
    "cohort_of",
    "compute",
    "could_achieve",
    "episode_histories",
    "loaded_stages",
    "open_codes",
    "qualification_specs",
]
