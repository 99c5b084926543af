"""Behind a report's figures: beside those of an earlier report, and the children whom each counts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.audit import Access, record_access
from core.figures import NOT_APPLICABLE, round_half_up
from core.roles import Permission
from core.rules import Season
from core.scoping import require
from pupils.matching import present_keys
from pupils.models import Pupil
from reports import termly
from reports.models import ReportRun
from reports.rules import Audience, ReportState
from reports.sections import View
from reports.views.reports import crumbs_of, get_run

A_PAGE = 100
NOT_COMPARABLE = "not comparable: the rule changed"
OTHER_BASIS = "not comparable: another snapshot day"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure beside the same one of an earlier report."""

    group: str
    label: str
    now: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An earlier report to compare with, and which term it is of, in words."""

    run: ReportRun
    which: str


def run_before(run: ReportRun, user: Any) -> Beside | None:
    """A frozen report of the term just before, else of the same term a year before; withdrawn ones are none.

    Other terms are no comparison (OURS). Of several of one term the newest day counts, approved before drafts.
    """
    seasons = list(Season)
    place = seasons.index(Season(run.season))
    terms = (
        (run.academic_year if place else run.academic_year - 1, seasons[place - 1], "the term just before"),
        (run.academic_year - 1, seasons[place], "the same term a year before"),
    )
    for year, season, which in terms:
        rows = ReportRun.objects.visible_to(user).of_term(year, season.value).filter(frozen_at__isnull=False)
        rows = rows.exclude(state=ReportState.WITHDRAWN.value)
        found = rows.order_by("-as_at", F("approved_at").desc(nulls_last=True), "-pk").first()
        if found is not None:
            return Beside(found, which)
    return None


def others_of(run: ReportRun, user: Any) -> list[ReportRun]:
    """The reports that this one may be held against, the newest day first: frozen ones, without those withdrawn."""
    rows = ReportRun.objects.visible_to(user).filter(frozen_at__isnull=False).exclude(pk=run.pk)
    rows = rows.exclude(state=ReportState.WITHDRAWN.value).defer("figures", "cohorts", "definitions")
    return list(rows.order_by("-as_at", "-pk"))


def _beside(run: ReportRun, others: list[ReportRun], wanted: str, user: Any) -> Beside | None:
    """The report asked for, else the one to compare with by rule, else the newest other. 404 for one not on offer."""
    usual = run_before(run, user)
    if not wanted and usual is not None:
        return usual
    found = next((one for one in others if str(one.pk) == wanted or not wanted), None)
    if found is None:
        if wanted:
            raise Http404("There is no such report to compare with.")
        return None
    if usual is not None and usual.run.pk == found.pk:
        return usual
    return Beside(found, f"the {found.term_label[:1].lower()}{found.term_label[1:]}")


def changes_since(run: ReportRun, before: ReportRun) -> list[Change]:
    """The figures that both reports have, in the report's order, with the change; restricted figures."""
    now, then = (termly.view_of(one, Audience.RESTRICTED) for one in (run, before))
    return [
        *_counts(now, then, "roll.", "Roll"),
        *_attendance(now, then),
        *_indicators(now, then),
        *_counts(now, then, "quality.", "Data quality"),
    ]


def _indicators(now: View, then: View) -> Iterator[Change]:
    earlier = {one["code"]: one for one in (then.data("attainment") or {"indicators": []})["indicators"]}
    for one in (now.data("attainment") or {"indicators": []})["indicators"]:
        other = earlier.get(one["code"])
        if other is not None:
            pair = f"{one['name']}.n", f"{one['name']}.d"
            other_pair = f"{other['name']}.n", f"{other['name']}.d"
            change = _share("Attainment", one["code"], now, then, pair=pair, other=other_pair)
            yield change if one["basis"] == other["basis"] else replace(change, change=OTHER_BASIS)


