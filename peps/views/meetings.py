"""Pages of a PEP's meetings: set one, move or cancel it, ask people, send the invitations, answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.account_access import mail_is_set_up
from core.sections import is_limited
from core.wording import local_date, when
from peps.forms.meetings import ArrangeForm, CancelForm, InviteeForm, MoveForm
from peps.models import PEP, Invitee, Meeting
from peps.permissions import can_arrange, check_can_arrange, why_due
from peps.services import invitations, meetings
from peps.views.common import pep_context, pep_in_work, visible_pep


def meeting_context(pep: PEP, possible: Mapping[str, Any]) -> dict[str, Any]:
    """What a PEP's page says of its meeting: the one that stands, and whether the person may set one."""
    meeting = pep.meetings.standing().first()
    return {"meeting": meeting, "may_arrange": "arrange" in possible and meeting is None}


def _meeting(pep: PEP, meeting_id: int) -> Meeting:
    """A meeting of the PEP, else 404."""
    found = pep.meetings.select_related("arranged_by", "moved_to", "cancelled_by").filter(pk=meeting_id).first()
    if found is None:
        raise Http404("This PEP has no such meeting.")
    found.pep = pep
    return found


def _to_change(request: HttpRequest, pep_id: int, meeting_id: int) -> tuple[PEP, Meeting]:
    """The PEP and its meeting for who may change it: 404 out of scope, 403 for other roles."""
    pep = pep_in_work(request, pep_id)
    meeting = _meeting(pep, meeting_id)
    check_can_arrange(request.user, pep)
    return pep, meeting


def _form_page(request: HttpRequest, pep: PEP, form: Any, title: str, **more: Any) -> HttpResponse:
    context = pep_context(request, pep, title=f"{title}: {pep.pupil.display_name}")
    facts = [("Plan", pep.term_label), ("Due", when(pep.due_on)), ("Why", why_due(request.user, pep))]
    return render(request, "peps/arrange.html", context | {"form": form, "facts": facts} | more)


def _by_field(form: Any, refusal: ValidationError) -> None:
    """Put a service's words at its field, or above the form where the form has no such field."""
    known = {} if not hasattr(refusal, "error_dict") else refusal.error_dict
    if known and set(known) <= set(form.fields):
        form.add_error(None, refusal)
    else:
        form.add_error(None, ValidationError(refusal.messages))


