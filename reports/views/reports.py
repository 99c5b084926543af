"""The termly reports: all terms with their state, one run with its documents, the report as a page, downloads."""

from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.audit import Access, record_access
from core.calendars import county_year
from core.documents import KeyFigure
from core.exports import Export, csv_response
from core.limits import Limit, limited
from core.roles import Permission
from core.rules import Season, academic_year_of, term_label
from core.scoping import require
from core.wording import moment, short_date
from reports import permissions, services, termly
from reports.models import ReportDocument, ReportRun
from reports.permissions import audiences_for
from reports.rules import STATE_COLOURS, Audience, ReportState, draft_day
from reports.sections import headlines

CRUMB = "Reports"


def visible_runs(request: HttpRequest) -> QuerySet[ReportRun]:
    """The runs that the person may see; 403 for roles without reports."""
    require(request, Permission.SEE_ISSUED_REPORTS)
    rows: QuerySet[ReportRun] = ReportRun.objects.visible_to(request.user)
    return rows.select_related("made_by", "approved_by", "issued_by", "withdrawn_by")


def get_run(request: HttpRequest, run_id: int) -> ReportRun:
    """The run, 404 when the person does not see it."""
    run = visible_runs(request).filter(pk=run_id).first()
    if run is None:
        raise Http404("There is no such report.")
    return run


def crumbs_of(run: ReportRun | None = None) -> list[tuple[str, str]]:
    """Reports, and the run above a page of it."""
    found = [(CRUMB, reverse("reports:list"))]
    if run is not None:
        found.append((run.term_label, reverse("reports:run", args=[run.pk])))
    return found


def chosen_audience(request: HttpRequest, version: str) -> Audience:
    """The version asked for: 404 for a word that is none, 403 for one that the person may not read."""
    try:
        audience = Audience(version)
    except ValueError:
        raise Http404("There is no such version.") from None
    if audience not in audiences_for(request.user):
        raise PermissionDenied("Your role reads the public version.")
    return audience


# ---------------------------------------------------------------- all terms


def report_list(request: HttpRequest) -> HttpResponse:
    """Every term with its reports, the newest first, and when the next one is drafted."""
    runs = list(visible_runs(request).defer("figures", "cohorts", "definitions"))
    record_access(request, Access.LISTED, detail={"rows": len(runs)})
    waiting = [run for run in runs if run.state == ReportState.DRAFT and run.is_frozen]
    return render(
        request,
        "reports/list.html",
        {
            "page_title": "Termly reports",
            "terms": _by_term(runs),
            "to_approve": len(waiting),
            "approve": waiting[0] if waiting and permissions.can_approve(request.user, waiting[0]) else None,
            "may_draft": permissions.can_draft(request.user),
            "sees_all": request.user.can(Permission.SEE_ALL_REPORTS),  # type: ignore[union-attr]
            "next_draft": _next_draft(),
        },
    )


def _by_term(runs: Sequence[ReportRun]) -> list[dict[str, Any]]:
    terms: dict[str, dict[str, Any]] = {}
    order = {season: n for n, season in enumerate(Season)}
    for run in sorted(runs, key=lambda r: (r.academic_year, order[Season(r.season)], r.pk), reverse=True):
        block = terms.setdefault(run.term, {"code": run.term, "label": run.term_label, "rows": []})
        block["rows"].append({"run": run, "colour": STATE_COLOURS[ReportState(run.state)], "story": _story(run)})
    return list(terms.values())


def _story(run: ReportRun) -> str:
    """What happened to a run, in a line."""
    if run.state == ReportState.WITHDRAWN:
        return f"Withdrawn {short_date(run.withdrawn_at)}: {run.withdrawn_because}"
    if run.state == ReportState.ISSUED:
        return f"Approved {short_date(run.approved_at)}, issued {short_date(run.issued_at)}"
    if run.state == ReportState.APPROVED:
        return f"Approved {short_date(run.approved_at)}, not issued yet"
    return "Waits for the Virtual School Head" if run.is_frozen else "Being made"


