"""Print a child's record for one recipient: for whom, what they will see and what not, then the PDF."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.limits import Limit, limited
from core.recipients import Recipient
from core.roles import Permission
from core.scoping import require
from pupils.models import Pupil
from rights import prints, rules
from rights.forms import PrintForm
from rights.models import RecordPrint
from rights.rules import StepRefused


def _visible_pupil(request: HttpRequest, pupil_id: int) -> Pupil:
    require(request, Permission.EXPORT_PUPILS)
    require(request, Permission.SEE_PUPILS)
    pupil: Pupil | None = Pupil.objects.visible_to(request.user).filter(pk=pupil_id).first()
    if pupil is None:
        raise Http404("No child of yours has this number.")
    return pupil


def _own_print(request: HttpRequest, print_id: int) -> RecordPrint:
    """The print that this person began; what another lets in is not theirs to see."""
    require(request, Permission.EXPORT_PUPILS)
    rows = RecordPrint.objects.visible_to(request.user).filter(made_by=request.user)
    found: RecordPrint | None = rows.select_related("pupil").filter(pk=print_id).first()
    if found is None:
        raise Http404("You have begun no such print.")
    return found


def _crumbs(pupil: Pupil) -> list[tuple[str, str]]:
    return [("Children", reverse("pupils:list")), (pupil.display_name, reverse("pupils:detail", args=[pupil.pk]))]


def new(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Say who will get it; below, who was given this record before."""
    pupil = _visible_pupil(request, pupil_id)
    form = PrintForm(request.POST or None, cancel_url=reverse("pupils:detail", args=[pupil.pk]))
    if request.method == "POST" and form.is_valid():
        whole = form.cleaned_data["period"] == "whole"
        record = prints.begin_print(
            pupil=pupil,
            recipient=form.chosen,
            name=form.cleaned_data["recipient_name"],
            from_on=None if whole else prints.default_from(timezone.localdate()),
            actor=request.user,
        )
        return redirect("rights:print", print_id=record.pk)
    record_access(request, Access.OPENED, subject=pupil)
    earlier = RecordPrint.objects.visible_to(request.user).filter(pupil=pupil, made_at__isnull=False)
    context: dict[str, Any] = {
        "page_title": f"Print this record: {pupil.display_name}",
        "crumbs": _crumbs(pupil),
        "form": form,
        "earlier": list(earlier.select_related("made_by")[:20]),
        "restricted": prints.is_restricted(pupil),
    }
    return render(request, "rights/print_new.html", context)


def preview(request: HttpRequest, print_id: int) -> HttpResponse:
    """What the recipient will see, and what is left out with the reason."""
    record = _own_print(request, print_id)
    record_access(
        request, Access.OPENED, subject=record.pupil, detail={"print": record.pk, "recipient": record.recipient}
    )
    contents = prints.contents_of(record, user=request.user, today=timezone.localdate())
    return render(
        request,
        "rights/print.html",
        {
            "page_title": f"What {rules.RECIPIENT_WORDS[Recipient(record.recipient)]} will see",
            "crumbs": [*_crumbs(record.pupil), ("Print", reverse("rights:print_new", args=[record.pupil_id]))],
            "record": record,
            "contents": contents,
            "period": f"From {record.from_on:%-d %b %Y}" if record.from_on else "The whole record",
            "never": not rules.may_hold_protected(Recipient(record.recipient)),
            "restricted": prints.is_restricted(record.pupil),
        },
    )


@require_POST
def let_in(request: HttpRequest, print_id: int) -> HttpResponse:
    """Let one protected item in, with the reason."""
    record = _own_print(request, print_id)
    key, because = request.POST.get("item", ""), request.POST.get("because", "")
    try:
        prints.let_in(record=record, key=key, because=because, today=timezone.localdate(), actor=request.user)
    except StepRefused as reason:
        messages.warning(request, str(reason))
    except ValidationError as wrong:
        messages.warning(request, " ".join(wrong.messages))
    return redirect("rights:print", print_id=record.pk)


@require_POST
def leave_out(request: HttpRequest, print_id: int) -> HttpResponse:
    """Take a protected item out again."""
    record = _own_print(request, print_id)
    try:
        prints.leave_out(record=record, key=request.POST.get("item", ""), actor=request.user)
    except StepRefused as reason:
        messages.warning(request, str(reason))
    return redirect("rights:print", print_id=record.pk)


@require_POST
@limited(Limit.EXPORTS)
def document(request: HttpRequest, print_id: int) -> HttpResponse:
    """Make the PDF, once, with an audit row that names the kind of recipient."""
    record = _own_print(request, print_id)
    try:
        content = prints.make_print(record=record, now=timezone.now(), actor=request.user)
    except StepRefused as reason:
        messages.warning(request, str(reason))
        return redirect("rights:print", print_id=record.pk)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="record-{record.reference.lower().replace(" ", "-")}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
