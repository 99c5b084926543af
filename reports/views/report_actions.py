"""What is done to a termly report: made, worded, approved, issued, withdrawn. Each calls one service."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.calendars import Calendars
from core.models import User
from core.roles import Permission
from core.rules import Season, academic_year_of, term_code, term_label
from core.scoping import require
from core.wording import short_date
from reports import permissions, services, tasks, termly
from reports.documents.termly import why_hidden
from reports.forms import DraftForm, WithdrawForm, WordsForm
from reports.models import ReportRun
from reports.permissions import NotAllowed
from reports.rules import ReportState, TransitionRefused
from reports.views.report_behind import changes_since, run_before
from reports.views.reports import being_made, crumbs_of, get_run

FIRST_YEAR = 2007
"""The oldest academic year offered: the plan's own figures begin there."""


def _terms() -> list[tuple[str, str]]:
    """Terms that have begun, the newest first, with their dates."""
    today = timezone.localdate()
    calendars = Calendars()
    found = []
    for year in range(academic_year_of(today), FIRST_YEAR - 1, -1):
        calendar = calendars.of(None, year)
        for season in reversed(Season):
            first_on, last_on = calendar.season(season)
            if first_on <= today:
                label = f"{term_label(year, season)} ({short_date(first_on)} to {short_date(last_on)})"
                found.append((term_code(year, season), label))
    return found


def new(request: HttpRequest) -> HttpResponse:
    """Choose term and day; the worker does the rest and the run's page shows how far it is."""
    require(request, Permission.DRAFT_REPORTS)
    assert isinstance(request.user, User)
    today = timezone.localdate()
    form = DraftForm(
        request.POST or None,
        terms=_terms(),
        today=today,
        initial={"as_at": today},
        cancel_url=reverse("reports:list"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = services.open_run(
                term=form.cleaned_data["term"], as_at=form.cleaned_data["as_at"], actor=request.user, today=today
            )
        except ValueError as wrong:
            form.add_error("as_at", str(wrong))
        else:
            tasks.make_run.delay_on_commit(run_id=run.pk)
            return redirect("reports:run", run_id=run.pk)
    context = {"page_title": "Make a termly report", "form": form, "crumbs": crumbs_of()}
    return render(request, "reports/new.html", context)


def told_why(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Somebody was quicker: what the service then refuses is said on the report's page."""

    @wraps(view)
    def ask(request: HttpRequest, run_id: int) -> HttpResponse:
        try:
            return view(request, run_id)
        except (NotAllowed, TransitionRefused) as reason:
            messages.warning(request, str(reason))
            return redirect("reports:run", run_id=run_id)

    return ask


@require_POST
def make(request: HttpRequest, run_id: int) -> HttpResponse:
    """Try again to make what is missing, after a fault of the worker."""
    run = get_run(request, run_id)
    require(request, Permission.DRAFT_REPORTS)
    if being_made(run) is not None:
        services.report_progress(run.pk)(0, services.STEPS, "Waiting for the worker")
        tasks.make_run.delay_on_commit(run_id=run.pk)
    return redirect("reports:run", run_id=run.pk)


@told_why
def words(request: HttpRequest, run_id: int) -> HttpResponse:
    """Commentary and decisions wanted of a draft."""
    run = get_run(request, run_id)
    _allowed(permissions.check_can_word, request, run)
    assert isinstance(request.user, User)
    form = WordsForm(
        request.POST or None,
        initial={"commentary": run.commentary, "decisions_wanted": run.decisions_wanted},
        cancel_url=reverse("reports:run", args=[run.pk]),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.word_report(
                run=run,
                actor=request.user,
                commentary=_tidy(form.cleaned_data["commentary"]),
                decisions_wanted=_tidy(form.cleaned_data["decisions_wanted"]),
            )
        except services.NamesAChild as named:
            form.add_error(None, str(named))
        else:
            tasks.make_run.delay_on_commit(run_id=run.pk)
            messages.success(request, "The words are saved; both documents are made with them.")
            return redirect("reports:run", run_id=run.pk)
    suggestions = [line for s in run.figures["sections"] for line in s["data"].get("suggestions", ())]
    context = {
        "page_title": f"Words of the report: {run.term_label}",
        "form": form,
        "crumbs": crumbs_of(run),
        "suggestions": suggestions,
    }
    return render(request, "reports/words.html", context)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


@told_why
def approve(request: HttpRequest, run_id: int) -> HttpResponse:
    """What is new, what is hidden and why, the words: then one question."""
    run = get_run(request, run_id)
    if run.state != ReportState.DRAFT:
        return _changed(request, run)
    _allowed(permissions.check_can_approve, request, run)
    assert isinstance(request.user, User)
    if request.method == "POST":
        try:
            services.approve_report(run=run, actor=request.user, seen=request.POST.get("seen", ""))
        except services.ChangedMeanwhile as changed:
            messages.warning(request, str(changed))
            return redirect("reports:approve", run_id=run.pk)
        tasks.make_run.delay_on_commit(run_id=run.pk)
        messages.success(request, "Approved. The final documents are being made; then the report can be issued.")
        return redirect("reports:run", run_id=run.pk)
    beside = run_before(run, request.user)
    return render(
        request,
        "reports/approve.html",
        {
            "page_title": f"Approve the report: {run.term_label}",
            "crumbs": crumbs_of(run),
            "run": run,
            "before": beside.run if beside else None,
            "which": beside.which if beside else "",
            "changes": changes_since(run, beside.run) if beside else [],
            "hidden": why_hidden(run),
            "hidden_number": len(run.figures["hidden"]),
            "decisions": [line for line in run.decisions_wanted.splitlines() if line.strip()],
            "commentary": [line for line in run.commentary.splitlines() if line.strip()],
            "seen": termly.fingerprint(run),
            "making": being_made(run),
        },
    )


@require_POST
@told_why
def issue(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let the boards read the public version."""
    run = get_run(request, run_id)
    if run.state != ReportState.APPROVED:
        return _changed(request, run)
    _allowed(permissions.check_can_issue, request, run)
    assert isinstance(request.user, User)
    services.issue_report(run=run, actor=request.user)
    messages.success(request, "Issued. Board readers see the public version from now on.")
    return redirect("reports:run", run_id=run.pk)


@told_why
def withdraw(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a report out of use, with the reason."""
    run = get_run(request, run_id)
    _allowed(permissions.check_can_withdraw, request, run)
    assert isinstance(request.user, User)
    form = WithdrawForm(request.POST or None, cancel_url=reverse("reports:run", args=[run.pk]))
    if request.method == "POST" and form.is_valid():
        services.withdraw_report(run=run, actor=request.user, because=form.cleaned_data["because"])
        messages.success(request, "Withdrawn. The report and its figures are kept, and board readers see it no more.")
        return redirect("reports:run", run_id=run.pk)
    context: dict[str, Any] = {
        "page_title": f"Withdraw the report: {run.term_label}",
        "form": form,
        "crumbs": crumbs_of(run),
        "run": run,
    }
    return render(request, "reports/withdraw.html", context)


def _allowed(check: Any, request: HttpRequest, run: ReportRun) -> None:
    """403 with the reason in words, for a role or a state that does not allow it."""
    try:
        check(request.user, run)
    except (NotAllowed, TransitionRefused) as reason:
        raise PermissionDenied(str(reason)) from None


def _changed(request: HttpRequest, run: ReportRun) -> HttpResponse:
    require(request, Permission.APPROVE_REPORTS)
    messages.warning(request, f"This report is already {run.get_state_display().lower()}.")
    return redirect("reports:run", run_id=run.pk)
