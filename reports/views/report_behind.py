"""Behind a report's figures: beside those of an earlier report, and the children whom each counts."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.audit import Access, record_access
from core.figures import NOT_APPLICABLE, round_half_up
from core.roles import Permission
from core.scoping import require
from pupils.models import Pupil
from reports import termly
from reports.models import ReportRun
from reports.rules import Audience, ReportState
from reports.sections import View
from reports.views.reports import crumbs_of, get_run

A_PAGE = 100
MOST_DAYS_BACK = 400
"""A report of longer ago is no comparison (OURS): the same term of the year before still is."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure beside the same one of an earlier report."""

    group: str
    label: str
    now: str
    before: str
    change: str


def run_before(run: ReportRun, user: Any) -> ReportRun | None:
    """The newest frozen report of an earlier term, at most a year back, that was not withdrawn."""
    oldest = run.as_at - dt.timedelta(days=MOST_DAYS_BACK)
    rows = (
        ReportRun.objects.visible_to(user)
        .filter(as_at__lt=run.as_at, as_at__gte=oldest, frozen_at__isnull=False)
        .exclude(state=ReportState.WITHDRAWN.value)
        .exclude(academic_year=run.academic_year, season=run.season)
    )
    return rows.order_by("-as_at", F("approved_at").desc(nulls_last=True), "-pk").first()


def changes_since(run: ReportRun, before: ReportRun) -> list[Change]:
    """The figures that both reports have, side by side with the change; restricted figures."""
    now, then = (termly.view_of(one, Audience.RESTRICTED) for one in (run, before))
    return [*_indicators(now, then), *_attendance(now, then), *_counts(now, then)]


def _indicators(now: View, then: View) -> Iterator[Change]:
    earlier = {one["code"]: one for one in (then.data("attainment") or {"indicators": []})["indicators"]}
    for one in (now.data("attainment") or {"indicators": []})["indicators"]:
        other = earlier.get(one["code"])
        if other is not None:
            pair = f"{one['name']}.n", f"{one['name']}.d"
            other_pair = f"{other['name']}.n", f"{other['name']}.d"
            yield _share("Attainment", one["code"], now, then, pair=pair, other=other_pair)


def _attendance(now: View, then: View) -> Iterator[Change]:
    for level, label, name in (now.data("attendance") or {"groups": []})["groups"]:
        if level == "year" or f"{name}.attended" not in then.figures["numbers"]:
            continue
        for words, part, whole in (
            ("attendance", "attended", "possible"),
            ("persistently absent", "persistent", "children"),
            ("severely absent", "severe", "children"),
        ):
            pair = f"{name}.{part}", f"{name}.{whole}"
            yield _share("Attendance", f"{label}: {words}", now, then, pair=pair, other=pair)


def _counts(now: View, then: View) -> Iterator[Change]:
    unprinted = set(now.figures["unprinted"])
    for prefix, group in (("roll.", "Roll"), ("quality.", "Data quality")):
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
    """This report beside the last term's; restricted figures, for the team."""
    run = get_run(request, run_id)
    require(request, Permission.SEE_ALL_REPORTS)
    before = run_before(run, request.user) if run.is_frozen else None
    record_access(request, Access.OPENED, subject=run, detail={"beside": before.pk if before else None})
    return render(
        request,
        "reports/compare.html",
        {
            "page_title": f"{run.term_label} beside the report before",
            "crumbs": crumbs_of(run),
            "run": run,
            "before": before,
            "changes": changes_since(run, before) if before else [],
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
    pupils = Pupil.objects.visible_to(request.user).filter(pk__in=ids).order_by("sort_name", "child_id")
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