def _attendance(now: View, then: View) -> Iterator[Change]:
    rules = [(view.data("attendance") or {}).get("persistent_words") for view in (now, then)]
    for level, label, name in (now.data("attendance") or {"groups": []})["groups"]:
        if level == "year" or f"{name}.attended" not in then.figures["numbers"]:
            continue
        for words, part, whole in (
            ("attendance", "attended", "possible"),
            ("persistently absent", "persistent", "children"),
            ("severely absent", "severe", "children"),
        ):
            pair = f"{name}.{part}", f"{name}.{whole}"
            change = _share("Attendance", f"{label}: {words}", now, then, pair=pair, other=pair)
            differs = part == "persistent" and rules[0] != rules[1]
            yield replace(change, change=NOT_COMPARABLE) if differs else change


def _counts(now: View, then: View, prefix: str, group: str) -> Iterator[Change]:
    unprinted = set(now.figures["unprinted"])
    for name in now.figures["order"]:
        value, earlier = now.figures["numbers"][name], then.figures["numbers"].get(name)
        if not name.startswith(prefix) or earlier is None or name in unprinted:
            continue
        change = "no change" if value == earlier else f"{value - earlier:+,}"
        yield Change(group, now.figures["labels"].get(name, name), f"{value:,}", f"{earlier:,}", change)


def _share(group: str, label: str, now: View, then: View, *, pair: Pair, other: Pair) -> Change:
    return Change(
        group,
        label,
        f"{now.percent(*pair)} ({now.of(*pair)})",
        f"{then.percent(*other)} ({then.of(*other)})",
        _points(now.percent_value(*pair), then.percent_value(*other)),
    )


def _points(now: object, then: object) -> str:
    if not isinstance(now, Decimal) or not isinstance(then, Decimal):
        return NOT_APPLICABLE
    rounded = round_half_up(abs(now - then))
    if Decimal(rounded) == 0:
        return "no change"
    return f"{'+' if now > then else '−'}{rounded} points"


def compare(request: HttpRequest, run_id: int) -> HttpResponse:
    """This report beside another: that of the term before, of the year before, or `?with=`; restricted figures."""
    run = get_run(request, run_id)
    require(request, Permission.SEE_ALL_REPORTS)
    others = others_of(run, request.user) if run.is_frozen else []
    beside = _beside(run, others, request.GET.get("with", ""), request.user) if run.is_frozen else None
    record_access(request, Access.OPENED, subject=run, detail={"beside": beside.run.pk if beside else None})
    return render(
        request,
        "reports/compare.html",
        {
            "page_title": f"{run.term_label} beside another report",
            "crumbs": crumbs_of(run),
            "run": run,
            "before": beside.run if beside else None,
            "which": beside.which if beside else "",
            "others": others,
            "changes": changes_since(run, beside.run) if beside else [],
        },
    )


def cohorts(request: HttpRequest, run_id: int) -> HttpResponse:
    """Every figure that counts children, with its list."""
    run = _run_with_children(request, run_id)
    rows = [
        {"name": name, "label": run.figures["labels"].get(name, name), "number": len(run.cohorts[name])}
        for name in run.figures["order"]
        if run.cohorts.get(name) and ".week." not in name
    ]
    return render(
        request,
        "reports/cohorts.html",
        {
            "page_title": f"Children behind the figures: {run.term_label}",
            "crumbs": crumbs_of(run),
            "run": run,
            "rows": rows,
        },
    )


def children(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """The children whom a figure counted when it was frozen; those the person may see."""
    run = _run_with_children(request, run_id)
    ids = run.cohorts.get(name)
    if ids is None:
        raise Http404("This report has no such figure.")
    pupils = Pupil.objects.visible_to(request.user).filter(pk__in=present_keys(ids)).order_by("sort_name", "child_id")
    page = Paginator(pupils, A_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, subject=run, detail={"figure": name, "rows": len(page)})
    return render(
        request,
        "reports/children.html",
        {
            "page_title": run.figures["labels"].get(name, name),
            "crumbs": crumbs_of(run),
            "run": run,
            "page": page,
            "counted": len(ids),
        },
    )


def _run_with_children(request: HttpRequest, run_id: int) -> ReportRun:
    run = get_run(request, run_id)
    require(request, Permission.SEE_ALL_REPORTS)
    require(request, Permission.SEE_PUPILS)
    if not run.is_frozen:
        raise Http404("The report is still being made.")
    return run
