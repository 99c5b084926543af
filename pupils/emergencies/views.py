"""Break-glass: the form that opens a record, closing it, and the Virtual School Head's review."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.limits import Limit, limited
from core.models import AccessEvent
from core.roles import Permission
from core.scoping import require
from core.wording import moment
from pupils.emergencies import services
from pupils.emergencies.forms import NOBODY, EmergencyFilterForm, EmergencyForm, ReviewForm
from pupils.emergencies.naming import exactly_named
from pupils.models import EmergencyAccess, Pupil
from pupils.views import screen_words

PER_PAGE = 50


@never_cache
@limited(Limit.SEARCHES)
def emergency_new(request: HttpRequest) -> HttpResponseBase:
    """Name a child exactly, say why, and read its record for some hours."""
    require(request, Permission.OPEN_IN_EMERGENCY)
    form = EmergencyForm(request.POST or None, cancel_url=reverse("home"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        child = exactly_named(number=data["number"].strip(), surname=data["surname"].strip(), dob=data["dob"])
        if child is None:
            # Nothing of what was typed is kept: who asks again and again shows up by the number of these rows.
            record_access(request, Access.NOT_FOUND, detail={"ground": data["ground"]})
            form.add_error(None, NOBODY)
        elif Pupil.objects.visible_to(request.user).filter(pk=child.pk).exists():
            messages.info(request, "This record is open to you without an emergency. Nobody was told.")
            return redirect("pupils:detail", pupil_id=child.pk)
        else:
            access = services.open_in_emergency(
                pupil=child,
                ground=EmergencyAccess.Ground(data["ground"]),
                reason=data["reason"],
                now=timezone.now(),
                actor=request.user,
            )
            return redirect("pupils:detail", pupil_id=access.pupil_id)
    context = {
        "page_title": "Open a record in an emergency",
        "form": form,
        "hours": settings.VS_EMERGENCY_HOURS,
    }
    return render(request, "pupils/emergencies/new.html", context)


@require_POST
def emergency_close(request: HttpRequest, access_id: int) -> HttpResponse:
    """The person is done before the hours are over."""
    require(request, Permission.OPEN_IN_EMERGENCY)
    access = request.user.emergency_accesses.filter(pk=access_id).first()  # type: ignore[union-attr,misc]
    if access is None:
        raise Http404("You opened no such record.")
    services.close_emergency(access=access, now=timezone.now(), actor=request.user)
    messages.success(request, "The record is closed to you again.")
    return redirect("home")


def emergency_list(request: HttpRequest) -> HttpResponse:
    """All openings, the latest first, with what the review found."""
    require(request, Permission.SEE_AUDIT)
    form = EmergencyFilterForm(request.GET or None)
    everything = EmergencyAccess.objects.visible_to(request.user)
    rows = form.narrow(everything).select_related("user", "pupil", "reviewed_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    context = {
        "page_title": "Emergency openings",
        "form": form,
        "page": page,
        "waiting": everything.filter(reviewed_at=None).count(),
        "rows": [(access, *review_tag(access)) for access in page.object_list],
    }
    return render(request, "pupils/emergencies/list.html", context)


def review_tag(access: EmergencyAccess) -> tuple[str, str]:
    """How the review stands, in a word and a colour."""
    if access.reviewed_at is None:
        return "Waits for review", "red"
    colour = "green" if access.outcome == EmergencyAccess.Outcome.JUSTIFIED else "orange"
    return access.get_outcome_display(), colour


def emergency_review(request: HttpRequest, access_id: int) -> HttpResponse:
    """One opening: who, why, what was read under it; and whether it was justified."""
    require(request, Permission.SEE_AUDIT)
    rows = EmergencyAccess.objects.visible_to(request.user).select_related("user", "pupil", "reviewed_by")
    access = rows.filter(pk=access_id).first()
    if access is None:
        raise Http404("There is no such opening.")
    back = reverse("pupils:emergencies")
    form = ReviewForm(request.POST or None, initial={"outcome": access.outcome, "note": access.note}, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.review_emergency(
                access=access,
                outcome=EmergencyAccess.Outcome(form.cleaned_data["outcome"]),
                note=form.cleaned_data["note"],
                now=timezone.now(),
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The review is recorded.")
            return redirect(back)
    elif request.method == "GET":
        record_access(request, Access.OPENED, subject=access)
    return render(request, "pupils/emergencies/review.html", _review_context(request.user, access, form, back))


def _review_context(user: Any, access: EmergencyAccess, form: ReviewForm, back: str) -> dict[str, Any]:
    reads = AccessEvent.objects.filter(detail__relation="emergency", detail__access=access.pk, user_id=access.user_id)
    return {
        "page_title": f"Opened in an emergency on {moment(access.opened_at)}",
        "crumbs": [("More", reverse("more")), ("Emergency openings", back)],
        "access": access,
        "tag": review_tag(access),
        "reads": [(event, screen_words(user, event.screen)) for event in reads.order_by("at")[:PER_PAGE]],
        "number": reads.count(),
        "form": form,
    }