def _next_draft() -> str:
    """The day on which this term's report is drafted by itself; empty when the term has none to come or one already."""
    today = timezone.localdate()
    year = academic_year_of(today)
    calendar = county_year(year)
    for season in Season:
        first_on, last_on = calendar.season(season)
        if today <= last_on:
            due_on = draft_day(year, season, [d for d in calendar.school_days() if first_on <= d <= last_on])
            if due_on is not None and today <= due_on and not services.drafts_of(year, season):
                label = term_label(year, season)
                return f"The report of the {label[:1].lower()}{label[1:]} is drafted on {short_date(due_on)}."
    return ""


# ---------------------------------------------------------------- one run


def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """A run: its state and who decided what, the headlines, both documents, downloads and what comes next."""
    row = get_run(request, run_id)
    record_access(request, Access.OPENED, subject=row)
    sees_all = request.user.can(Permission.SEE_ALL_REPORTS)  # type: ignore[union-attr]
    audiences = audiences_for(request.user)
    making = being_made(row)
    return render(
        request,
        "reports/run.html",
        {
            "page_title": row.term_label,
            "crumbs": crumbs_of(),
            "run": row,
            "colour": STATE_COLOURS[ReportState(row.state)],
            "facts": _facts(row),
            "figures": _key_figures(row, audiences[0]) if row.is_frozen else [],
            "sections": [s["title"] for s in row.figures.get("sections", ())],
            "documents": [_document_row(row, audience) for audience in audiences],
            "hidden": len(row.figures.get("hidden", ())),
            "sees_all": sees_all,
            "sees_children": sees_all and request.user.can(Permission.SEE_PUPILS),  # type: ignore[union-attr]
            "making": making,
            "can_compare": sees_all and row.is_frozen and _others_exist(row, request.user),
            "can_word": permissions.can_word(request.user, row) and row.is_frozen,
            "can_approve": permissions.can_approve(request.user, row),
            "can_issue": permissions.can_issue(request.user, row),
            "can_withdraw": permissions.can_withdraw(request.user, row),
        },
    )


def _others_exist(row: ReportRun, user: Any) -> bool:
    """Whether there is another report to hold this one against."""
    rows = ReportRun.objects.visible_to(user).filter(frozen_at__isnull=False).exclude(pk=row.pk)
    return bool(rows.exclude(state=ReportState.WITHDRAWN.value).exists())


def _facts(row: ReportRun) -> list[tuple[str, str]]:
    """Who did what, when."""
    from reports.documents import termly as document_module

    def said(at: Any, by: Any) -> str:
        return f"{moment(at)}, {by.name}" if by else f"{moment(at)}, the system"

    facts = [("As at", short_date(row.as_at)), ("Made", said(row.made_at, row.made_by))]
    if row.approved_at:
        facts.append(("Approved", said(row.approved_at, row.approved_by)))
    if row.issued_at:
        facts.append(("Issued", said(row.issued_at, row.issued_by)))
    if row.withdrawn_at:
        facts.append(("Withdrawn", f"{said(row.withdrawn_at, row.withdrawn_by)}: {row.withdrawn_because}"))
    if row.is_frozen:
        facts.append(("Reference on the cover", document_module.reference_of(row)))
    return facts


def _key_figures(row: ReportRun, audience: Audience) -> list[KeyFigure]:
    frozen: dict[str, Any] = next(
        (s["data"] for s in row.figures["sections"] if s["slug"] == headlines.SECTION.slug), {}
    )
    figures: list[KeyFigure] = list(headlines.present(frozen, termly.view_of(row, audience))["key_figures"])
    return figures


