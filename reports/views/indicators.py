"""Indicator pages: the years side by side, a year's waterfall, and the named children behind every bar."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from attainment.indicators import ClosedSeries, could_achieve
from attainment.models import IndicatorFigure, IndicatorPupil
from attainment.outcomes import flag_advice
from attainment.rules import NI_SPECS, NiCode, NiSpec, ResultFlag, Stage
from attainment.services import compute_and_store
from core.audit import Access, record_access
from core.charts import Chart, Series, Step, line_chart, waterfall_chart
from core.figures import Figure
from core.models import FeedRun, User
from core.roles import Permission
from core.rules import academic_year_label, year_group_label
from core.scoping import require
from core.wording import and_list, moment, short_date
from pupils.rules import LAST_OC2_YEAR, Basis, CohortStatus, default_basis, window_for
from reports.forms import ChooseTargetForm, ComputeForm, TargetForm
from reports.models import IndicatorTarget
from reports.permissions import check_can_set_targets
from reports.rules import percent_words
from reports.services import set_target
from reports.targets import (
    NO_RESULTS,
    IndicatorYear,
    indicator_years,
    slug_of,
)
from reports.views.indicator_children import Selected, is_unmatched, lines_of, select

FACTS = ("ssda903", "roll", "results")
"""Kinds of feed that may change an indicator."""
NOT_ELIGIBLE = {Stage.KS2: "not eligible for the test", Stage.KS4: "without results that can be counted"}
"""Why a child of the cohort leaves the denominator."""

# ---------------------------------------------------------------- the years side by side


def overview(request: HttpRequest) -> HttpResponse:
    """Each indicator with its latest year large, all years in a table, and the trend with its break."""
    require(request, Permission.SEE_INDICATORS)
    found = indicator_years(today=timezone.localdate())
    record_access(request, Access.LISTED, detail={"rows": sum(map(len, found.values()))})
    context = {
        "page_title": "Indicators",
        "blocks": [_block(code, years) for code, years in found.items()],
        "may_set": request.user.can(Permission.SET_TARGETS),  # type: ignore[union-attr]
        "stale_words": stale_words(y.row for years in found.values() for y in years if y.row is not None),
    }
    return render(request, "reports/indicators/overview.html", context)


def _block(code: NiCode, years: Sequence[IndicatorYear]) -> dict[str, Any]:
    """One indicator of the overview."""
    latest = next((y for y in years if y.figure is not None), None)
    block: dict[str, Any] = {
        "spec": NI_SPECS[code],
        "slug": slug_of(code),
        "rows": [_row(y, before) for y, before in zip(years, _previous(years), strict=True)],
        "chart": trend(NI_SPECS[code], years),
    }
    if latest is not None and latest.figure is not None:
        block |= {
            "latest_label": f"Summer {latest.year}: {NI_SPECS[code].short_title}",
            "latest_value": latest.figure.percent_label(),
            "latest_detail": f"{latest.figure.n_of_d()}. {latest.basis.label} {latest.year}. {latest.standing.words}.",
            "latest_url": _url("indicator", latest),
            "ahead": _ahead(years, latest),
        }
    return block


def _ahead(years: Sequence[IndicatorYear], latest: IndicatorYear) -> list[tuple[str, str]]:
    """What stands before and after the latest figure: the plan's own numbers beside it."""
    rows = []
    for entry in years:
        aims = entry.target
        if aims is None or entry.basis is not default_basis(entry.year) or entry.year < latest.year - 1:
            continue
        for name, value in (
            ("Stated in the plan", aims.stated_outcome),
            ("Prediction", aims.prediction),
            ("Target", aims.target),
        ):
            if value is not None:
                rows.append((f"{name}, summer {entry.year}", percent_words(value)))
    return rows


def _row(entry: IndicatorYear, before: IndicatorYear | None) -> dict[str, Any]:
    """One year of the table, every cell as text."""
    aims = entry.target
    review = entry.row.review if entry.row else 0
    return {
        "entry": entry,
        "result": outcome_words(entry),
        "review_words": f"{review:,} to review" if review else "",
        "stated": percent_words(aims.stated_outcome) if aims and aims.stated_outcome is not None else "",
        "before": outcome_words(before) if before else "–",
        "prediction": percent_words(aims.prediction) if aims and aims.prediction is not None else "–",
        "target": percent_words(aims.target) if aims and aims.target is not None else "–",
        "url": _url("indicator", entry),
        "target_url": reverse("reports:indicator_target", args=[entry.slug, entry.year]),
    }


