"""Pages of the app: what qualifications are worth, and a child's attainment."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from attainment.collection.reading import history_of
from attainment.forms import QualificationForm
from attainment.models import IndicatorPupil, Qualification, Result
from attainment.outcomes import outcomes_of
from attainment.permissions import can_record, check_can_map_qualifications
from attainment.services import map_qualification
from core.audit import Access, record_access
from core.models import User
from core.roles import Permission
from core.scoping import require
from core.sections import Section
from pupils.views import child_context, visible_pupil


def qualification_list(request: HttpRequest) -> HttpResponse:
    """All qualifications, those that wait to be mapped first, each with what stands behind it."""
    check_can_map_qualifications(request.user)
    rows = list(
        Qualification.objects.annotate(
            number=Count("results"), children=Count("results__pupil", distinct=True)
        ).order_by("stage", "name")
    )
    waiting = sorted((row for row in rows if not row.mapped), key=lambda row: -row.number)
    mapped = [row for row in rows if row.mapped]
    record_access(request, Access.LISTED, detail={"rows": len(rows)})
    context = {
        "page_title": "Qualifications",
        "crumbs": [("More", reverse("more"))],
        "waiting": waiting,
        "waiting_results": sum(row.number for row in waiting),
        "mapped": mapped,
    }
    return render(request, "attainment/qualifications.html", context)


def qualification_edit(request: HttpRequest, qualification_id: int) -> HttpResponse:
    """Say what one qualification is worth."""
    check_can_map_qualifications(request.user)
    qualification = get_object_or_404(Qualification, pk=qualification_id)
    back = reverse("attainment:qualifications")
    form = QualificationForm(request.POST or None, qualification=qualification, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        map_qualification(qualification=qualification, worth=form.worth(), actor=request.user)
        messages.success(
            request,
            f"{form.cleaned_data['name']} is mapped. The indicators count it from their next computation on.",
        )
        return redirect(back)
    subjects = (
        Result.objects.visible_to(request.user)
        .filter(qualification=qualification)
        .values("subject", "grade")
        .annotate(number=Count("pk"))
        .order_by("-number", "subject", "grade")
    )
    context: dict[str, Any] = {
        "page_title": f"What {qualification.name} is worth",
        "form": form,
        "qualification": qualification,
        "seen": list(subjects[:20]),
        "crumbs": [("More", reverse("more")), ("Qualifications", back)],
    }
    return render(request, "attainment/qualification.html", context)


def child_attainment(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """A child's results by stage and year, what they count for, and the indicators that the child stands in."""
    require(request, Permission.SEE_ATTAINMENT)
    pupil = visible_pupil(request, pupil_id, Section.ATTAINMENT)
    results = list(Result.objects.visible_to(request.user).filter(pupil=pupil).select_related("qualification"))
    lines = (
        IndicatorPupil.objects.visible_to(request.user)
        .filter(pupil=pupil)
        .select_related("figure")
        .order_by("-figure__assessment_year", "figure__code")
    )
    context = child_context(request, pupil, active="attainment:child")
    context["history"] = history_of(request.user, pupil)
    context["may_record"] = can_record(request.user, pupil)
    context["outcomes"] = outcomes_of(results)
    context["indicator_lines"] = list(lines)
    return render(request, "attainment/child.html", context)
