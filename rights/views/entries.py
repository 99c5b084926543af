"""Redaction: every entry of a gathered record in its order, one entry with its decisions, and what the person will see.

Protected words are masked here as everywhere: they are shown once, on request, with an audit row.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require
from rights import permissions, redaction, services
from rights.forms import WHOLE, MarkForm
from rights.gathering import chapter_title
from rights.models import RequestEntry, SubjectRequest
from rights.rules import State, StepRefused
from rights.views.requests import crumbs_of, get_request, told_why

PER_PAGE = 50
SHOWN_KEY = "request_entry_shown"
VIEWS = {"read": "To be read", "removed": "With something removed", "all": "All entries"}


def _gathered(request: HttpRequest, request_id: int) -> SubjectRequest:
    row = get_request(request, request_id)
    if row.gathered_at is None:
        raise Http404("The record is not gathered yet.")
    return row


def _lines(entries: list[RequestEntry]) -> list[dict[str, Any]]:
    marks = redaction.marks_of(entries)
    found = []
    for entry in entries:
        fields = redaction.outcomes(entry, marks[entry.pk])
        found.append(
            {
                "entry": entry,
                "chapter": chapter_title(entry.chapter, gathered=entry.label),
                "fields": fields,
                "undecided": any(one.undecided for one in fields),
                "removed": sum(one.ground is not None for one in fields),
            }
        )
    return found


def entry_list(request: HttpRequest, request_id: int) -> HttpResponse:
    """The entries that are to be read, those with something removed, or all; in the order of their days."""
    row = _gathered(request, request_id)
    undecided = redaction.undecided_ids(row)
    chosen = request.GET.get("show", "read" if undecided else "all")
    chosen = chosen if chosen in VIEWS else "all"
    rows = RequestEntry.objects.visible_to(request.user).filter(request=row).order_by("position")
    if chosen != "all":
        rows = rows.filter(pk__in=undecided if chosen == "read" else redaction.removed_ids(row))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.OPENED, subject=row.pupil, detail={"request": row.pk, "rows": len(page.object_list)})
    return render(
        request,
        "rights/entries.html",
        {
            "page_title": f"Entries: {row.reference}",
            "crumbs": crumbs_of(row),
            "row": row,
            "page": page,
            "lines": _lines(list(page.object_list)),
            "views": [(key, label, key == chosen) for key, label in VIEWS.items()],
            "chosen": chosen,
            "undecided": len(undecided),
            "open": row.state == State.REDACTING,
        },
    )


@require_POST
@told_why
def read(request: HttpRequest, request_id: int) -> HttpResponse:
    """The entries of a page were read, and nothing in them is to be removed."""
    row = get_request(request, request_id)
    ids = [int(text) for text in request.POST.getlist("entry") if text.isdecimal() and len(text) < 19]
    count = services.mark_read(request=row, entry_ids=ids, now=timezone.now(), actor=request.user)
    messages.success(request, f"{count:,} marked as read. What tells of other people stays removed.")
    return redirect("rights:entries", request_id=row.pk)


def _entry(request: HttpRequest, entry_id: int) -> RequestEntry:
    require(request, Permission.ANSWER_RIGHTS_REQUESTS)
    found: RequestEntry | None = (
        RequestEntry.objects.visible_to(request.user).select_related("request__pupil").filter(pk=entry_id).first()
    )
    if found is None:
        raise Http404("There is no such entry.")
    return found


def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry: what it says, what becomes of each field and why, and the form to decide otherwise."""
    row = _entry(request, entry_id)
    back = reverse("rights:entries", args=[row.request_id])
    shown = request.session.pop(SHOWN_KEY, None) == row.pk if request.method == "GET" else False
    outcomes = redaction.outcomes(row, redaction.marks_of([row])[row.pk])
    form = MarkForm(request.POST or None, fields=[(one.name, one.label) for one in outcomes], cancel_url=back)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.mark_entry(
                entry=row,
                field="" if data["field"] == WHOLE else data["field"],
                ground="" if data["decision"] == "disclose" else data["decision"],
                note=data["note"],
                now=timezone.now(),
                actor=request.user,
            )
        except StepRefused as reason:
            messages.warning(request, str(reason))
        return redirect("rights:entry", entry_id=row.pk)
    if request.method == "GET":
        record_access(request, Access.OPENED, subject=row.request.pupil, detail={"request": row.request_id})
    following = row.request.entries.filter(position__gt=row.position).order_by("position").first()
    return render(
        request,
        "rights/entry.html",
        {
            "page_title": f"{row.label}: {row.request.reference}",
            "crumbs": [*crumbs_of(row.request), ("Entries", back)],
            "entry": row,
            "chapter": chapter_title(row.chapter, gathered=row.label),
            "outcomes": outcomes,
            "has_protected": any(one.protected for one in outcomes),
            "shown": shown,
            "form": form,
            "open": row.request.state == State.REDACTING,
            "following": following,
        },
    )


@require_POST
def show(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Show the protected words of an entry on the next page, once, with an audit row."""
    row = _entry(request, entry_id)
    fields = [fact["name"] for fact in row.gathered_facts if fact["protected"]]
    detail = {"fields": fields, "request": row.request_id}
    record_access(request, Access.REVEALED, subject=row.request.pupil, detail=detail)
    request.session[SHOWN_KEY] = row.pk
    return redirect("rights:entry", entry_id=row.pk)


def preview(request: HttpRequest, request_id: int) -> HttpResponse:
    """What the person will see, page by page, with what is removed in its place."""
    row = _gathered(request, request_id)
    rows = RequestEntry.objects.visible_to(request.user).filter(request=row).order_by("position")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.OPENED, subject=row.pupil, detail={"request": row.pk, "rows": len(page.object_list)})
    can_check = permissions.can_check(request.user, row) and row.checked_at is None
    return render(
        request,
        "rights/preview.html",
        {
            "page_title": f"What the person will see: {row.reference}",
            "crumbs": crumbs_of(row),
            "row": row,
            "page": page,
            "lines": _lines(list(page.object_list)),
            "can_check": can_check and redaction.needs_second_look(row),
            "seen": redaction.fingerprint(row),
        },
    )


@require_POST
@told_why
def second_look(request: HttpRequest, request_id: int) -> HttpResponse:
    """Another person agrees with what was seen."""
    row = get_request(request, request_id)
    seen = request.POST.get("seen", "")
    services.second_look(request=row, seen=seen, now=timezone.now(), actor=request.user)
    messages.success(request, "The second look is recorded. The package can be made.")
    return redirect("rights:request", request_id=row.pk)