def _document_row(row: ReportRun, audience: Audience) -> dict[str, Any]:
    found = services.document_of(row, audience)
    return {
        "audience": audience.value,
        "title": f"{audience.value.capitalize()} version",
        "hint": "Full figures, for the team" if audience is Audience.RESTRICTED else "Small numbers are hidden",
        "document": found,
        "size": f"{(found.size + 1023) // 1024:,} KB" if found else "",
    }


def being_made(row: ReportRun) -> dict[str, Any] | None:
    """How far the worker is, None when nothing is missing."""
    if row.state == ReportState.WITHDRAWN:
        return None
    if row.is_frozen and len(services.existing_documents(row)) == len(Audience):
        return None
    waiting = {"done": 0, "total": services.STEPS, "text": "Waiting for the worker"}
    found: dict[str, Any] = cache.get(services.progress_key(row.pk)) or waiting
    return found if found["done"] < services.STEPS else waiting


def progress(request: HttpRequest, run_id: int) -> JsonResponse:
    """For the progress bar: done, total, detail, finished, url."""
    row = get_run(request, run_id)
    state = being_made(row)
    return JsonResponse(
        {
            "done": max(state["done"], 0) if state else services.STEPS,
            "total": services.STEPS,
            "detail": state["text"] if state else "Ready",
            "finished": state is None or state["done"] < 0,
            "url": reverse("reports:run", args=[row.pk]),
        }
    )


# ---------------------------------------------------------------- reading and keeping


def read(request: HttpRequest, run_id: int) -> HttpResponse:
    """The report as a page, from the same snapshot as the PDF; `?version=public` shows the team what others see."""
    from reports.documents import termly as document_module

    row = get_run(request, run_id)
    if not row.is_frozen:
        raise Http404("The report is still being made.")
    audience = chosen_audience(request, request.GET.get("version") or audiences_for(request.user)[0].value)
    record_access(request, Access.OPENED, subject=row, detail={"version": audience.value})
    context = document_module.context_of(row, audience, medium="page")
    return render(
        request,
        "reports/read.html",
        {
            **context,
            "page_title": f"{termly.TITLE}, {row.term_label}",
            "crumbs": crumbs_of(row),
            "run": row,
            "audience": audience.value,
            "versions": [a.value for a in audiences_for(request.user)],
            "colour": STATE_COLOURS[ReportState(row.state)],
        },
    )


@limited(Limit.EXPORTS)
def document(request: HttpRequest, run_id: int, version: str) -> HttpResponse:
    """A PDF of the run, with an audit row."""
    row = get_run(request, run_id)
    audience = chosen_audience(request, version)
    found = services.document_of(row, audience)
    if found is None:
        raise Http404("This version is still being made.")
    content = services.read_document(found)
    record_access(
        request,
        Access.PRINTED,
        subject=row,
        detail={"version": audience.value, "state": found.state, "sha256": found.sha256},
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(row, found)}"'
    return response


def _file_name(row: ReportRun, found: ReportDocument) -> str:
    marking = "-draft" if found.state == ReportState.DRAFT else ""
    return f"termly-report-{row.term}-{found.audience}{marking}.pdf"


@limited(Limit.EXPORTS)
def figures(request: HttpRequest, run_id: int, version: str, extension: str) -> HttpResponseBase:
    """The frozen figures as JSON or CSV; no child is in them."""
    row = get_run(request, run_id)
    audience = chosen_audience(request, version)
    if extension not in {"json", "csv"} or not row.is_frozen:
        raise Http404("There is no such download.")
    found = termly.figures_document(row, audience)
    name = f"figures-{row.term}-{audience.value}"
    record_access(
        request, Access.EXPORTED, subject=row, detail={"version": audience.value, "rows": len(found["numbers"])}
    )
    if extension == "json":
        response = JsonResponse(found, json_dumps_params={"indent": 2, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    rows = ([key, one["label"], one["value"], found["marking"]] for key, one in found["numbers"].items())
    return csv_response(Export(name, ["Figure", "What it counts", "Value", "State"], rows))
