"""The adviser's quality queue."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require
from peps import cycle
from peps.models import PEP
from peps.services import queue
from peps.views.pages import tabs
from pupils import roll

PER_PAGE = 50
SAMPLE_SHOWN = 20


def to_check(request: HttpRequest) -> HttpResponse:
    """Submitted plans with what the pre-check found, each one click from its grading; then the moderation sample."""
    require(request, Permission.COMPLETE_PEPS)
    user, today = request.user, timezone.localdate()
    term = cycle.current_term(today)
    page = Paginator(queue.submitted(user, today), PER_PAGE).get_page(request.GET.get("page"))
    rows = queue.waiting(list(page.object_list), today)
    sample = queue.to_moderate(user, term)
    moderated = PEP.objects.visible_to(user).filter(pk__in=sample[:SAMPLE_SHOWN]).select_related("pupil")
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    pupils = [row.pep.pupil for row in rows] + [pep.pupil for pep in moderated]
    entries = {e.pupil.pk: e for e in roll.entries(pupils, on=today)}
    return render(
        request,
        "peps/queue.html",
        {
            "page_title": "PEPs to check",
            "tabs": tabs(user, "peps:queue"),
            "page": page,
            "rows": [{"waiting": row, "entry": entries[row.pep.pupil_id]} for row in rows],
            "late": sum(row.read_by is not None and row.read_by < today for row in rows),
            "today": today,
            "sample": [{"pep": pep, "entry": entries[pep.pupil_id]} for pep in moderated],
            "sample_size": len(sample),
            "agreement": queue.agreement_in(user, term),
            "term": term,
        },
    )