def _url(name: str, entry: IndicatorYear) -> str:
    query = "" if entry.basis is default_basis(entry.year) else f"?basis={entry.basis.value}"
    return reverse(f"reports:{name}", args=[entry.slug, entry.year]) + query


def outcome_words(entry: IndicatorYear) -> str:
    """The figure with n of d; else the outcome that the plan states; else that there are no results, or a dash."""
    if entry.figure is not None:
        return entry.figure.text()
    if entry.target is not None and entry.target.stated_outcome is not None:
        return f"{percent_words(entry.target.stated_outcome)} (stated in the plan)"
    return "–" if entry.row is None else NO_RESULTS


def _previous(years: Sequence[IndicatorYear]) -> list[IndicatorYear | None]:
    """For each entry the year before, on that year's own basis."""
    usual = {y.year: y for y in years if y.basis is default_basis(y.year)}
    return [usual.get(y.year - 1) for y in years]


def trend(spec: NiSpec, years: Sequence[IndicatorYear]) -> Chart | None:
    """Results, predictions and targets by year; no line crosses from the 2009 to the 2010 basis (1.2)."""
    usual = sorted((y for y in years if y.basis is default_basis(y.year)), key=lambda y: y.year)
    if len(usual) < 2:
        return None
    positions = [y.year for y in usual]
    series = [Series("Result", [y.percent for y in usual])]
    for name, values in (
        ("Prediction", [y.target.prediction if y.target else None for y in usual]),
        ("Target", [y.target.target if y.target else None for y in usual]),
    ):
        if any(value is not None for value in values):
            series.append(Series(name, values))
    before = [n for n, year in enumerate(positions) if year <= LAST_OC2_YEAR]
    crosses = bool(before) and len(before) < len(positions)
    return line_chart(
        f"{spec.code} by summer",
        [str(year) for year in positions],
        series,
        position_label="Summer",
        unit="%",
        decimals=1,
        minimum=0,
        break_after=before[-1] if crosses else None,
        break_label="Basis changed: 30 September to 31 March",
    )


def stale_words(figures: Iterable[IndicatorFigure]) -> str:
    """Names the summers of these figures that were computed before the newest facts came; empty while none was."""
    later = FeedRun.objects.filter(kind__in=FACTS, status=FeedRun.Status.APPLIED, applied_at__isnull=False)
    newest = later.order_by("-applied_at").values_list("applied_at", flat=True).first()
    stale = [figure for figure in figures if newest is not None and figure.computed_at < newest]
    if not stale:
        return ""
    years = sorted({str(figure.assessment_year) for figure in stale})
    return (
        f"New facts came on {moment(newest)}, after the figures of summer {and_list(years)} were computed. "
        "They are computed again every night; compute a year to see it now."
    )


def compute_now(request: HttpRequest) -> HttpResponse:
    """Compute one year while the person waits (it takes a moment); the night does all years."""
    require(request, Permission.SEE_INDICATORS)
    form = ComputeForm(request.POST or None, cancel_url=reverse("reports:indicators"))
    if request.method == "POST" and form.is_valid():
        year, chosen = form.cleaned_data["year"], form.cleaned_data["basis"]
        assert isinstance(request.user, User)
        try:
            figures = compute_and_store(
                year=year, actor=request.user, basis=Basis(chosen) if chosen else None, today=timezone.localdate()
            )
        except ClosedSeries:
            form.add_error("year", f"The series closed before {year}: NI 99 and 100 with 2015, NI 101 with 2016")
        else:
            told = ", ".join(f"{f.code} {f.figure.text()}" for f in figures)
            messages.success(request, f"Summer {year} is computed: {told}.")
            return redirect("reports:indicators")
    context = {
        "page_title": "Compute a year's indicators",
        "form": form,
        "crumbs": [("Indicators", reverse("reports:indicators"))],
    }
    return render(request, "layouts/form.html", context)


