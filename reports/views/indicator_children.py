"""The named children behind an indicator's bars, and the rows that each child's line rests on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from attainment.indicators import EARLIEST_YEAR, Choices, cohort_of
from attainment.models import IndicatorFigure, IndicatorPupil, Result
from attainment.outcomes import decide_ks4, flag_advice
from attainment.rules import NI_SPECS, NiSpec, ResultFlag, Stage
from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.roles import Permission
from core.rules import academic_year_label, year_group_label
from core.scoping import require
from pupils.models import CareEpisode, Pupil, YearGroup
from pupils.rules import (
    Basis,
    CohortDecision,
    CohortStatus,
    default_basis,
    describe_ceased_reason,
    describe_legal_status,
    describe_new_episode,
    window_for,
    year_group_in,
)
from pupils.rules import YearGroup as PupilYearGroup
from reports.targets import code_of

PER_PAGE = 50


STEPS = {
    "looked-after": "looked after at any time in the twelve months",
    "twelve-months": "looked after for all twelve months",
    "year-group": "of the year group, looked after for all twelve months",
    "denominator": "in the denominator",
    "numerator": "in the numerator",
    "not-achieved": "in the denominator and not in the numerator",
    "out": "of the year group who are left out",
    "review": "to review",
    "unmatched": "without any result",
}


@dataclass(frozen=True)
class Selected:
    """The indicator, year and basis of an address, with the stored figure (None before it was computed)."""

    spec: NiSpec
    year: int
    basis: Basis
    figure: IndicatorFigure | None
    slug: str

    @property
    def query(self) -> str:
        """What an address needs to name a basis that is not the year's own."""
        return "" if self.basis is default_basis(self.year) else f"?basis={self.basis.value}"

    def url(self, name: str, *args: Any) -> str:
        """Address of a page below this one."""
        return reverse(f"reports:{name}", args=[self.slug, self.year, *args]) + self.query

    @property
    def title(self) -> str:
        """ "NI 99, summer 2009"."""
        return f"{self.spec.code}, summer {self.year}"

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        return [("Indicators", reverse("reports:indicators")), (self.title, self.url("indicator"))]


def select(request: HttpRequest, slug: str, year: int) -> Selected:
    """Read the address. 403 without the permission, 404 for an unknown indicator or a year after its last."""
    require(request, Permission.SEE_INDICATORS)
    code = code_of(slug)
    if code is None or not EARLIEST_YEAR <= year <= NI_SPECS[code].last_assessment_year:
        raise Http404("There is no such indicator and year.")
    wanted = request.GET.get("basis", "")
    basis = Basis(wanted) if wanted in set(Basis) else default_basis(year)
    figure = IndicatorFigure.objects.filter(code=code.value, assessment_year=year, basis=basis.value).first()
    return Selected(NI_SPECS[code], year, basis, figure, slug)


def lines_of(request: HttpRequest, figure: IndicatorFigure) -> list[IndicatorPupil]:
    """Every child of a figure whom the person may see, by name."""
    rows = IndicatorPupil.objects.visible_to(request.user).filter(figure=figure).select_related("pupil")
    return list(rows.order_by("pupil__sort_name", "pupil__child_id"))


def is_unmatched(line: IndicatorPupil) -> bool:
    """In the cohort and year group, and without any result of the stage and year."""
    return line.status == CohortStatus.IN.value and ResultFlag.NOT_MATCHED.value in line.flags


@dataclass(frozen=True)
class ListedChild:
    """One row of a named list: the child, the word and colour of the tag, the reason, where its rows are."""

    pupil: Pupil
    word: str
    colour: str
    reason: str
    url: str = ""


def children(request: HttpRequest, slug: str, year: int, step: str) -> HttpResponse:
    """The named children behind one bar, each with the reason in a sentence."""
    chosen = select(request, slug, year)
    listed = _listed(request, chosen, step)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": len(listed), "indicator": slug, "year": year, "step": step})
    context = {
        "page_title": f"{chosen.title}: children {STEPS[step]}",
        "crumbs": chosen.crumbs,
        "chosen": chosen,
        "page": page,
        "total": len(listed),
        "live": step in {"looked-after", "twelve-months"},
        "can_export": request.user.can(Permission.EXPORT_PUPILS),  # type: ignore[union-attr]
        "csv_url": chosen.url("indicator_export", step, "csv"),
        "xlsx_url": chosen.url("indicator_export", step, "xlsx"),
    }
    return render(request, "reports/indicators/children.html", context)


@limited(Limit.EXPORTS)
def export(request: HttpRequest, slug: str, year: int, step: str, extension: str) -> HttpResponseBase:
    """The same list as CSV or XLSX."""
    chosen = select(request, slug, year)
    require(request, Permission.EXPORT_PUPILS)
    if extension not in {"csv", "xlsx"}:
        raise Http404("There is no such kind of file.")
    listed = _listed(request, chosen, step)
    record_access(request, Access.EXPORTED, detail={"rows": len(listed), "indicator": slug, "year": year, "step": step})
    rows = ([c.pupil.child_id, c.pupil.upn, c.pupil.display_name, c.word, c.reason] for c in listed)
    document = Export(f"{slug} {year} {step}", ["Child id", "UPN", "Name", "Counts", "Why"], rows)
    today = timezone.localdate()
    return csv_response(document, on=today) if extension == "csv" else xlsx_response(document, on=today)