def arrange(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Set the meeting: everybody who works with the child is asked."""
    pep = pep_in_work(request, pep_id)
    check_can_arrange(request.user, pep)
    today = timezone.localdate()
    days = meetings.suggested_days(pep, today, of_care=not is_limited(request.user))
    form = ArrangeForm(request.POST or None, initial=_initial(pep, days), cancel_url=reverse("peps:pep", args=[pep.pk]))
    if request.method == "POST" and form.is_valid():
        try:
            made = meetings.arrange(pep=pep, plan=form.plan(), today=today, actor=request.user)
        except ValidationError as refusal:
            _by_field(form, refusal)
        else:
            messages.success(request, "The meeting is set. Look at who is asked, then send the invitations.")
            _warn_if_late(request, pep, made)
            return redirect("peps:meeting", pep_id=pep.pk, meeting_id=made.pk)
    return _form_page(request, pep, form, "Set the PEP meeting", suggestions=days)


def _initial(pep: PEP, days: list[Any]) -> dict[str, Any]:
    """The day agreed in the last meeting and the language that section A names, so that neither is typed again."""
    said = pep.sections.filter(code="A").values_list("answers", flat=True).first() or {}
    language = said.get("interpreter_language", "") if said.get("interpreter_needed") == "yes" else ""
    agreed: date | None = next((d.on for d in days if "agreed" in d.words), None)
    return {"on": agreed, "interpreter": language, "minutes": 60, "mode": Meeting.Mode.IN_PERSON, "combined": ""}


def _warn_if_late(request: HttpRequest, pep: PEP, meeting: Meeting) -> None:
    if local_date(meeting.starts_at) > pep.due_on:
        messages.warning(request, f"That is after {when(pep.due_on)}, the day by which this meeting is due.")


def meeting_page(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """A meeting: when and where, who is asked, who answered, and what happened to it."""
    pep = visible_pep(request, pep_id)
    meeting = _meeting(pep, meeting_id)
    may = can_arrange(request.user, pep) and meeting.stands
    people = list(meeting.invitees.all())
    own = next((one for one in people if one.user_id == request.user.pk), None)
    context = pep_context(request, pep, title=f"PEP meeting: {pep.pupil.display_name}", traced=True)
    context |= {
        "meeting": meeting,
        "facts": _facts(meeting),
        "people": people,
        "own": own if meeting.stands and pep.waits_for_meeting else None,
        "may_change": may,
        "may_send": can_arrange(request.user, pep) and meeting.moved_to_id is None,
        "waiting": invitations.waiting(meeting).count(),
        "mail": mail_is_set_up(),
        "earlier": invitations.chain_of(meeting)[:-1],
    }
    return render(request, "peps/meeting_page.html", context)


def _facts(meeting: Meeting) -> list[tuple[str, Any]]:
    local = timezone.localtime(meeting.starts_at)
    time = f", {local:%H:%M}, {meeting.minutes} minutes" if meeting.arranged_by else ""
    rows: list[tuple[str, Any]] = [
        # Of a meeting that nobody set here, only its day is known.
        ("When", f"{when(meeting.starts_at)}{time}"),
        ("How", meeting.get_mode_display()),
        ("Where", meeting.venue),
        ("Link", meeting.link),
        ("Chair", meeting.chair),
        ("Interpreter", meeting.interpreter or "None"),
        ("Other reviews", meeting.get_combined_display()),
        ("Papers sent", when(meeting.papers_sent_on, "Not yet")),
        ("Set by", meeting.arranged_by.name if meeting.arranged_by else ""),
        ("Next meeting", when(meeting.next_on)),
    ]
    return [(label, value) for label, value in rows if value]


def move(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """Another time or place."""
    pep, meeting = _to_change(request, pep_id, meeting_id)
    local = timezone.localtime(meeting.starts_at)
    names = ("minutes", "mode", "venue", "link", "chair", "interpreter", "combined")
    initial = {name: getattr(meeting, name) for name in names} | {"on": local.date(), "time": f"{local:%H:%M}"}
    back = reverse("peps:meeting", args=[pep.pk, meeting.pk])
    form = MoveForm(request.POST or None, initial=initial, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            new = meetings.move(
                meeting=meeting, plan=form.plan(), reason=form.cleaned_data["reason"], actor=request.user
            )
        except ValidationError as refusal:
            _by_field(form, refusal)
        else:
            messages.success(request, "The meeting is moved. Now send the new time to those who were asked.")
            _warn_if_late(request, pep, new)
            return redirect("peps:meeting", pep_id=pep.pk, meeting_id=new.pk)
    return _form_page(request, pep, form, "Move the PEP meeting")


def cancel(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """It does not take place."""
    pep, meeting = _to_change(request, pep_id, meeting_id)
    form = CancelForm(request.POST or None, cancel_url=reverse("peps:meeting", args=[pep.pk, meeting.pk]))
    if request.method == "POST" and form.is_valid():
        try:
            meetings.cancel(meeting=meeting, reason=form.cleaned_data["reason"], actor=request.user)
        except ValidationError as refusal:
            _by_field(form, refusal)
        else:
            messages.success(request, "The meeting is cancelled. Now tell those who were asked.")
            return redirect("peps:meeting", pep_id=pep.pk, meeting_id=meeting.pk)
    return _form_page(request, pep, form, "Cancel the PEP meeting")


@require_POST
def send(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """Mail those who do not know yet how the meeting stands."""
    pep, meeting = _to_change(request, pep_id, meeting_id)
    try:
        done = invitations.send(meeting=meeting, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if done.sent or not done.failed:
            messages.success(request, f"{done.sent} sent." if done.sent else "Everybody with an address knows already.")
        if done.failed:
            messages.error(request, f"{done.failed} not sent: the mail server did not take them. Try again later.")
    return redirect("peps:meeting", pep_id=pep.pk, meeting_id=meeting.pk)


@require_POST
def papers(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """The papers went out today."""
    pep, meeting = _to_change(request, pep_id, meeting_id)
    try:
        meetings.mark_papers_sent(meeting=meeting, today=timezone.localdate(), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("peps:meeting", pep_id=pep.pk, meeting_id=meeting.pk)


@require_POST
def answer(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """The signed-in person comes, or does not."""
    pep = pep_in_work(request, pep_id)
    meeting = _meeting(pep, meeting_id)
    try:
        meetings.answer(meeting=meeting, response=request.POST.get("response", ""), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "Your answer is recorded.")
    return redirect("peps:meeting", pep_id=pep.pk, meeting_id=meeting.pk)


def calendar(request: HttpRequest, pep_id: int, meeting_id: int) -> HttpResponse:
    """The calendar file, for one's own calendar or to send where no mail server is set up."""
    meeting = _meeting(visible_pep(request, pep_id), meeting_id)
    text, method = invitations.file_of(meeting)
    response = HttpResponse(text, content_type=f"text/calendar; method={method}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


def invitee(request: HttpRequest, pep_id: int, meeting_id: int, invitee_id: int | None = None) -> HttpResponse:
    """Ask somebody, or correct who they are and what they answered."""
    pep, meeting = _to_change(request, pep_id, meeting_id)
    one = _invitee(meeting, invitee_id) if invitee_id is not None else None
    initial = {n: getattr(one, n) for n in ("role", "name", "email", "response")} if one else {}
    form = InviteeForm(
        request.POST or None, initial=initial, cancel_url=reverse("peps:meeting", args=[pep.pk, meeting.pk])
    )
    if request.method == "POST" and form.is_valid():
        try:
            meetings.save_invitee(meeting=meeting, invitee=one, actor=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            _by_field(form, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("peps:meeting", pep_id=pep.pk, meeting_id=meeting.pk)
    return _form_page(request, pep, form, "Change who is asked" if one else "Ask somebody")


def _invitee(meeting: Meeting, invitee_id: int) -> Invitee:
    found: Invitee | None = meeting.invitees.filter(pk=invitee_id).first()
    if found is None:
        raise Http404("Nobody of this number is asked to the meeting.")
    return found


@require_POST
def invitee_remove(request: HttpRequest, pep_id: int, meeting_id: int, invitee_id: int) -> HttpResponse:
    """Not asked after all."""
    pep, meeting = _to_change(request, pep_id, meeting_id)
    try:
        meetings.remove_invitee(invitee=_invitee(meeting, invitee_id), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("peps:meeting", pep_id=pep.pk, meeting_id=meeting.pk)