# ---------------------------------------------------------------- one year


def detail(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """One indicator in one year: the figure, the waterfall down to it, and what would change it."""
    chosen = select(request, slug, year)
    entries = indicator_years(today=timezone.localdate(), codes=[chosen.spec.code])[chosen.spec.code]
    entry = next((e for e in entries if e.year == year and e.basis is chosen.basis), None)
    before = next((e for e in entries if e.year == year - 1 and e.basis is default_basis(year - 1)), None)
    context: dict[str, Any] = {
        "page_title": f"{chosen.title}",
        "crumbs": chosen.crumbs[:1],
        "chosen": chosen,
        "entry": entry,
        "facts": _facts(chosen, entry, before),
        "may_set": request.user.can(Permission.SET_TARGETS),  # type: ignore[union-attr]
        "target_url": reverse("reports:indicator_target", args=[slug, year]),
        "compute_url": reverse("reports:compute_indicators"),
        "stale_words": stale_words([chosen.figure] if chosen.figure else []),
    }
    if chosen.figure is not None:
        lines = lines_of(request, chosen.figure)
        record_access(request, Access.LISTED, detail={"rows": len(lines), "indicator": slug, "year": year})
        context |= _behind(chosen, chosen.figure, lines)
    return render(request, "reports/indicators/detail.html", context)


def _facts(chosen: Selected, entry: IndicatorYear | None, before: IndicatorYear | None) -> list[tuple[str, str]]:
    """What stands beside the figure, each as (name, words)."""
    aims = entry.target if entry else None
    window = window_for(chosen.basis, chosen.year)
    rows = [
        ("Summer before", outcome_words(before) if before else "–"),
        ("Prediction", percent_words(aims.prediction) if aims and aims.prediction is not None else "–"),
        ("Target", percent_words(aims.target) if aims and aims.target is not None else "–"),
        ("Twelve months", f"{short_date(window.start_on)} to {short_date(window.as_at)}"),
        ("Year group", f"{year_group_label(chosen.spec.nc_year)} in {academic_year_label(chosen.year - 1)}"),
    ]
    if aims is not None and aims.stated_outcome is not None:
        rows.insert(1, ("Stated in the plan", percent_words(aims.stated_outcome)))
    if aims is not None and aims.awaited_on is not None:
        rows.append(("Results expected by", short_date(aims.awaited_on)))
    if chosen.figure is not None:
        figure = chosen.figure.figure
        rounded = ", ".join(figure.percent_label(places) for places in (0, 2))
        rows += [
            ("With none or two decimals", rounded),
            ("Definition", chosen.figure.definition),
            ("Computed", moment(chosen.figure.computed_at)),
        ]
    return rows


def _behind(chosen: Selected, figure: IndicatorFigure, lines: Sequence[IndicatorPupil]) -> dict[str, Any]:
    """The waterfall and the lists under it."""
    review = [line for line in lines if line.status == CohortStatus.REVIEW.value]
    unmatched = [line for line in lines if is_unmatched(line)]
    flagged = [line for line in lines if line.status == "in" and set(line.flags) - {ResultFlag.NOT_MATCHED.value}]
    counted = [line for line in lines if line.in_denominator and not is_unmatched(line)]
    lists = ("not-achieved", "out", "unmatched")
    return {
        "chart": waterfall(chosen),
        "review": _with_advice(chosen, review),
        "could_be": _could_be(chosen, figure, [line.pupil_id for line in review]),
        "unmatched": unmatched,
        "matched_only": Figure(sum(line.in_numerator for line in counted), len(counted)),
        "not_achieved": figure.denominator - figure.numerator,
        "out": sum(not line.in_denominator and line.status != "review" for line in lines),
        "out_words": _out_words(chosen, lines),
        "flagged": _with_advice(chosen, flagged),
        "flagged_words": f"Counted children with something to look at ({len(flagged):,})",
        "links": {name.replace("-", "_"): chosen.url("indicator_children", name) for name in lists},
    }


def _out_words(chosen: Selected, lines: Sequence[IndicatorPupil]) -> str:
    """Who of the year group is left out: always the short stays, and those not eligible where there are any."""
    words = f"{year_group_label(chosen.spec.nc_year)}, but not looked after for all twelve months"
    not_eligible = any(line.status == CohortStatus.IN.value and not line.in_denominator for line in lines)
    return f"{words}, or {NOT_ELIGIBLE[chosen.spec.stage]}" if not_eligible else words


def _with_advice(chosen: Selected, lines: Sequence[IndicatorPupil]) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "advice": " ".join(flag_advice(f for f in line.flags if f != ResultFlag.NOT_MATCHED)),
            "url": chosen.url("indicator_child", line.pupil_id),
        }
        for line in lines
    ]