def _listed(request: HttpRequest, chosen: Selected, step: str) -> list[ListedChild]:
    if step not in STEPS or chosen.figure is None:
        raise Http404("There is no such list.")
    if step in {"looked-after", "twelve-months"}:
        return _of_all_ages(request, chosen, only_in=step == "twelve-months")
    keep = {
        "year-group": lambda line: line.status == "in",
        "denominator": lambda line: line.in_denominator,
        "numerator": lambda line: line.in_numerator,
        "not-achieved": lambda line: line.in_denominator and not line.in_numerator,
        "out": lambda line: line.status == "out" or (line.status == "in" and not line.in_denominator),
        "review": lambda line: line.status == "review",
        "unmatched": is_unmatched,
    }[step]
    return [
        ListedChild(line.pupil, *tag_of(line), line.reason, chosen.url("indicator_child", line.pupil_id))
        for line in lines_of(request, chosen.figure)
        if keep(line)
    ]


def tag_of(line: IndicatorPupil) -> tuple[str, str]:
    """How a child counts, as a word with a colour."""
    if line.status == CohortStatus.REVIEW.value:
        return "To review", "orange"
    if line.in_numerator:
        return "Achieved", "green"
    if line.in_denominator:
        return "Not achieved", "yellow"
    return "Not counted", "grey"


def _of_all_ages(request: HttpRequest, chosen: Selected, *, only_in: bool) -> list[ListedChild]:
    """Children of every age by the 12-month rule, decided now."""
    tags = {
        CohortStatus.IN: ("All twelve months", "green"),
        CohortStatus.OUT: ("Not all", "grey"),
        CohortStatus.REVIEW: ("To review", "orange"),
    }
    decisions = cohort_of(window_for(chosen.basis, chosen.year))
    pupils = Pupil.objects.visible_to(request.user).filter(pk__in=list(decisions)).order_by("sort_name", "child_id")
    return [
        ListedChild(pupil, *tags[decision.status], decision.reason, chosen.url("indicator_child", pupil.pk))
        for pupil in pupils
        if (decision := decisions[pupil.pk]).status is CohortStatus.IN or not only_in
    ]


def child(request: HttpRequest, slug: str, year: int, pupil_id: int) -> HttpResponse:
    """Why one child counts or not, and the rows that this rests on: episodes, year group, results."""
    chosen = select(request, slug, year)
    pupil = get_object_or_404(Pupil.objects.visible_to(request.user), pk=pupil_id)
    record_access(request, Access.OPENED, subject=pupil, detail={"indicator": slug, "year": year})
    window = window_for(chosen.basis, year)
    line = (
        IndicatorPupil.objects.visible_to(request.user).filter(figure=chosen.figure, pupil=pupil).first()
        if chosen.figure
        else None
    )
    recorded = YearGroup.objects.visible_to(request.user).filter(pupil=pupil, academic_year=year - 1).first()
    group = year_group_in(
        year - 1,
        dob=pupil.dob,
        recorded=recorded.nc_year if recorded else None,
        recorded_wins=Choices.of_installation().recorded_year_wins,
    )
    decision = cohort_of(window, pupil_ids=[pupil.pk]).get(pupil.pk)
    context = {
        "page_title": f"{pupil.display_name} in {chosen.spec.code}, summer {year}",
        "crumbs": chosen.crumbs,
        "chosen": chosen,
        "pupil": pupil,
        "line": line,
        "reason": line.reason if line else _not_listed(chosen, decision, group),
        "tag": tag_of(line) if line else ("Not listed", "grey"),
        "decision": decision,
        "window": window,
        "group": group,
        "flag_words": flag_advice(line.flags) if line else [],
        "wanted_group": year_group_label(chosen.spec.nc_year),
        "group_words": year_group_label(group.nc_year),
        "by_age_words": year_group_label(group.by_age),
        "school_year": academic_year_label(year - 1),
        "results": _results_behind(request, chosen, pupil),
        **_episodes_behind(request, pupil, window.start_on, window.as_at),
    }
    return render(request, "reports/indicators/child.html", context)


def _not_listed(chosen: Selected, decision: CohortDecision | None, group: PupilYearGroup) -> str:
    """Why the figure does not list the child at all."""
    if decision is None:
        return "Not looked after on any day of the twelve months."
    if group.nc_year != chosen.spec.nc_year:
        year = academic_year_label(chosen.year - 1)
        return f"{year_group_label(group.nc_year)} in {year}, not {year_group_label(chosen.spec.nc_year)}."
    return f"{decision.reason} The figure was computed before this was known."


def _episodes_behind(request: HttpRequest, pupil: Pupil, start_on: date, as_at: date) -> dict[str, Any]:
    if not request.user.can(Permission.SEE_CARE_DETAIL):  # type: ignore[union-attr]
        return {"episodes": None}
    rows = CareEpisode.objects.visible_to(request.user).filter(pupil=pupil).order_by("decom")
    return {
        "episodes": [
            {
                "episode": e,
                "began": describe_new_episode(e.rne),
                "status": describe_legal_status(e.ls),
                "ceased": describe_ceased_reason(e.rec) if e.dec else "",
                "touches": e.decom <= as_at and (e.dec is None or e.dec >= start_on),
            }
            for e in rows
        ],
    }


def _results_behind(request: HttpRequest, chosen: Selected, pupil: Pupil) -> list[tuple[Result, str]]:
    """The result rows that the indicator looks at, each with what it counts for."""
    results = list(
        Result.objects.visible_to(request.user)
        .filter(pupil=pupil, stage=chosen.spec.stage, assessment_year__lte=chosen.year)
        .select_related("qualification")
        .order_by("subject", "sat_on", "pk")
    )
    if chosen.spec.stage is Stage.KS4:
        counted, decision = decide_ks4(results, assessment_year=chosen.year)
        return [
            (result, f"{line.words}: {line.counts.normalize():f}" if line.counts else line.words)
            for result, line in zip(counted, decision.lines, strict=True)
        ]
    return [
        (result, "Looked at" if result.subject_key == chosen.spec.subject else "Another subject")
        for result in results
        if result.assessment_year == chosen.year
    ]
