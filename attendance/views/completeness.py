"""Which schools have sent marks for which of the last school days."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from attendance.models import Source
from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require


def completeness_grid(request: HttpRequest) -> HttpResponse:
    """Schools down, days across; silent schools stand first and out, then those with gaps."""
    from attendance.indicators.completeness import SILENT_AFTER, completeness, late_sources

    require(request, Permission.SEE_SCHOOLS)
    rows = completeness(request.user, today=timezone.localdate())
    record_access(request, Access.LISTED, detail={"rows": len(rows)})
    context = {
        "page_title": "Marks received",
        "rows": rows,
        "days": [cell.on for cell in rows[0].cells] if rows else [],
        "silent": sum(row.is_silent for row in rows),
        "gaps": sum(row.has_gap for row in rows),
        "silent_after": SILENT_AFTER,
        "sources": [(Source(source).label, days) for source, days in late_sources(rows).items()],
    }
    return render(request, "attendance/completeness.html", context)