def _could_be(chosen: Selected, figure: IndicatorFigure, review: Sequence[int]) -> tuple[str, str] | None:
    """The figure if no child to review achieved it, and if all did whose known results allow it; None without any."""
    if not review:
        return None
    counted = figure.denominator + len(review)
    low = Figure(figure.numerator, counted)
    high = Figure(figure.numerator + len(could_achieve(chosen.spec.code, chosen.year, review)), counted)
    return low.text(), high.text()


def waterfall(chosen: Selected) -> Chart:
    """From all children looked after in the window down to those who achieved it; each bar links to its list."""
    figure = chosen.figure
    assert figure is not None
    group = year_group_label(chosen.spec.nc_year)
    in_group = figure.pupils.filter(status=CohortStatus.IN.value).count()
    steps = [
        Step(
            "Looked after at any time in the window",
            figure.looked_after,
            link=chosen.url("indicator_children", "looked-after"),
        ),
        Step(
            "For all twelve months",
            figure.continuous,
            "came, left or in short breaks, or to review",
            chosen.url("indicator_children", "twelve-months"),
        ),
        Step(
            f"{group} in {academic_year_label(chosen.year - 1)}",
            in_group,
            "in other year groups",
            chosen.url("indicator_children", "year-group"),
        ),
        Step(
            "Denominator",
            figure.denominator,
            NOT_ELIGIBLE[chosen.spec.stage],
            chosen.url("indicator_children", "denominator"),
        ),
        Step(
            "Numerator",
            figure.numerator,
            "did not achieve it",
            chosen.url("indicator_children", "numerator"),
        ),
    ]
    return waterfall_chart(f"{chosen.title}: who counts", steps)


# ---------------------------------------------------------------- targets


def target(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Enter what the plan says of an indicator and year."""
    chosen = select(request, slug, year)
    assert isinstance(request.user, User)
    check_can_set_targets(request.user)
    row = IndicatorTarget.objects.filter(code=chosen.spec.code.value, assessment_year=year).first()
    form = TargetForm(request.POST or None, row=row, cancel_url=reverse("reports:indicators"))
    if request.method == "POST" and form.is_valid():
        saved = set_target(code=chosen.spec.code, year=year, actor=request.user, **form.cleaned_data)
        said = [
            f"{name} {percent_words(value)}"
            for name, value in (("target", saved.target), ("prediction", saved.prediction))
            if value is not None
        ]
        messages.success(request, f"{chosen.title}: {', '.join(said) or 'no target and no prediction'}.")
        return redirect("reports:indicators")
    context = {
        "page_title": f"Target and prediction: {chosen.title}",
        "form": form,
        "crumbs": chosen.crumbs[:1],
    }
    return render(request, "layouts/form.html", context)


def choose_target(request: HttpRequest) -> HttpResponse:
    """Which indicator and year to enter a target for."""
    require(request, Permission.SEE_INDICATORS)
    assert isinstance(request.user, User)
    check_can_set_targets(request.user)
    form = ChooseTargetForm(request.POST or None, cancel_url=reverse("reports:indicators"))
    if request.method == "POST" and form.is_valid():
        return redirect("reports:indicator_target", slug=form.cleaned_data["slug"], year=form.cleaned_data["year"])
    context = {
        "page_title": "Add a target or prediction",
        "form": form,
        "crumbs": [("Indicators", reverse("reports:indicators"))],
    }
    return render(request, "layouts/form.html", context)
