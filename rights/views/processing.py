"""The record of processing activities: read, print, take away, keep; each line with its history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.classification import CLASS_LABELS, DataClass
from core.exports import Column, Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.models import User
from core.roles import Permission
from core.scoping import require
from rights.models import ProcessingActivity
from rights.processing import services
from rights.processing.forms import ActivityForm
from rights.processing.rules import BASIS_LABELS, CONDITION_LABELS
from rights.views.consents import show_problems

TITLE = "Record of processing"
LABELS: dict[str, dict[str, str]] = {
    "lawful_basis": {basis.value: label for basis, label in BASIS_LABELS.items()},
    "special_condition": {condition.value: label for condition, label in CONDITION_LABELS.items()},
}


def processing(request: HttpRequest) -> HttpResponse:
    """Every activity, to read and to print."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    rows = [(activity, lines(activity)) for activity in ProcessingActivity.objects.select_related("changed_by")]
    record_access(request, Access.LISTED, detail={"rows": len(rows)})
    return render(request, "rights/processing.html", {"page_title": TITLE, "rows": rows})


def lines(activity: ProcessingActivity) -> list[tuple[str, str]]:
    """(column, words) of one activity, its name aside."""
    found = []
    for name in services.FIELDS:
        if name not in {"name", "is_current"}:
            label = str(ProcessingActivity._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            found.append((f"{label[:1].upper()}{label[1:]}", words(activity, name)))
    return found


def words(activity: Any, name: str) -> str:
    """A column as people read it; also of a row of the history."""
    value = getattr(activity, name)
    if name == "classes":
        return ", ".join(CLASS_LABELS[DataClass(one)] for one in value)
    if name == "is_current":
        return "Yes" if value else "No"
    choices = LABELS.get(name)
    return choices.get(value, value) if choices is not None else str(value)


@limited(Limit.EXPORTS)
def export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """All lines as CSV or XLSX."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    activities = list(ProcessingActivity.objects.all())
    labels = [label for label, _ in lines(ProcessingActivity(classes=[]))]
    found = Export(
        "record of processing",
        [Column("Activity", 30), *(Column(label, 40) for label in labels), "Going on"],
        ([a.name, *(text for _, text in lines(a)), a.is_current] for a in activities),
    )
    record_access(request, Access.EXPORTED, detail={"rows": len(activities), "format": extension})
    return csv_response(found) if extension == "csv" else xlsx_response(found)


def new(request: HttpRequest) -> HttpResponse:
    """One more activity."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    return _edit(request, None)


def activity(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Change a line; what it said before stands below the form."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    row = ProcessingActivity.objects.filter(pk=activity_id).first()
    if row is None:
        raise Http404("There is no such activity.")
    return _edit(request, row)


def _edit(request: HttpRequest, row: ProcessingActivity | None) -> HttpResponse:
    back = reverse("rights:processing")
    history = list(_history(row)) if row is not None else []
    title = row.name if row is not None else "New activity"
    form = ActivityForm(request.POST or None, instance=row, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_activity(activity=row, values=form.cleaned_data, now=timezone.now(), actor=request.user)
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, "The record of processing is kept.")
            return redirect(back)
    context = {"page_title": title, "crumbs": [(TITLE, back)], "form": form, "history": history}
    return render(request, "rights/activity.html", context)


@dataclass(frozen=True)
class Step:
    """One change: when, by whom, and (column, before, after)."""

    at: datetime
    person: str
    changes: list[tuple[str, str, str]]


def _history(row: ProcessingActivity) -> Iterator[Step]:
    """Newest first."""
    model: Any = ProcessingActivity
    events = list(model.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id"))
    people = User.objects.in_bulk({event.changed_by_id for event in events})
    for n in range(len(events) - 1, -1, -1):
        after, before = events[n], events[n - 1] if n else None
        changed = [
            (str(model._meta.get_field(name).verbose_name).capitalize(), words(before, name), words(after, name))
            for name in services.FIELDS
            if before is not None and getattr(before, name) != getattr(after, name)
        ]
        person = people.get(after.changed_by_id)
        if before is None or changed:
            yield Step(after.pgh_created_at, person.name if person else "An account that is gone", changed)


@require_POST
def starters(request: HttpRequest) -> HttpResponse:
    """This product's own processing as a first record."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    made = services.take_starters(now=timezone.now(), actor=request.user)
    messages.success(request, f"{made} activities taken. Add what else the Virtual School does, and who receives what.")
    return redirect("rights:processing")
