"""A child's protected data: masked, shown once on request, recorded by a form. Nothing of it stands in an address."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require
from pupils.emergencies.reading import trace_of
from pupils.models import FormerUPN, ProtectedNote, Pupil
from pupils.protected import KIND_OF, PERMISSION_TO_SEE, SHOWN_LABELS, SHOWN_WHY, Shown, services
from pupils.protected.forms import NoteForm
from pupils.protected.permissions import check_may_record, check_may_see, may_record, may_see
from pupils.views import child_context, visible_pupil, visible_row

SHOWN_KEY = "protected_shown"


def protected(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """How many entries of each kind there are; of the one asked for a moment ago, what they say."""
    require(request, Permission.SEE_PROTECTED_NOTES)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="pupils:protected")
    asked = request.session.pop(SHOWN_KEY, None)
    context["parts"] = [
        _part(request, pupil, what, shown=asked == [pupil.pk, what.value])
        for what in Shown
        if may_see(request.user, what)
    ]
    context["may_record"] = may_record(request.user, pupil)
    return render(request, "pupils/protected.html", context)


def _part(request: HttpRequest, pupil: Pupil, what: Shown, *, shown: bool) -> dict[str, Any]:
    if what in KIND_OF:
        notes = ProtectedNote.objects.visible_to(request.user).filter(pupil=pupil, kind=KIND_OF[what]).in_force()
        rows = list(notes.select_related("recorded_by"))
    else:
        rows = list(FormerUPN.objects.visible_to(request.user).filter(pupil=pupil).of_adopted().order_by("pk"))
    return {
        "what": what.value,
        "label": SHOWN_LABELS[what],
        "why": SHOWN_WHY[what],
        "rows": rows,
        "shown": shown,
        "is_note": what in KIND_OF,
    }


def _shown(value: str) -> Shown:
    try:
        return Shown(value)
    except ValueError:
        raise Http404("There is no such kind of entry.") from None


@require_POST
def show(request: HttpRequest, pupil_id: int, what: str) -> HttpResponse:
    """Show the entries of one kind on the next page, once, with an audit row."""
    asked = _shown(what)
    require(request, PERMISSION_TO_SEE[asked])
    pupil = visible_pupil(request, pupil_id, changes=False)
    check_may_see(request.user, asked)
    record_access(request, Access.REVEALED, subject=pupil, detail={"fields": [asked.value], **trace_of(request.user)})
    request.session[SHOWN_KEY] = [pupil.pk, asked.value]
    return redirect("pupils:protected", pupil_id=pupil.pk)


def record(request: HttpRequest, pupil_id: int, what: str) -> HttpResponse:
    """Write a contact restriction or a health note."""
    require(request, Permission.RECORD_PROTECTED_NOTES)
    kind = KIND_OF.get(_shown(what))
    pupil = visible_pupil(request, pupil_id, changes=True)
    check_may_record(request.user, pupil)
    if kind is None:
        raise Http404("This kind comes with the files and is not recorded by hand.")
    back = reverse("pupils:protected", args=[pupil.pk])
    form = NoteForm(kind, request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["note"]
        services.record_note(pupil=pupil, kind=kind, text=text, now=timezone.now(), actor=request.user)
        messages.success(request, f"The {kind.label.lower()} is recorded. It is shown on request only.")
        return redirect(back)
    return render(
        request,
        "layouts/form.html",
        {
            "page_title": f"Record a {kind.label.lower()}: {pupil.display_name}",
            "crumbs": [("Children", reverse("pupils:list")), (pupil.display_name, back)],
            "form": form,
        },
    )


@require_POST
def end(request: HttpRequest, note_id: int) -> HttpResponse:
    """The note holds no more."""
    require(request, Permission.RECORD_PROTECTED_NOTES)
    _, note = visible_row(request, ProtectedNote, note_id)
    services.end_note(note=note, now=timezone.now(), actor=request.user)
    messages.success(request, f"The {note.get_kind_display().lower()} holds no more. It stays in the history.")
    return redirect("pupils:protected", pupil_id=note.pupil_id)
