"""The Attendance tab of a child."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.roles import Permission
from core.rules import academic_year_label, academic_year_of
from core.scoping import require
from core.sections import Section
from pupils.views import child_context, visible_pupil


def child_attendance(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """A year's heat map with percentages, the terms, and the marks worth a line with what they were before."""
    from attendance.indicators import child
    from attendance.views.heatmap import year_map

    require(request, Permission.SEE_PUPILS)
    pupil = visible_pupil(request, pupil_id, Section.ATTENDANCE)
    context: dict[str, Any] = child_context(request, pupil, active="attendance:child")
    today = context["today"]
    years = child.years_with_marks(pupil)
    year = _year(request.GET.get("year"), default=child.present_year(pupil, today))
    shown = child.child_year(pupil, year, today=today)
    context |= {
        "year": shown,
        "year_label": academic_year_label(year),
        "years": [
            (academic_year_label(y), f"{reverse('attendance:child', args=[pupil.pk])}?year={y}", y == year)
            for y in sorted({*years, year, academic_year_of(today)}, reverse=True)
        ],
        "map": year_map(shown) if shown.sessions else None,
        "entries": child.entries(pupil, shown),
        "registers": child.registers_of(pupil, year),
        "decide_url": reverse("attendance:conflicts") + ("?when=earlier" if year < academic_year_of(today) else ""),
        "may_resolve": request.user.can(Permission.RESOLVE_CONFLICTS),  # type: ignore[union-attr]
    }
    return render(request, "attendance/child.html", context)


def _year(text: str | None, *, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1990 <= int(text[:4]) <= 2100 and len(text) == 4):
        raise Http404("This is not an academic year.")
    return int(text)
