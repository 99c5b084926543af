"""The steps of a PEP by its people: record the meeting, submit, return, approve, reopen, set aside."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.forms import GovForm
from core.roles import Role
from core.wording import local_date
from peps import tasks
from peps.forms.meetings import MeetingForm
from peps.forms.steps import ReasonForm, ReturnForm
from peps.models import PEP
from peps.permissions import check_can_record_meeting, why_due
from peps.rules.workflow import STATE_LABELS, STEPS, State, why_not
from peps.services import meetings, quality, steps
from peps.views.common import pep_context, pep_in_work

BY_REASON = {"reopen": steps.reopen, "set_aside": steps.set_aside, "take_up": steps.take_up}


def record_meeting(request: HttpRequest, pep_id: int) -> HttpResponse:
    """When was the meeting held?"""
    pep = pep_in_work(request, pep_id)
    check_can_record_meeting(request.user, pep)
    today = timezone.localdate()
    back = reverse("peps:pep", args=[pep.pk])
    form = MeetingForm(
        request.POST or None,
        today=today,
        people=meetings.expected(pep, today),
        initial=_recorded(pep, today),
        cancel_url=back,
    )
    if request.method == "POST" and form.is_valid():
        try:
            held_on = form.cleaned_data["held_on"]
            meetings.record(pep=pep, held_on=held_on, record=form.record(), today=today, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"The PEP meeting of the {pep.term_label.lower()} is recorded.")
            return redirect(back)
    context = pep_context(request, pep, title=f"Record a PEP meeting: {pep.pupil.display_name}")
    context |= {
        "form": form,
        "facts": [("Plan", pep.term_label), ("Due", f"{pep.due_on:%a %-d %b %Y}"), ("Why", why_due(request.user, pep))],
    }
    return render(request, "peps/meeting.html", context)


def _recorded(pep: PEP, today: date) -> dict[str, Any]:
    """What is known of the meeting: as recorded before, or as it was arranged, where its day has come."""
    meeting = pep.meetings.standing().first()
    if meeting is None:
        return {"held_on": pep.held_on}
    arranged_on = local_date(meeting.starts_at)
    return {
        "held_on": pep.held_on or (arranged_on if arranged_on <= today else None),
        "child_attended": meeting.child_attended,
        "child_absent_because": meeting.child_absent_because,
        "next_on": meeting.next_on,
    }


@require_POST
def submit(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The school hands the plan in; what is missing is told as a list."""
    pep = pep_in_work(request, pep_id)
    try:
        steps.submit(pep=pep, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "The PEP is submitted. The Virtual School reads it next.")
    return redirect("peps:pep", pep_id=pep.pk)


def _with_form(
    request: HttpRequest, pep: PEP, form: GovForm, name: str, take: Callable[[], Any], *, about: str = ""
) -> HttpResponse:
    """A page with a form for one step: 403 for other roles, back with a word where the PEP does not stand there."""
    step = STEPS[name]
    role = Role(request.user.role)  # type: ignore[union-attr]
    if role not in step.by:
        raise PermissionDenied(why_not(step, State(pep.state), role))
    if reason := why_not(step, State(pep.state), role):
        messages.error(request, reason)
        return redirect("peps:pep", pep_id=pep.pk)
    if request.method == "POST" and form.is_valid():
        try:
            take()
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{step.label}: done.")
            return redirect("peps:pep", pep_id=pep.pk)
    context = pep_context(request, pep, title=f"{step.label}: {pep.pupil.display_name}")
    facts = [("Plan", pep.term_label), ("Stands at", STATE_LABELS[State(pep.state)])]
    context |= {"form": form, "facts": facts, "about": about}
    return render(request, "peps/meeting.html", context)


def return_sections(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Which sections go back, each with its reason."""
    pep = pep_in_work(request, pep_id)
    check = quality.latest_check(pep)
    initial = {f"reason_{code}": why for code, why in quality.reasons_of(check).items()} if check else {}
    back = reverse("peps:pep", args=[pep.pk])
    form = ReturnForm(pep.form_sections, request.POST or None, initial=initial, cancel_url=back)

    def take() -> None:
        steps.return_sections(pep=pep, reasons=form.reasons(), actor=request.user)

    about = "Write under a section what is to be mended: it goes back with that. A section left empty stays as it is."
    return _with_form(request, pep, form, "return", take, about=about)


@require_POST
def approve(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The Virtual School takes the plan as good."""
    pep = pep_in_work(request, pep_id)
    try:
        steps.approve(pep=pep, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        tasks.keep_pdf.delay_on_commit(pep_id=pep.pk)
        messages.success(request, f"The PEP of the {pep.term_label.lower()} is approved.")
    return redirect("peps:pep", pep_id=pep.pk)


def by_reason(request: HttpRequest, pep_id: int, step: str) -> HttpResponse:
    """A step that needs nothing but a reason: reopen, set aside, take up again."""
    pep = pep_in_work(request, pep_id)
    form = ReasonForm(request.POST or None, cancel_url=reverse("peps:pep", args=[pep.pk]))

    def take() -> None:
        BY_REASON[step](pep=pep, reason=form.cleaned_data["reason"], actor=request.user)

    return _with_form(request, pep, form, step, take)
