"""Moving a caseload: choose a person, then children, a successor and a day; look at it once more; do it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.models import User
from core.permissions import check_can_arrange_cover
from core.roles import Permission
from core.scoping import require
from core.wording import count_of, when
from pupils.caseloads import services
from pupils.caseloads.forms import MoveForm
from pupils.models import Allocation

TICK_ALL, BACK, CONFIRM = "tick_all", "back", "confirm"
"""What the buttons of the page say besides "look at it first"."""


def caseloads(request: HttpRequest) -> HttpResponse:
    """Everybody to whom children are allocated today, people who have left first, with how many."""
    require(request, Permission.ARRANGE_COVER)
    today = timezone.localdate()
    counted = Allocation.objects.visible_to(request.user).current(today).order_by().values("user_id", "kind")
    numbers = list(counted.annotate(n=Count("pk")))
    people = User.objects.in_bulk({row["user_id"] for row in numbers})
    labels = dict(Allocation.Kind.choices)
    rows = [(people[row["user_id"]], row["kind"], labels[row["kind"]], row["n"]) for row in numbers]
    rows.sort(key=lambda r: (r[0].is_active, r[2], r[0].name.casefold()))
    planned = Allocation.objects.visible_to(request.user).filter(from_on__gt=today, moved_from__isnull=False)
    context = {
        "page_title": "Caseloads",
        "rows": rows,
        "planned": planned.select_related("pupil", "user", "moved_from").order_by("from_on", "pupil__sort_name"),
    }
    return render(request, "pupils/caseloads/list.html", context)


def caseload(request: HttpRequest, user_id: int, kind: str) -> HttpResponse:
    """Move children of one person: a page of ticks, then one that says what would happen."""
    require(request, Permission.ARRANGE_COVER)
    person = User.objects.filter(pk=user_id).first()
    if person is None or kind not in Allocation.Kind.values:
        raise Http404("There is no such caseload.")
    today = timezone.localdate()
    everything = list(services.caseload_of(person, kind, today))
    rows = [row for row in everything if row.to_on is None]
    step = request.POST.get("step", "") if request.method == "POST" else None
    form = MoveForm(rows, person, kind, today=today, **_filled(request, rows, step))
    if step == CONFIRM and form.is_valid() and _move(request, form, person, kind):
        return redirect("pupils:caseloads")
    checked = step == "" and form.is_valid()
    record_access(request, Access.LISTED, detail={"rows": len(everything)})
    label = dict(Allocation.Kind.choices)[kind]
    context: dict[str, Any] = {
        "page_title": f"Move children of {person.name}",
        "crumbs": [("More", reverse("more")), ("Caseloads", reverse("pupils:caseloads"))],
        "person": person,
        "label": label,
        "form": form,
        "rows": rows,
        "planned": len(everything) - len(rows),
    }
    if checked:
        context |= {
            "page_title": f"Move {count_of(len(form.pupil_ids), 'child,children')}?",
            "moving": [row for row in rows if row.pupil_id in form.pupil_ids],
            "successor": form.successor,
            "on": form.cleaned_data["on"],
        }
    return render(request, f"pupils/caseloads/{'confirm' if checked else 'move'}.html", context)


def _filled(request: HttpRequest, rows: list[Allocation], step: str | None) -> dict[str, Any]:
    """What the form starts from: nothing, what was sent, or what was sent as a draft that is not complained of."""
    if step is None:
        return {}
    if step not in {TICK_ALL, BACK}:
        return {"data": request.POST}
    ticked = [str(row.pupil_id) for row in rows] if step == TICK_ALL else request.POST.getlist("children")
    draft: dict[str, Any] = {"children": ticked, "successor": request.POST.get("successor", "")}
    boxes = [request.POST.get(f"on_{n}", "") for n in range(3)]
    return {"initial": {**draft, "on": boxes} if any(boxes) else draft}


def _move(request: HttpRequest, form: MoveForm, person: User, kind: str) -> bool:
    on = form.cleaned_data["on"]
    today = timezone.localdate()
    try:
        moved = services.move_children(
            person=person,
            kind=kind,
            successor=form.successor,
            pupil_ids=form.pupil_ids,
            on=on,
            today=today,
            actor=request.user,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    verb = "moved" if on == today else f"will move on {when(on)}"
    messages.success(request, f"{count_of(moved, 'child,children')} {verb} to {form.successor.name}.")
    return True


@require_POST
def cancel_move(request: HttpRequest, allocation_id: int) -> HttpResponse:
    """Take back a move that was planned for a later day."""
    require(request, Permission.ARRANGE_COVER)
    check_can_arrange_cover(request.user)
    planned = Allocation.objects.visible_to(request.user).select_related("pupil").filter(pk=allocation_id).first()
    if planned is None:
        raise Http404("There is no such move.")
    try:
        services.cancel_planned_move(allocation=planned, today=timezone.localdate(), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, f"{planned.pupil.display_name} stays where they are.")
    return redirect("pupils:caseloads")
