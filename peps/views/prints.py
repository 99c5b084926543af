"""Print a caseload: choose the edition, see how far the worker is, fetch the file while it is there."""

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.audit import Access, record_access
from core.limits import Limit, limited
from core.wording import count_of
from peps import tasks
from peps.forms.prints import PrintForm
from peps.models import PEPPrint
from peps.services import bulk
from peps.views.lists import PEPListing


def new(request: HttpRequest) -> HttpResponse:
    """The plans of the list as filtered: how many, and which edition."""
    listing = PEPListing(request)
    bulk.check_can_print_many(request.user)
    chosen = bulk.printable(listing.queryset())
    form = PrintForm(request.POST or None, cancel_url=reverse("peps:list"))
    if request.method == "POST" and form.is_valid():
        try:
            made = bulk.ask(
                peps=list(chosen.values_list("pk", flat=True)),
                edition=form.chosen,
                actor=request.user,
                now=timezone.now(),
            )
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("peps:list")
        else:
            tasks.make_print.delay_on_commit(print_id=made.pk)
            return redirect("peps:print", print_id=made.pk)
    context = {
        "page_title": "Print PEPs",
        "crumbs": [("PEPs", reverse("peps:list"))],
        "form": form,
        "facts": [
            ("Plans", f"{count_of(chosen.count(), 'plan')}, as the list was filtered"),
            ("What you get", "A ZIP with one PDF for each plan. It is there for 24 hours"),
            ("Trace", "Each child’s record shows that you printed the plan"),
        ],
    }
    return render(request, "peps/meeting.html", context)


def _own(request: HttpRequest, print_id: int) -> PEPPrint:
    bulk.check_can_print_many(request.user)
    found: PEPPrint | None = PEPPrint.objects.visible_to(request.user).filter(pk=print_id).first()
    if found is None:
        raise Http404("You have asked for no such print.")
    return found


def _working(row: PEPPrint) -> dict[str, Any] | None:
    """How far the worker is; None when it is done. Less than nought done: it was stopped by a fault."""
    if row.finished_at is not None:
        return None
    found: dict[str, Any] | None = cache.get(bulk.progress_key(row.pk))
    return found or {"done": -1, "total": len(row.peps), "text": "Stopped by a fault"}


def page(request: HttpRequest, print_id: int) -> HttpResponse:
    """How far it is, then the file."""
    row = _own(request, print_id)
    record_access(request, Access.LISTED, detail={"rows": len(row.peps)})
    context = {
        "page_title": "Print PEPs",
        "crumbs": [("PEPs", reverse("peps:list"))],
        "row": row,
        "working": _working(row),
        "there": row.is_there(timezone.now()),
    }
    return render(request, "peps/print.html", context)


def progress(request: HttpRequest, print_id: int) -> JsonResponse:
    """For the progress bar: done, total, detail, finished, url."""
    row = _own(request, print_id)
    state = _working(row)
    return JsonResponse(
        {
            "done": max(state["done"], 0) if state else 1,
            "total": state["total"] if state else 1,
            "detail": state["text"] if state else "Ready",
            "finished": state is None or state["done"] < 0,
            "url": reverse("peps:print", args=[row.pk]),
        }
    )


@limited(Limit.EXPORTS)
def download(request: HttpRequest, print_id: int) -> HttpResponseBase:
    """The file, while it is there and all its children are still the person's."""
    row = _own(request, print_id)
    try:
        path = bulk.file_of(row, user=request.user, now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("peps:print", print_id=row.pk)
    record_access(request, Access.EXPORTED, detail={"print": row.pk, "rows": row.printed, "sha256": row.sha256})
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"peps-{row.pk}.zip", content_type="application/zip"
    )
    answer["Cache-Control"] = "no-store"
    return answer
